// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Loaded by first.c: "2.6.32.69" becomes "3.2.0-2.6.32.69". Never unloaded. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/utsname.h>

static int __init vm_uname_init(void)
{
	char old[sizeof(init_uts_ns.name.release)];

	strcpy(old, init_uts_ns.name.release);
	snprintf(init_uts_ns.name.release, sizeof(old), "3.2.0-%s", old);
	return 0;
}

module_init(vm_uname_init);
MODULE_DESCRIPTION("a newer name for an old kernel, for tests only");
MODULE_LICENSE("GPL");
