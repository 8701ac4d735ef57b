/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/sched/mm.h>, which was a part of <linux/sched.h>. */
#ifndef SRP_COMPAT_SCHED_MM_H
#define SRP_COMPAT_SCHED_MM_H

#ifdef KC_HAS_SCHED_MM_H
#include_next <linux/sched/mm.h>
#else
#include <linux/sched.h>
#endif

#if !defined(KC_HAS_SCHED_MM_H) && !defined(KC_HAS_MEMALLOC_NOIO)
/* Nobody can ask for it: a connect that needs memory may wait for I/O. */
static inline unsigned int memalloc_noio_save(void)
{
	return 0;
}

static inline void memalloc_noio_restore(unsigned int flags)
{
}
#endif

#endif /* SRP_COMPAT_SCHED_MM_H */
