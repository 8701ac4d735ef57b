// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For kernels before 2.6.36, which give the control file of the device mapper any number: the one under which dmsetup looks
 * for it in kernels that are called newer (vm_newer.c).
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static struct miscdevice vm_dm = { .minor = 236, .name = "vm-dm" };
static struct file *vm_dm_file;

static int __init vm_dm_init(void)
{
	int ret;

	vm_dm_file = filp_open("/dev/mapper/control", O_RDWR, 0);
	if (IS_ERR(vm_dm_file))
		return PTR_ERR(vm_dm_file);
	vm_dm.fops = vm_dm_file->f_op;
	ret = misc_register(&vm_dm);
	if (ret)
		filp_close(vm_dm_file, NULL);
	return ret;
}

static void __exit vm_dm_exit(void)
{
	misc_deregister(&vm_dm);
	filp_close(vm_dm_file, NULL);
}

module_init(vm_dm_init);
module_exit(vm_dm_exit);
MODULE_DESCRIPTION("the device mapper's control file under a second number, for tests only");
MODULE_LICENSE("GPL");
