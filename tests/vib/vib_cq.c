// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Completion queues: a ring and an arming. */
#include <linux/bottom_half.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "vib_verbs.h"

struct vib_cqe {
	struct ib_wc wc;
	bool solicited;
	u64 due_ns;		/* visible from then on */
	struct vib_ring *ring;	/* where polling it makes room, */
	u32 slots;		/* this much */
};

static struct vib_cqe *cq_slot(struct vib_cq *cq, u32 i)
{
	return &cq->ring[i & (cq->size - 1)];
}

/* The next completion that the owner may see, or NULL. */
static struct vib_cqe *cq_first(struct vib_cq *cq)
{
	struct vib_cqe *cqe = cq_slot(cq, cq->head);

	lockdep_assert_held(&cq->lock);
	if (cq->head == cq->tail || (cqe->due_ns && cqe->due_ns > ktime_get_ns()))
		return NULL;
	return cqe;
}

static void cq_release(struct vib_cqe *cqe)
{
	atomic_sub(cqe->slots, &cqe->ring->unpolled);
}

static struct workqueue_struct *cq_wq(const struct vib_cq *cq)
{
	return vib_hca(cq->ib.device)->wq;
}

/* One call for one arming. Softirqs are held back so that a poller in one runs now, not when ksoftirqd gets the CPU. */
static void cq_notify(struct vib_cq *cq)
{
	local_bh_disable();
	cq->ib.comp_handler(&cq->ib, cq->ib.cq_context);
	local_bh_enable();
}

static void cq_late(struct work_struct *work)
{
	struct vib_cq *cq = container_of(to_delayed_work(work), struct vib_cq, late);
	bool notify = false, ready;
	u64 due_ns = 0;

	spin_lock_irq(&cq->lock);
	ready = cq_first(cq);
	if (ready) {
		/* Whether one of the late ones was solicited is not looked at: an early notification does no harm. */
		notify = cq->armed;
		cq->armed = 0;
	}
	if (cq->head != cq->tail)
		due_ns = cq_slot(cq, cq->tail - 1)->due_ns;
	spin_unlock_irq(&cq->lock);
	/* What was not due a moment ago may be by now. */
	if (due_ns && (!ready || due_ns > ktime_get_ns()))
		queue_delayed_work(cq_wq(cq), &cq->late, 1);
	if (notify)
		cq_notify(cq);
}

static void cq_error(struct work_struct *work)
{
	struct vib_cq *cq = container_of(work, struct vib_cq, error);
	struct ib_event event = { .device = cq->ib.device, .event = IB_EVENT_CQ_ERR, .element.cq = &cq->ib };

	pr_err("vib: %s: completion queue overrun\n", dev_name(&cq->ib.device->dev));
	if (cq->ib.event_handler)
		cq->ib.event_handler(&event, cq->ib.cq_context);
}

bool vib_cq_push(struct vib_cq *cq, const struct ib_wc *wc, bool solicited, struct vib_ring *ring, u32 slots)
{
	u32 late_us = READ_ONCE(vib_knobs.late_complete_us);
	bool notify = false, fits;
	struct vib_cqe *cqe;
	unsigned long flags;
	u64 last_ns = 0;

	spin_lock_irqsave(&cq->lock, flags);
	fits = !cq->dead && cq->tail - cq->head < cq->capacity;
	if (!fits) {
		if (!cq->dead)
			queue_work(cq_wq(cq), &cq->error);
		cq->dead = true;
		goto unlock;
	}
	if (cq->head != cq->tail)
		last_ns = cq_slot(cq, cq->tail - 1)->due_ns;
	cqe = cq_slot(cq, cq->tail++);
	cqe->wc = *wc;
	cqe->ring = ring;
	cqe->slots = slots;
	cqe->solicited = solicited || wc->status != IB_WC_SUCCESS;
	/* Order is kept when the knob is turned down. */
	cqe->due_ns = late_us ? max(last_ns, ktime_get_ns() + late_us * (u64)NSEC_PER_USEC) : last_ns;
	if (cqe->due_ns) {
		cq->late_count++;
		queue_delayed_work(cq_wq(cq), &cq->late, usecs_to_jiffies(late_us) + 1);
	} else if (cq->armed == IB_CQ_NEXT_COMP || (cq->armed == IB_CQ_SOLICITED && cqe->solicited)) {
		notify = true;
		cq->armed = 0;
	}
unlock:
	spin_unlock_irqrestore(&cq->lock, flags);
	if (notify)
		cq_notify(cq);
	return fits;
}

int vib_cq_poll(struct ib_cq *ibcq, int max, struct ib_wc *wc)
{
	struct vib_cq *cq = vib_cq(ibcq);
	struct vib_cqe *cqe;
	unsigned long flags;
	int n = 0;

	spin_lock_irqsave(&cq->lock, flags);
	for (; n < max && (cqe = cq_first(cq)); n++) {
		wc[n] = cqe->wc;
		cq_release(cqe);
		cq->head++;
	}
	spin_unlock_irqrestore(&cq->lock, flags);
	return n;
}

int vib_cq_arm(struct ib_cq *ibcq, enum ib_cq_notify_flags flags)
{
	struct vib_cq *cq = vib_cq(ibcq);
	unsigned long irq;
	int missed = 0;

	spin_lock_irqsave(&cq->lock, irq);
	/* A stronger arming is not weakened. IB_CQ_NEXT_COMP is the greater number. */
	cq->armed = max_t(int, cq->armed, flags & IB_CQ_SOLICITED_MASK);
	if ((flags & IB_CQ_REPORT_MISSED_EVENTS) && cq_first(cq))
		missed = 1;
	spin_unlock_irqrestore(&cq->lock, irq);
	return missed;
}

void vib_cq_purge(struct vib_cq *cq, const struct ib_qp *qp)
{
	u32 from, to;

	spin_lock_irq(&cq->lock);
	for (from = to = cq->head; from != cq->tail; from++) {
		if (cq_slot(cq, from)->wc.qp != qp)
			*cq_slot(cq, to++) = *cq_slot(cq, from);
		else
			cq_release(cq_slot(cq, from));
	}
	cq->tail = to;
	spin_unlock_irq(&cq->lock);
}

int vib_cq_create(struct ib_cq *ibcq, const struct ib_cq_init_attr *attr)
{
	struct vib_hca *hca = vib_hca(ibcq->device);
	struct vib_cq *cq = vib_cq(ibcq);

	if (attr->flags || attr->cqe < 1 || attr->cqe > VIB_MAX_CQE)
		return -EINVAL;
	if (vib_refused(ibcq->device, VIB_CREATE_CQ))
		return -ENOMEM;
	cq->capacity = attr->cqe;
	cq->size = roundup_pow_of_two(attr->cqe);
	cq->ring = kvcalloc(cq->size, sizeof(*cq->ring), GFP_KERNEL);
	if (!cq->ring)
		return -ENOMEM;
	spin_lock_init(&cq->lock);
	INIT_DELAYED_WORK(&cq->late, cq_late);
	INIT_WORK(&cq->error, cq_error);
	ibcq->cqe = attr->cqe;
	spin_lock_irq(&hca->cq_lock);
	list_add_tail(&cq->entry, &hca->cqs);
	spin_unlock_irq(&hca->cq_lock);
	return 0;
}

int vib_cq_resize(struct ib_cq *ibcq, unsigned int cqe, struct ib_udata *udata)
{
	struct vib_cq *cq = vib_cq(ibcq);
	struct vib_cqe *ring, *old;
	u32 size, i, n;

	if (cqe < 1 || cqe > VIB_MAX_CQE)
		return -EINVAL;
	size = roundup_pow_of_two(cqe);
	ring = kvcalloc(size, sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	spin_lock_irq(&cq->lock);
	n = cq->tail - cq->head;
	old = ring;
	if (n <= cqe) {
		for (i = 0; i < n; i++)
			ring[i] = *cq_slot(cq, cq->head + i);
		old = cq->ring;
		cq->ring = ring;
		cq->size = size;
		cq->capacity = cqe;
		cq->head = 0;
		cq->tail = n;
		ibcq->cqe = cqe;
	}
	spin_unlock_irq(&cq->lock);
	kvfree(old);
	return n <= cqe ? 0 : -EINVAL;
}

int vib_cq_destroy(struct ib_cq *ibcq, struct ib_udata *udata)
{
	struct vib_hca *hca = vib_hca(ibcq->device);
	struct vib_cq *cq = vib_cq(ibcq);

	spin_lock_irq(&hca->cq_lock);
	list_del(&cq->entry);
	spin_unlock_irq(&hca->cq_lock);
	/* The queue pairs are gone, so nobody pushes. */
	cancel_delayed_work_sync(&cq->late);
	cancel_work_sync(&cq->error);
	kvfree(cq->ring);
	return 0;
}
