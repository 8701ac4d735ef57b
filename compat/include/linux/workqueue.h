/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/workqueue.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_WORKQUEUE_H
#define SRP_COMPAT_WORKQUEUE_H

#include_next <linux/workqueue.h>

#ifndef KC_HAS_ALLOC_WORKQUEUE
/*
 * One thread per CPU, which sleeps where the newer ones start another thread. As in newer kernels a work item
 * never runs twice at the same time: each has a thread of its own choice, whoever queues it. When a processor
 * goes away its thread first does what is queued.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>

#define WQ_UNBOUND	0
#define WQ_MEM_RECLAIM	0
#define alloc_workqueue(name, flags, max_active)	create_workqueue(name)

static inline int kc_work_cpu(const struct work_struct *work)
{
	unsigned int n = hash_ptr((void *)work, 16) % num_online_cpus();
	int cpu, last = 0;

	for_each_online_cpu(cpu) {
		last = cpu;
		if (!n--)
			break;
	}
	return last;
}

static inline bool kc_queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(kc_work_cpu(work), wq, work);
}

static inline bool kc_queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
					 unsigned long delay)
{
	if (!delay)
		return kc_queue_work(wq, &work->work);
	return queue_delayed_work_on(kc_work_cpu(&work->work), wq, work, delay);
}

#define queue_work(wq, work)			kc_queue_work(wq, work)
#define queue_delayed_work(wq, work, delay)	kc_queue_delayed_work(wq, work, delay)
#define schedule_work(work)			schedule_work_on(kc_work_cpu(work), work)
#endif

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

#endif /* SRP_COMPAT_WORKQUEUE_H */
