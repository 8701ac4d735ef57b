/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/workqueue.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_WORKQUEUE_H
#define SRP_COMPAT_WORKQUEUE_H

#include_next <linux/workqueue.h>

#ifdef KC_HAS_ALLOC_WORKQUEUE
#define kc_queue_work(wq, work)			queue_work(wq, work)
#define kc_queue_delayed_work(wq, work, delay)	queue_delayed_work(wq, work, delay)
#define kc_schedule_work(work)			queue_work(system_unbound_wq, work)
#else
/*
 * One thread per CPU, which sleeps where the newer ones start another thread. As in newer kernels a work item
 * does not run twice at the same time: each has a thread of its own choice, whoever queues it. Only those whose
 * processor comes or goes change theirs.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/preempt.h>

#define WQ_UNBOUND	0
#define WQ_MEM_RECLAIM	0
#define alloc_workqueue(name, flags, max_active)	create_workqueue(name)

/* Stays online until preempt_enable(). */
static inline int kc_get_work_cpu(const struct work_struct *work)
{
	int cpu;

	preempt_disable();
	cpu = cpumask_next((int)(hash_ptr((void *)work, 16) % nr_cpu_ids) - 1, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : cpumask_first(cpu_online_mask);
}

static inline bool kc_queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	bool queued = queue_work_on(kc_get_work_cpu(work), wq, work);

	preempt_enable();
	return queued;
}

static inline bool kc_queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
					 unsigned long delay)
{
	bool queued;

	if (!delay)
		return kc_queue_work(wq, &work->work);
	queued = queue_delayed_work_on(kc_get_work_cpu(&work->work), wq, work, delay);
	preempt_enable();
	return queued;
}

static inline bool kc_schedule_work(struct work_struct *work)
{
	bool queued = schedule_work_on(kc_get_work_cpu(work), work);

	preempt_enable();
	return queued;
}
#endif

#if defined(KC_HAS_MOD_DELAYED_WORK) && defined(KC_HAS_ALLOC_WORKQUEUE)
#define kc_mod_delayed_work(wq, work, delay)	mod_delayed_work(wq, work, delay)
#else
/* Any context: does not wait for a timer that fires just now. Two at the same time: the earlier one of them may win. */
static inline bool kc_mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
				       unsigned long delay)
{
	bool pending = __cancel_delayed_work(work);

	kc_queue_delayed_work(wq, work, delay);
	return pending;
}
#endif

#endif /* SRP_COMPAT_WORKQUEUE_H */
