/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/atomic.h>, which is <asm/atomic.h> in old kernels. */
#ifndef SRP_COMPAT_ATOMIC_H
#define SRP_COMPAT_ATOMIC_H

#ifdef KC_HAS_ATOMIC_H
#include_next <linux/atomic.h>
#else
#include <asm/atomic.h>
#endif

#endif /* SRP_COMPAT_ATOMIC_H */
