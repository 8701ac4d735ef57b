/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/build_bug.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_BUILD_BUG_H
#define SRP_COMPAT_BUILD_BUG_H

#ifdef KC_HAS_BUILD_BUG_H
#include_next <linux/build_bug.h>
#else
#include <linux/bug.h>
#endif

#ifndef KC_HAS_STATIC_ASSERT
/* Compilers before gcc 4.6 know no assertions outside of functions. */
#if __GNUC__ > 4 || (__GNUC__ == 4 && __GNUC_MINOR__ >= 6)
#define static_assert(expr)	_Static_assert(expr, #expr)
#else
#define static_assert(expr)	extern char kc_static_assert[(expr) ? 1 : -1]
#endif
#endif

#endif /* SRP_COMPAT_BUILD_BUG_H */
