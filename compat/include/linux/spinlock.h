/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/spinlock.h>: barriers of newer kernels. */
#ifndef SRP_COMPAT_SPINLOCK_H
#define SRP_COMPAT_SPINLOCK_H

#include_next <linux/spinlock.h>

/*
 * smp_store_release() and smp_load_acquire(), of a bool, too. It is none of theirs before 3.19, and of
 * those of RHEL 7.3: there the compiler's do the same, or a barrier if it is older than gcc 4.7.
 */
#ifdef KC_HAS_BUILD_BUG_H
#define kc_store_release(p, v)	smp_store_release(p, v)
#define kc_load_acquire(p)	smp_load_acquire(p)
#elif defined(__ATOMIC_ACQUIRE)
#define kc_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define kc_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#else
#define kc_store_release(p, v)			\
do {						\
	smp_mb();				\
	WRITE_ONCE(*(p), v);			\
} while (0)
#define kc_load_acquire(p)			\
({						\
	typeof(*(p)) kc_v = READ_ONCE(*(p));	\
						\
	smp_mb();				\
	kc_v;					\
})
#endif

#endif /* SRP_COMPAT_SPINLOCK_H */
