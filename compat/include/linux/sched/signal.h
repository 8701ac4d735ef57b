/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/sched/signal.h>, which was a part of <linux/sched.h>. */
#ifndef SRP_COMPAT_SCHED_SIGNAL_H
#define SRP_COMPAT_SCHED_SIGNAL_H

#ifdef KC_HAS_SCHED_MM_H
#include_next <linux/sched/signal.h>
#else
#include <linux/sched.h>
#endif

#endif /* SRP_COMPAT_SCHED_SIGNAL_H */
