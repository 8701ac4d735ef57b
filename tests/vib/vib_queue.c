// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Receive queues, a queue pair's own and shared ones. */
#include <linux/log2.h>
#include <linux/mm.h>

#include "vib_verbs.h"

int vib_rq_init(struct vib_rq *rq, u32 max_wr, u32 max_sge)
{
	spin_lock_init(&rq->lock);
	if (max_wr > VIB_MAX_WR || max_sge > VIB_MAX_SGE)
		return -EINVAL;
	rq->capacity = max_wr;
	rq->max_sge = max_sge;
	rq->size = roundup_pow_of_two(max(max_wr, 1u));
	rq->stride = offsetof(struct vib_rwr, sge[max_sge]);
	rq->ring = kvcalloc(rq->size, rq->stride, GFP_KERNEL);
	return rq->ring ? 0 : -ENOMEM;
}

void vib_rq_free(struct vib_rq *rq)
{
	kvfree(rq->ring);
	rq->ring = NULL;
}

void vib_rq_clear(struct vib_rq *rq)
{
	spin_lock_irq(&rq->lock);
	rq->head = rq->tail;
	spin_unlock_irq(&rq->lock);
}

u32 vib_rq_count(struct vib_rq *rq)
{
	return READ_ONCE(rq->tail) - READ_ONCE(rq->head);
}

static struct vib_rwr *rq_slot(struct vib_rq *rq, u32 i)
{
	return rq->ring + (size_t)(i & (rq->size - 1)) * rq->stride;
}

int vib_rq_post(struct vib_rq *rq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	unsigned long flags;
	struct vib_rwr *slot;
	int i, ret = 0;

	spin_lock_irqsave(&rq->lock, flags);
	for (; wr; wr = wr->next) {
		if (wr->num_sge < 0 || wr->num_sge > rq->max_sge)
			ret = -EINVAL;
		else if (rq->tail - rq->head >= rq->capacity)
			ret = -ENOMEM;
		if (ret) {
			*bad = wr;
			break;
		}
		slot = rq_slot(rq, rq->tail);
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

static bool rq_take_locked(struct vib_rq *rq, struct vib_rwr *wr)
{
	const struct vib_rwr *slot = rq_slot(rq, rq->head);

	lockdep_assert_held(&rq->lock);
	if (rq->head == rq->tail)
		return false;
	memcpy(wr, slot, offsetof(struct vib_rwr, sge[slot->num_sge]));
	rq->head++;
	return true;
}

bool vib_rq_take(struct vib_rq *rq, struct vib_rwr *wr)
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
		schedule_work(&srq->limit_work);
	}
	spin_unlock_irqrestore(&srq->rq.lock, flags);
	return taken;
}

int vib_srq_create(struct ib_srq *ibsrq, struct ib_srq_init_attr *attr, struct ib_udata *udata)
{
	struct vib_srq *srq = vib_srq(ibsrq);

	if (attr->srq_type != IB_SRQT_BASIC)
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
	vib_rq_free(&srq->rq);
	return 0;
}

int vib_srq_post(struct ib_srq *ibsrq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	return vib_rq_post(&vib_srq(ibsrq)->rq, wr, bad);
}
