// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Loaded by first.c into kernels before 3.2: what the C library of the guest's programs asks for and they have not. They are
 * called newer, "2.6.32.69" becomes "3.2.0-2.6.32.69", and fstatat() of an open file works (AT_EMPTY_PATH, Linux 2.6.39).
 * Never unloaded.
 */
#include <asm/processor.h>
#include <asm/system.h>
#include <asm/unistd.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>

#define EMPTY_PATH	0x1000

typedef asmlinkage long (*fstatat_fn)(int dfd, const char __user *name, void __user *stat, int flag);
typedef asmlinkage long (*fstat_fn)(int fd, void __user *stat);

static unsigned long *const table = (unsigned long *)SYS_CALL_TABLE;
static fstatat_fn fstatat;

static asmlinkage long fstatat_empty(int dfd, const char __user *name, void __user *stat, int flag)
{
	char c;

	if (!(flag & EMPTY_PATH))
		return fstatat(dfd, name, stat, flag);
	if (get_user(c, name))
		return -EFAULT;
	if (c)
		return fstatat(dfd, name, stat, flag & ~EMPTY_PATH);
	return ((fstat_fn)table[__NR_fstat])(dfd, stat);
}

static int __init vm_newer_init(void)
{
	char old[sizeof(init_uts_ns.name.release)];
	unsigned long cr0, flags;

	strcpy(old, init_uts_ns.name.release);
	snprintf(init_uts_ns.name.release, sizeof(old), "3.2.0-%s", old);

	fstatat = (fstatat_fn)table[__NR_newfstatat];
	local_irq_save(flags);
	cr0 = read_cr0();
	write_cr0(cr0 & ~X86_CR0_WP);
	table[__NR_newfstatat] = (unsigned long)fstatat_empty;
	write_cr0(cr0);
	local_irq_restore(flags);
	return 0;
}

module_init(vm_newer_init);
MODULE_DESCRIPTION("an old kernel that looks newer, for tests only");
MODULE_LICENSE("GPL");
