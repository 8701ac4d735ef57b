/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/workqueue.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_WORKQUEUE_H
#define SRP_COMPAT_WORKQUEUE_H

#include_next <linux/workqueue.h>

#ifndef KC_HAS_MOD_DELAYED_WORK
/* Any context: does not wait for a timer that fires just now. Two at the same time: the earlier one of them may win. */
static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
				    unsigned long delay)
{
	bool pending = __cancel_delayed_work(work);

	queue_delayed_work(wq, work, delay);
	return pending;
}
#endif

#ifndef KC_HAS_ALLOC_WORKQUEUE
/* One thread per CPU, which sleeps where the newer ones start another thread. */
#define WQ_UNBOUND	0
#define WQ_MEM_RECLAIM	0
#define alloc_workqueue(name, flags, max_active)	create_workqueue(name)
#endif

#endif /* SRP_COMPAT_WORKQUEUE_H */
