// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Queue pairs: states, posting, the engine, flush. What a request does is the transports' business. */
#include <linux/slab.h>

#include "vib_verbs.h"

#define VIB_BATCH	64	/* requests that an engine executes before it lets others have the worker */

struct vib_mcast {
	struct list_head entry;
	union ib_gid gid;
};

/* ---- references ----------------------------------------------------------------------------------------- */

/*
 * The HCA behind @port cannot be freed inside an RCU read section: removal clears port->hca and waits for a grace period before it
 * frees.
 */
static struct vib_hca *port_hca(struct vib_port *port)
{
	struct vib_hca *hca;
	unsigned long flags;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "vib: HCA used without RCU");
	spin_lock_irqsave(&vib_fabric_lock, flags);
	hca = port->hca;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	return hca;
}

struct vib_qp *vib_qp_get(struct vib_port *port, u32 qpn)
{
	struct vib_qp *qp = NULL;
	struct vib_hca *hca;
	unsigned long flags;

	rcu_read_lock();
	hca = port_hca(port);
	if (!hca)
		goto unlock;
	vib_table_lock_irqsave(&hca->qps, flags);
	qp = qpn < 2 ? hca->special[port->num][qpn] : vib_table_find(&hca->qps, qpn);
	if (qp)
		refcount_inc(&qp->refs);
	vib_table_unlock_irqrestore(&hca->qps, flags);
unlock:
	rcu_read_unlock();
	return qp;
}

static bool qp_in_group(struct vib_qp *qp, const union ib_gid *gid)
{
	struct vib_mcast *m;
	bool found = false;

	spin_lock(&qp->lock);
	list_for_each_entry(m, &qp->mcast, entry)
		found |= !memcmp(&m->gid, gid, sizeof(*gid));
	spin_unlock(&qp->lock);
	return found;
}

struct vib_qp *vib_qp_get_mcast(struct vib_port *port, const union ib_gid *gid, u32 after)
{
	struct vib_qp *qp, *found = NULL;
	struct vib_hca *hca;
	unsigned long flags, qpn;

	rcu_read_lock();
	hca = port_hca(port);
	if (!hca)
		goto unlock;
	vib_table_lock_irqsave(&hca->qps, flags);
	vib_table_for_each_from(&hca->qps, qpn, qp, after + 1) {
		if (qp->attr.port_num != port->num || !qp_in_group(qp, gid))
			continue;
		refcount_inc(&qp->refs);
		found = qp;
		break;
	}
	vib_table_unlock_irqrestore(&hca->qps, flags);
unlock:
	rcu_read_unlock();
	return found;
}

void vib_qp_put(struct vib_qp *qp)
{
	if (refcount_dec_and_test(&qp->refs))
		complete(&qp->released);
}

/* ---- events --------------------------------------------------------------------------------------------- */

static void qp_event_work(struct work_struct *work)
{
	struct vib_qp *qp = container_of(work, struct vib_qp, event_work);
	struct ib_event event = { .device = qp->ib.device, .element.qp = &qp->ib };
	int bit;

	for (bit = 0; bit < BITS_PER_LONG; bit++) {
		if (!test_and_clear_bit(bit, &qp->events))
			continue;
		vib_trace("%s qp %u event %s", dev_name(&qp->hca->ib.dev), qp->ib.qp_num, ib_event_msg(bit));
		event.event = bit;
		if (qp->ib.event_handler)
			qp->ib.event_handler(&event, qp->ib.qp_context);
	}
}

void vib_qp_event(struct vib_qp *qp, enum ib_event_type event)
{
	set_bit(event, &qp->events);
	queue_work(qp->hca->wq, &qp->event_work);
}

bool vib_qp_error(struct vib_qp *qp)
{
	unsigned long flags;
	bool better;

	spin_lock_irqsave(&qp->lock, flags);
	better = qp->state != IB_QPS_RESET && qp->state != IB_QPS_ERR;
	if (better)
		WRITE_ONCE(qp->state, IB_QPS_ERR);
	spin_unlock_irqrestore(&qp->lock, flags);
	queue_work(qp->hca->wq, &qp->engine);
	return better;
}

/* ---- completions ---------------------------------------------------------------------------------------- */

/* On errors only wr_id, status and qp are defined (IBA 11.4.2.1); strict mode makes sure that nobody relies on more. */
static void wc_error(struct ib_wc *wc, enum ib_wc_status status)
{
	if (READ_ONCE(vib_knobs.strict)) {
		memset(wc, 0xa5, sizeof(*wc));
		wc->vendor_err = 0;
		/* ib_uverbs looks that port up, and wants a LID of 16 bits, whatever the status is. */
		wc->port_num = 1;
		wc->slid = VIB_LID_PERMISSIVE;
	}
	wc->status = status;
}

/* IBA 11.6.3.2: an error that prevents completions from being reported is told by an event. */
static void complete_wc(struct vib_qp *qp, struct ib_cq *cq, const struct ib_wc *wc, bool solicited, struct vib_ring *ring, u32 slots)
{
	if (!vib_cq_push(vib_cq(cq), wc, solicited, ring, slots) && vib_qp_error(qp))
		vib_qp_event(qp, IB_EVENT_QP_FATAL);
}

bool vib_qp_take_recv(struct vib_qp *qp)
{
	lockdep_assert_held(&qp->serve_lock);
	return qp->srq ? vib_srq_take(qp->srq, &qp->recv) : vib_rq_take(&qp->rq, &qp->recv);
}

void vib_qp_complete_recv(struct vib_qp *qp, struct ib_wc *wc, bool solicited)
{
	lockdep_assert_held(&qp->serve_lock);
	if (wc->status != IB_WC_SUCCESS)
		wc_error(wc, wc->status);
	wc->wr_id = qp->recv.wr_id;
	wc->qp = &qp->ib;
	complete_wc(qp, qp->ib.recv_cq, wc, solicited, qp->srq ? &qp->srq->rq : &qp->rq, 1);
}

/* The oldest request, or NULL. */
static struct vib_swr *sq_peek(struct vib_ring *sq)
{
	struct vib_swr *wr = NULL;
	unsigned long flags;

	spin_lock_irqsave(&sq->lock, flags);
	if (sq->tail != sq->head)
		wr = vib_ring_slot(sq, sq->head);
	spin_unlock_irqrestore(&sq->lock, flags);
	return wr;
}

static enum ib_wc_opcode wc_opcode(enum ib_wr_opcode opcode)
{
	switch (opcode) {
	case IB_WR_RDMA_WRITE:
	case IB_WR_RDMA_WRITE_WITH_IMM:
		return IB_WC_RDMA_WRITE;
	case IB_WR_RDMA_READ:
		return IB_WC_RDMA_READ;
	case IB_WR_REG_MR:
		return IB_WC_REG_MR;
	case IB_WR_LOCAL_INV:
		return IB_WC_LOCAL_INV;
	default:
		return IB_WC_SEND;
	}
}

/* Completes the oldest request. */
static void sq_complete(struct vib_qp *qp, struct vib_swr *wr, enum ib_wc_status status)
{
	bool wanted = status != IB_WC_SUCCESS || qp->init.sq_sig_type == IB_SIGNAL_ALL_WR || (wr->flags & IB_SEND_SIGNALED);
	struct ib_wc wc = {};
	unsigned long flags;

	if (status == IB_WC_SUCCESS) {
		wc.opcode = wc_opcode(wr->opcode);
		wc.byte_len = wr->len;
		wc.port_num = qp->attr.port_num;
	} else {
		wc_error(&wc, status);
	}
	wc.wr_id = wr->wr_id;
	wc.qp = &qp->ib;
	/* Done with the slot first: who polls the completion may post again at once. */
	spin_lock_irqsave(&qp->sq.lock, flags);
	vib_ring_take(&qp->sq);
	spin_unlock_irqrestore(&qp->sq.lock, flags);
	qp->silent++;
	if (!wanted)
		return;
	complete_wc(qp, qp->ib.send_cq, &wc, false, &qp->sq, qp->silent);
	qp->silent = 0;
}

static void flush_sends(struct vib_qp *qp)
{
	struct vib_swr *wr;

	while ((wr = sq_peek(&qp->sq)))
		sq_complete(qp, wr, IB_WC_WR_FLUSH_ERR);
}

/* A receive that a peer is filling at this moment completes first: that is what the lock is for. */
static void flush_receives(struct vib_qp *qp)
{
	mutex_lock(&qp->serve_lock);
	while (READ_ONCE(qp->state) == IB_QPS_ERR && !qp->srq && vib_qp_take_recv(qp)) {
		struct ib_wc wc = { .status = IB_WC_WR_FLUSH_ERR };

		vib_qp_complete_recv(qp, &wc, false);
	}
	if (qp->srq && !qp->last_wqe && READ_ONCE(qp->state) == IB_QPS_ERR) {
		qp->last_wqe = true;
		vib_qp_event(qp, IB_EVENT_QP_LAST_WQE_REACHED);
	}
	mutex_unlock(&qp->serve_lock);
}

/* ---- the engine ----------------------------------------------------------------------------------------- */

static void qp_timer(struct work_struct *work)
{
	struct vib_qp *qp = container_of(to_delayed_work(work), struct vib_qp, timer);

	WRITE_ONCE(qp->waiting, false);
	queue_work(qp->hca->wq, &qp->engine);
}

static void send_failed(struct vib_qp *qp)
{
	unsigned long flags;

	spin_lock_irqsave(&qp->lock, flags);
	if (qp->state == IB_QPS_RTS || qp->state == IB_QPS_SQD)
		WRITE_ONCE(qp->state, qp->transport->after_error);
	spin_unlock_irqrestore(&qp->lock, flags);
}

static void sq_drained(struct vib_qp *qp)
{
	unsigned long flags;
	bool tell;

	spin_lock_irqsave(&qp->lock, flags);
	tell = qp->state == IB_QPS_SQD && qp->attr.en_sqd_async_notify;
	qp->attr.en_sqd_async_notify = 0;
	spin_unlock_irqrestore(&qp->lock, flags);
	if (tell)
		vib_qp_event(qp, IB_EVENT_SQ_DRAINED);
}

static void qp_engine(struct work_struct *work)
{
	struct vib_qp *qp = container_of(work, struct vib_qp, engine);
	enum ib_wc_status status;
	struct vib_swr *wr;
	unsigned long wait;
	int budget;

	/* It may go on for ever, and old kernels' workers yield to nobody. */
	cond_resched();
	for (budget = VIB_BATCH; budget; budget--) {
		switch (READ_ONCE(qp->state)) {
		case IB_QPS_RTS:
			break;
		case IB_QPS_SQE:
			flush_sends(qp);
			return;
		case IB_QPS_ERR:
			if (READ_ONCE(qp->hca->no_flush) && qp->ib.qp_type == IB_QPT_RC)
				return;
			flush_sends(qp);
			flush_receives(qp);
			return;
		case IB_QPS_SQD:
			/* A request that has been begun is finished first. */
			if (qp->rc.stage != VIB_RC_IDLE)
				break;
			sq_drained(qp);
			return;
		default:
			return;
		}
		/* A new request does not cut short the time that an older one has to wait. */
		if (READ_ONCE(qp->waiting))
			return;
		wr = sq_peek(&qp->sq);
		if (!wr)
			return;
		wait = qp->transport->execute(qp, wr, &status);
		if (wait) {
			WRITE_ONCE(qp->waiting, true);
			queue_delayed_work(qp->hca->wq, &qp->timer, wait);
			continue;	/* the state may have changed meanwhile */
		}
		if (status != IB_WC_SUCCESS) {
			vib_trace("%s qp %u send %u: %s", dev_name(&qp->hca->ib.dev), qp->ib.qp_num, wr->opcode, ib_wc_status_msg(status));
			send_failed(qp);
		}
		sq_complete(qp, wr, status);
	}
	queue_work(qp->hca->wq, &qp->engine);
}

/* ---- posting -------------------------------------------------------------------------------------------- */

void vib_av_set(struct vib_av *av, struct ib_device *dev, const struct rdma_ah_attr *attr)
{
	const struct ib_global_route *grh = &attr->grh;

	memset(av, 0, sizeof(*av));
	av->attr = *attr;
	vib_grh_forget(&av->attr);
	av->port = rdma_ah_get_port_num(attr);
	av->sl = rdma_ah_get_sl(attr);
	av->path_bits = rdma_ah_get_path_bits(attr);
	av->dlid = rdma_ah_get_dlid(attr);
	if (!(rdma_ah_get_ah_flags(attr) & IB_AH_GRH))
		return;
	av->has_grh = true;
	/* IBA 8.3: IP version 6, and the next header is the transport's. */
	av->grh.version_tclass_flow = cpu_to_be32(6 << 28 | grh->traffic_class << 20 | grh->flow_label);
	av->grh.next_hdr = 0x1b;
	av->grh.hop_limit = grh->hop_limit;
	av->grh.dgid = grh->dgid;
	vib_grh_sgid(dev, attr, &av->grh.sgid);
}

static int sq_fill(struct vib_qp *qp, struct vib_swr *slot, const struct ib_send_wr *wr)
{
	int i;

	if (wr->num_sge < 0 || wr->num_sge > qp->sq.max_sge || (wr->send_flags & IB_SEND_INLINE) || !qp->transport->supports(wr->opcode))
		return -EINVAL;
	slot->wr_id = wr->wr_id;
	slot->opcode = wr->opcode;
	slot->flags = wr->send_flags;
	slot->num_sge = wr->num_sge;
	slot->imm = wr->ex.imm_data;
	slot->invalidate_rkey = wr->ex.invalidate_rkey;
	slot->len = 0;
	for (i = 0; i < wr->num_sge; i++) {
		slot->sge[i] = wr->sg_list[i];
		slot->len += wr->sg_list[i].length;
	}
	if (qp->ib.qp_type != IB_QPT_RC) {
		slot->ud.av = vib_ah(ud_wr(wr)->ah)->av;
		slot->ud.qpn = ud_wr(wr)->remote_qpn;
		slot->ud.qkey = ud_wr(wr)->remote_qkey;
		slot->ud.pkey_index = ud_wr(wr)->pkey_index;
		return 0;
	}
	switch (wr->opcode) {
	case IB_WR_RDMA_READ:
	case IB_WR_RDMA_WRITE:
	case IB_WR_RDMA_WRITE_WITH_IMM:
		slot->rdma.addr = rdma_wr(wr)->remote_addr;
		slot->rdma.rkey = rdma_wr(wr)->rkey;
		break;
	case IB_WR_REG_MR:
		vib_reg_get(&slot->reg, wr);
		break;
	default:
		break;
	}
	return 0;
}

int vib_qp_post_send(struct ib_qp *ibqp, const struct ib_send_wr *wr, const struct ib_send_wr **bad)
{
	struct vib_qp *qp = vib_qp(ibqp);
	enum ib_qp_state state = READ_ONCE(qp->state);
	struct vib_ring *sq = &qp->sq;
	unsigned long flags;
	int ret = 0;

	/* IBA 10.3.1: an error before RTS; queued in SQD; flushed in SQE and ERR. */
	if (state == IB_QPS_RESET || state == IB_QPS_INIT || state == IB_QPS_RTR) {
		*bad = wr;
		return -EINVAL;
	}
	if (ibqp->qp_type == IB_QPT_RC && vib_refused(ibqp->device, VIB_POST_SEND)) {
		*bad = wr;
		return -ENOMEM;
	}
	spin_lock_irqsave(&sq->lock, flags);
	for (; wr; wr = wr->next) {
		ret = vib_ring_used(sq) < sq->capacity ? sq_fill(qp, vib_ring_slot(sq, sq->tail), wr) : -ENOMEM;
		if (ret) {
			*bad = wr;
			break;
		}
		sq->tail++;
	}
	spin_unlock_irqrestore(&sq->lock, flags);
	queue_work(qp->hca->wq, &qp->engine);
	return ret;
}

int vib_qp_post_recv(struct ib_qp *ibqp, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	struct vib_qp *qp = vib_qp(ibqp);
	int ret;

	if (READ_ONCE(qp->state) == IB_QPS_RESET || qp->srq) {
		*bad = wr;
		return -EINVAL;
	}
	if (ibqp->qp_type == IB_QPT_RC && vib_refused(ibqp->device, VIB_POST_RECV)) {
		*bad = wr;
		return -ENOMEM;
	}
	ret = vib_rq_post(&qp->rq, wr, bad);
	/* The state is looked at after posting: either the flush under way sees the receive, or we see the error. */
	smp_mb();
	if (READ_ONCE(qp->state) == IB_QPS_ERR)
		queue_work(qp->hca->wq, &qp->engine);
	return ret;
}

/* ---- states --------------------------------------------------------------------------------------------- */

/* Drops everything silently (IBA 10.3.1.1). The state is RESET already, so nothing new is begun. */
static void qp_reset(struct vib_qp *qp)
{
	/* Twice, because the engine starts the timer and the timer the engine. */
	cancel_work_sync(&qp->engine);
	cancel_delayed_work_sync(&qp->timer);
	cancel_work_sync(&qp->engine);
	mutex_lock(&qp->serve_lock);
	vib_cq_purge(vib_cq(qp->ib.send_cq), &qp->ib);
	vib_cq_purge(vib_cq(qp->ib.recv_cq), &qp->ib);
	vib_ring_clear(&qp->rq);
	vib_ring_clear(&qp->sq);
	qp->silent = 0;
	qp->comm_est = false;
	qp->last_wqe = false;
	mutex_unlock(&qp->serve_lock);
	memset(&qp->rc, 0, sizeof(qp->rc));
	qp->waiting = false;
}

static bool qp_attr_ok(const struct vib_qp *qp, const struct ib_qp_attr *attr, int mask)
{
	if ((mask & IB_QP_PORT) && (!attr->port_num || attr->port_num > qp->hca->node->nports))
		return false;
	if ((mask & IB_QP_PKEY_INDEX) && attr->pkey_index >= VIB_PKEYS)
		return false;
	if ((mask & IB_QP_MAX_QP_RD_ATOMIC) && attr->max_rd_atomic > VIB_MAX_RD_ATOMIC)
		return false;
	if ((mask & IB_QP_MAX_DEST_RD_ATOMIC) && attr->max_dest_rd_atomic > VIB_MAX_RD_ATOMIC)
		return false;
	if ((mask & IB_QP_PATH_MTU) && (attr->path_mtu < IB_MTU_256 || attr->path_mtu > IB_MTU_4096))
		return false;
	if ((mask & IB_QP_TIMEOUT) && attr->timeout > 31)
		return false;
	if ((mask & IB_QP_RETRY_CNT) && attr->retry_cnt > 7)
		return false;
	if ((mask & IB_QP_RNR_RETRY) && attr->rnr_retry > 7)
		return false;
	if ((mask & IB_QP_MIN_RNR_TIMER) && attr->min_rnr_timer > 31)
		return false;
	return !(mask & (IB_QP_ALT_PATH | IB_QP_PATH_MIG_STATE | IB_QP_CAP | IB_QP_RATE_LIMIT));
}

static void qp_attr_set(struct vib_qp *qp, const struct ib_qp_attr *attr, int mask)
{
	lockdep_assert_held(&qp->lock);
#define VIB_SET(bit, field) do { if (mask & (bit)) qp->attr.field = attr->field; } while (0)
	VIB_SET(IB_QP_ACCESS_FLAGS, qp_access_flags);
	VIB_SET(IB_QP_PKEY_INDEX, pkey_index);
	VIB_SET(IB_QP_PORT, port_num);
	VIB_SET(IB_QP_QKEY, qkey);
	VIB_SET(IB_QP_PATH_MTU, path_mtu);
	VIB_SET(IB_QP_TIMEOUT, timeout);
	VIB_SET(IB_QP_RETRY_CNT, retry_cnt);
	VIB_SET(IB_QP_RNR_RETRY, rnr_retry);
	VIB_SET(IB_QP_RQ_PSN, rq_psn);
	VIB_SET(IB_QP_SQ_PSN, sq_psn);
	VIB_SET(IB_QP_MAX_QP_RD_ATOMIC, max_rd_atomic);
	VIB_SET(IB_QP_MAX_DEST_RD_ATOMIC, max_dest_rd_atomic);
	VIB_SET(IB_QP_MIN_RNR_TIMER, min_rnr_timer);
	VIB_SET(IB_QP_DEST_QPN, dest_qp_num);
	VIB_SET(IB_QP_EN_SQD_ASYNC_NOTIFY, en_sqd_async_notify);
#undef VIB_SET
	if (mask & IB_QP_AV)
		vib_av_set(&qp->av, qp->ib.device, &attr->ah_attr);
}

int vib_qp_modify(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_udata *udata)
{
	struct vib_qp *qp = vib_qp(ibqp);
	enum ib_qp_state from, to;
	int ret = -EINVAL;

	if (ibqp->qp_type == IB_QPT_RC && vib_refused(ibqp->device, VIB_MODIFY_QP))
		return -ENOMEM;
	/* Path migration exists in the attributes of every connection, but there is only the one state without alternate path. */
	if ((mask & IB_QP_PATH_MIG_STATE) && attr->path_mig_state == IB_MIG_MIGRATED)
		mask &= ~IB_QP_PATH_MIG_STATE;
	mask &= ~IB_QP_ALT_PATH;
	spin_lock_irq(&qp->lock);
	from = mask & IB_QP_CUR_STATE ? attr->cur_qp_state : qp->state;
	to = mask & IB_QP_STATE ? attr->qp_state : from;
	/* A queue pair that failed a moment ago is in the error state, whatever the caller believes. */
	if (from != qp->state && !(from == IB_QPS_RTS && qp->state == IB_QPS_SQE))
		goto unlock;
	if (!vib_modify_qp_is_ok(from, to, ibqp->qp_type, mask) || !qp_attr_ok(qp, attr, mask))
		goto unlock;
	qp_attr_set(qp, attr, mask);
	if (mask & IB_QP_SQ_PSN)
		qp->psn = attr->sq_psn & VIB_PSN_MASK;
	if (mask & IB_QP_RQ_PSN)
		qp->expected_psn = attr->rq_psn & VIB_PSN_MASK;
	/* After the numbers, which the engine or a peer's uses as soon as it sees the state. */
	smp_store_release(&qp->state, to);
	ret = 0;
unlock:
	spin_unlock_irq(&qp->lock);
	vib_trace("%s qp %u modify %u -> %u mask %x: %d", dev_name(&qp->hca->ib.dev), ibqp->qp_num, from, to, mask, ret);
	if (ret)
		return ret;
	if (to == IB_QPS_RESET)
		qp_reset(qp);
	else
		queue_work(qp->hca->wq, &qp->engine);
	return 0;
}

int vib_qp_query(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_qp_init_attr *init)
{
	struct vib_qp *qp = vib_qp(ibqp);

	spin_lock_irq(&qp->lock);
	*attr = qp->attr;
	attr->qp_state = qp->state;
	attr->cur_qp_state = qp->state;
	attr->sq_draining = qp->state == IB_QPS_SQD && qp->sq.head != qp->sq.tail;
	attr->path_mig_state = IB_MIG_MIGRATED;
	attr->ah_attr = qp->av.attr;
	attr->cap = qp->init.cap;
	spin_unlock_irq(&qp->lock);
	*init = qp->init;
	return 0;
}

/* ---- life ----------------------------------------------------------------------------------------------- */

static int qp_publish(struct vib_qp *qp)
{
	struct vib_hca *hca = qp->hca;
	u32 qpn = qp->init.qp_type == IB_QPT_GSI, port = qp->init.port_num;
	int ret = 0;

	if (qp->init.qp_type == IB_QPT_SMI || qp->init.qp_type == IB_QPT_GSI) {
		vib_table_lock_irq(&hca->qps);
		if (!port || port > hca->node->nports || hca->special[port][qpn])
			ret = -EINVAL;
		else
			hca->special[port][qpn] = qp;
		vib_table_unlock_irq(&hca->qps);
		qp->attr.port_num = port;
	} else {
		ret = vib_table_add(&hca->qps, &qpn, qp, 0x100, VIB_MULTICAST_QPN - 1, &hca->next_qpn);
	}
	qp->ib.qp_num = qpn;
	return ret < 0 ? ret : 0;
}

static void qp_unpublish(struct vib_qp *qp)
{
	struct vib_hca *hca = qp->hca;

	vib_table_lock_irq(&hca->qps);
	if (qp->ib.qp_num < 2)
		hca->special[qp->init.port_num][qp->ib.qp_num] = NULL;
	else
		vib_table_remove_locked(&hca->qps, qp->ib.qp_num);
	vib_table_unlock_irq(&hca->qps);
}

int vib_qp_create(struct ib_qp *ibqp, struct ib_qp_init_attr *init, const struct vib_transport *transport)
{
	struct vib_qp *qp = vib_qp(ibqp);
	int ret;

	if (init->create_flags || init->cap.max_inline_data || !init->send_cq || !init->recv_cq)
		return -EINVAL;
	qp->hca = vib_hca(ibqp->device);
	qp->transport = transport;
	qp->srq = init->srq ? vib_srq(init->srq) : NULL;
	qp->state = IB_QPS_RESET;
	refcount_set(&qp->refs, 1);
	init_completion(&qp->released);
	spin_lock_init(&qp->lock);
	mutex_init(&qp->serve_lock);
	INIT_WORK(&qp->engine, qp_engine);
	INIT_DELAYED_WORK(&qp->timer, qp_timer);
	INIT_WORK(&qp->event_work, qp_event_work);
	INIT_LIST_HEAD(&qp->mcast);
	ret = vib_ring_init(&qp->sq, init->cap.max_send_wr, init->cap.max_send_sge, offsetof(struct vib_swr, sge[init->cap.max_send_sge]));
	if (ret)
		return ret;
	ret = vib_rq_init(&qp->rq, qp->srq ? 0 : init->cap.max_recv_wr, qp->srq ? 0 : init->cap.max_recv_sge);
	if (ret)
		goto free_sq;
	qp->init = *init;
	ret = qp_publish(qp);
	if (ret)
		goto free_rq;
	vib_trace("%s qp %u created, type %u", dev_name(&qp->hca->ib.dev), ibqp->qp_num, init->qp_type);
	return 0;

free_rq:
	vib_ring_free(&qp->rq);
free_sq:
	vib_ring_free(&qp->sq);
	return ret;
}

int vib_qp_destroy(struct ib_qp *ibqp, struct ib_udata *udata)
{
	struct vib_qp *qp = vib_qp(ibqp);
	struct vib_mcast *m, *next;

	qp_unpublish(qp);
	spin_lock_irq(&qp->lock);
	WRITE_ONCE(qp->state, IB_QPS_RESET);
	spin_unlock_irq(&qp->lock);
	/* Peers hold a reference while they serve us; afterwards nobody starts a work item of ours any more. */
	vib_qp_put(qp);
	wait_for_completion(&qp->released);
	qp_reset(qp);
	cancel_work_sync(&qp->event_work);
	vib_trace("%s qp %u destroyed", dev_name(&qp->hca->ib.dev), ibqp->qp_num);
	list_for_each_entry_safe(m, next, &qp->mcast, entry)
		kfree(m);
	vib_ring_free(&qp->rq);
	vib_ring_free(&qp->sq);
	mutex_destroy(&qp->serve_lock);
	return 0;
}

/* ---- multicast ------------------------------------------------------------------------------------------ */

int vib_qp_attach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid)
{
	struct vib_qp *qp = vib_qp(ibqp);
	struct vib_mcast *m = kmalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->gid = *gid;
	spin_lock_irq(&qp->lock);
	list_add(&m->entry, &qp->mcast);
	spin_unlock_irq(&qp->lock);
	return 0;
}

int vib_qp_detach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid)
{
	struct vib_qp *qp = vib_qp(ibqp);
	struct vib_mcast *m, *found = NULL;

	spin_lock_irq(&qp->lock);
	list_for_each_entry(m, &qp->mcast, entry)
		if (!memcmp(&m->gid, gid, sizeof(*gid)))
			found = m;
	if (found)
		list_del(&found->entry);
	spin_unlock_irq(&qp->lock);
	kfree(found);
	return found ? 0 : -EINVAL;
}
