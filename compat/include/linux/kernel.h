/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/kernel.h>: the names of newer kernels, which have some of them elsewhere. */
#ifndef SRP_COMPAT_KERNEL_H
#define SRP_COMPAT_KERNEL_H

#include_next <linux/kernel.h>
#include <linux/errno.h>
#include <linux/types.h>
/* ARRAY_SIZE() needs it, which newer kernels see to themselves. */
#ifndef KC_HAS_BUILD_BUG_H
#include <linux/bug.h>
#endif

#ifndef READ_ONCE
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, val)	(*(volatile typeof(x) *)&(x) = (val))
#endif
#ifndef BIT_ULL
#define BIT_ULL(nr)		(1ULL << (nr))
#endif
#ifndef SZ_1M
#define SZ_1M			0x00100000
#endif
#ifndef SIZE_MAX
#define SIZE_MAX		(~(size_t)0)
#endif
#ifndef min3
#define min3(x, y, z)		min(min(x, y), z)
#endif
#ifndef pr_warn
#define pr_warn			pr_warning
#endif
#ifndef pr_warn_once
#define pr_warn_once(...)	printk_once(KERN_WARNING __VA_ARGS__)
#endif

#ifndef KC_HAS_KSTRTO
static inline int kstrtoint(const char *s, unsigned int base, int *res)
{
	char *end;
	long val = simple_strtol(s, &end, base);

	if (end == s || (*end && *end != '\n') || (*end && end[1]))
		return -EINVAL;
	if (val != (int)val)
		return -ERANGE;
	*res = val;
	return 0;
}

static inline int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	char *end;
	unsigned long val = simple_strtoul(s, &end, base);

	if (end == s || (*end && *end != '\n') || (*end && end[1]))
		return -EINVAL;
	if (val != (unsigned int)val)
		return -ERANGE;
	*res = val;
	return 0;
}
#endif

/*
 * kc_format_id(buf, id): 16 bytes in hexadecimal, with colons between them and a newline.
 * printk of newer kernels can do that.
 */
#ifdef KC_HAS_MOD_DELAYED_WORK
#define kc_format_id(buf, id)	sysfs_emit(buf, "%16phC\n", id)
#else
static inline int kc_format_id(char *buf, const u8 *id)
{
	int i, len = 0;

	for (i = 0; i < 16; i++)
		len += sprintf(buf + len, "%02x%c", id[i], i < 15 ? ':' : '\n');
	return len;
}
#endif

#endif /* SRP_COMPAT_KERNEL_H */
