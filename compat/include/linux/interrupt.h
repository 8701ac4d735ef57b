/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/interrupt.h>: waiting for softirqs. */
#ifndef SRP_COMPAT_INTERRUPT_H
#define SRP_COMPAT_INTERRUPT_H

#include_next <linux/interrupt.h>
#include <linux/rcupdate.h>

/* Every softirq that runs now ends before this returns. */
static inline void kc_synchronize_softirq(void)
{
#ifdef KC_HAS_SYNCHRONIZE_SCHED
	synchronize_sched();
#else
	synchronize_rcu();
#endif
}

#endif /* SRP_COMPAT_INTERRUPT_H */
