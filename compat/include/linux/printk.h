/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shadow of <linux/printk.h>, a part of <linux/kernel.h> in old kernels: some do not have it, in others it
 * compiles only from there. Before the guard, for that is how it comes back here.
 */
#ifndef KC_HAS_BUILD_BUG_H
#include <linux/kernel.h>
#endif

#ifndef SRP_COMPAT_PRINTK_H
#define SRP_COMPAT_PRINTK_H

#ifdef KC_HAS_ATOMIC_H
#include_next <linux/printk.h>
#endif

#endif /* SRP_COMPAT_PRINTK_H */
