/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/sysfs.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SYSFS_H
#define SRP_COMPAT_SYSFS_H

#include_next <linux/sysfs.h>

#ifndef KC_HAS_SYSFS_EMIT
#include <linux/kernel.h>

#define sysfs_emit(buf, ...)		scnprintf(buf, PAGE_SIZE, __VA_ARGS__)
#define sysfs_emit_at(buf, at, ...)	scnprintf((buf) + (at), PAGE_SIZE - (at), __VA_ARGS__)
#endif

#endif /* SRP_COMPAT_SYSFS_H */
