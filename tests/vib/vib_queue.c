// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rings of work requests; receive queues, a queue pair's own and shared ones. */
#include <linux/log2.h>
#include <linux/mm.h>

#include "vib_verbs.h"

/* ---- rings ---------------------------------------------------------------------------------------------- */

int vib_ring_init(struct vib_ring *ring, u32 max_wr, u32 max_sge, size_t slot_bytes)
{
	spin_lock_init(&ring->lock);
	atomic_set(&ring->unpolled, 0);
	if (max_wr > VIB_MAX_WR || max_sge > VIB_MAX_SGE)
		return -EINVAL;
	ring->capacity = max_wr;
	ring->max_sge = max_sge;
	ring->size = roundup_pow_of_two(max(max_wr, 1u));
	ring->stride = slot_bytes;
	ring->slots = kvcalloc(ring->size, ring->stride, GFP_KERNEL);
	return ring->slots ? 0 : -ENOMEM;
}

void vib_ring_free(struct vib_ring *ring)
{
	kvfree(ring->slots);
	ring->slots = NULL;
}

void vib_ring_clear(struct vib_ring *ring)
{
	spin_lock_irq(&ring->lock);
	ring->head = ring->tail;
	atomic_set(&ring->unpolled, 0);
	spin_unlock_irq(&ring->lock);
}

u32 vib_ring_used(struct vib_ring *ring)
{
	return READ_ONCE(ring->tail) - READ_ONCE(ring->head) + atomic_read(&ring->unpolled);
}

/* ---- receive queues ------------------------------------------------------------------------------------- */

int vib_rq_init(struct vib_ring *rq, u32 max_wr, u32 max_sge)
{
	return vib_ring_init(rq, max_wr, max_sge, offsetof(struct vib_rwr, sge[max_sge]));
}

int vib_rq_post(struct vib_ring *rq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	unsigned long flags;
	struct vib_rwr *slot;
	int i, ret = 0;

	spin_lock_irqsave(&rq->lock, flags);
	for (; wr; wr = wr->next) {
		if (wr->num_sge < 0 || wr->num_sge > rq->max_sge)
			ret = -EINVAL;
		else if (vib_ring_used(rq) >= rq->capacity)
			ret = -ENOMEM;
		if (ret) {
			*bad = wr;
			break;
		}
		slot = vib_ring_slot(rq, rq->tail);
		slot->wr_id = wr->wr_id;
		slot->num_sge = wr->num_sge;
		slot->len = 0;
		for (i = 0; i < wr->num_sge; i++) {
			slot->sge[i] = wr->sg_list[i];
			slot->len += wr->sg_list[i].length;
		}
		rq->tail++;
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return ret;
}

static bool rq_take_locked(struct vib_ring *rq, struct vib_rwr *wr)
{
	const struct vib_rwr *slot = vib_ring_slot(rq, rq->head);

	lockdep_assert_held(&rq->lock);
	if (rq->head == rq->tail)
		return false;
	memcpy(wr, slot, offsetof(struct vib_rwr, sge[slot->num_sge]));
	vib_ring_take(rq);
	return true;
}

bool vib_rq_take(struct vib_ring *rq, struct vib_rwr *wr)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&rq->lock, flags);
	taken = rq_take_locked(rq, wr);
	spin_unlock_irqrestore(&rq->lock, flags);
	return taken;
}

/* ---- shared --------------------------------------------------------------------------------------------- */

static void srq_limit(struct work_struct *work)
{
	struct vib_srq *srq = container_of(work, struct vib_srq, limit_work);
	struct ib_event event = { .device = srq->ib.device, .event = IB_EVENT_SRQ_LIMIT_REACHED, .element.srq = &srq->ib };

	if (srq->ib.event_handler)
		srq->ib.event_handler(&event, srq->ib.srq_context);
}

bool vib_srq_take(struct vib_srq *srq, struct vib_rwr *wr)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&srq->rq.lock, flags);
	taken = rq_take_locked(&srq->rq, wr);
	/* IBA 10.2.9.2: once for each arming. */
	if (srq->limit && srq->rq.tail - srq->rq.head < srq->limit) {
		srq->limit = 0;
		queue_work(vib_hca(srq->ib.device)->wq, &srq->limit_work);
	}
	spin_unlock_irqrestore(&srq->rq.lock, flags);
	return taken;
}

int vib_srq_create(struct ib_srq *ibsrq, struct ib_srq_init_attr *attr, struct ib_udata *udata)
{
	struct vib_srq *srq = vib_srq(ibsrq);

	if (!vib_srq_is_basic(attr))
		return -EOPNOTSUPP;
	if (!attr->attr.max_wr)
		return -EINVAL;
	INIT_WORK(&srq->limit_work, srq_limit);
	return vib_rq_init(&srq->rq, attr->attr.max_wr, attr->attr.max_sge);
}

int vib_srq_modify(struct ib_srq *ibsrq, struct ib_srq_attr *attr, enum ib_srq_attr_mask mask, struct ib_udata *udata)
{
	struct vib_srq *srq = vib_srq(ibsrq);

	if (mask & IB_SRQ_MAX_WR)
		return -EOPNOTSUPP;
	if (mask & IB_SRQ_LIMIT) {
		if (attr->srq_limit > srq->rq.capacity)
			return -EINVAL;
		spin_lock_irq(&srq->rq.lock);
		srq->limit = attr->srq_limit;
		spin_unlock_irq(&srq->rq.lock);
	}
	return 0;
}

int vib_srq_query(struct ib_srq *ibsrq, struct ib_srq_attr *attr)
{
	struct vib_srq *srq = vib_srq(ibsrq);

	attr->max_wr = srq->rq.capacity;
	attr->max_sge = srq->rq.max_sge;
	attr->srq_limit = srq->limit;
	return 0;
}

int vib_srq_destroy(struct ib_srq *ibsrq, struct ib_udata *udata)
{
	struct vib_srq *srq = vib_srq(ibsrq);

	/* The queue pairs are gone, so nobody takes. */
	cancel_work_sync(&srq->limit_work);
	vib_ring_free(&srq->rq);
	return 0;
}

int vib_srq_post(struct ib_srq *ibsrq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	return vib_rq_post(&vib_srq(ibsrq)->rq, wr, bad);
}
