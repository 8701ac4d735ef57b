/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/kobject.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_KOBJECT_H
#define SRP_COMPAT_KOBJECT_H

#include_next <linux/kobject.h>

#ifndef KC_HAS_KOBJECT_LIVE
/* The counter of references is an atomic_t, with another type around it from 4.11 on. */
static inline struct kobject *kobject_get_unless_zero(struct kobject *kobj)
{
	return atomic_inc_not_zero((atomic_t *)&kobj->kref.refcount) ? kobj : NULL;
}
#endif

#endif /* SRP_COMPAT_KOBJECT_H */
