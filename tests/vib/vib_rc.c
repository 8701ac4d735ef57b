// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reliable connections. One request at a time: it travels to the responder, is served there, and the answer travels back. Each way
 * can lose it (then the requester repeats it after its ACK timeout, IBA 9.7.6.1.3) or hold it up.
 */
#include "vib_verbs.h"

/* Answers besides enum ib_wc_status. */
#define RC_LOST		(-1)	/* none */
#define RC_NOT_READY	(-2)	/* RNR NAK */

#define RC_POLL		2	/* jiffies between two looks whether a packet that is held up may go on */

static const struct rc_request {
	bool known;
	enum vib_rc_op op;
	int access;		/* what the responder must allow */
	bool takes_recv;
} requests[] = {
	[IB_WR_SEND]			= { true, VIB_OP_SEND, 0, true },
	[IB_WR_SEND_WITH_IMM]		= { true, VIB_OP_SEND, 0, true },
	[IB_WR_SEND_WITH_INV]		= { true, VIB_OP_SEND, 0, true },
	[IB_WR_RDMA_WRITE]		= { true, VIB_OP_WRITE, IB_ACCESS_REMOTE_WRITE, false },
	[IB_WR_RDMA_WRITE_WITH_IMM]	= { true, VIB_OP_WRITE, IB_ACCESS_REMOTE_WRITE, true },
	[IB_WR_RDMA_READ]		= { true, VIB_OP_READ, IB_ACCESS_REMOTE_READ, false },
};

static bool rc_local(enum ib_wr_opcode opcode)
{
	return opcode == IB_WR_REG_MR || opcode == IB_WR_LOCAL_INV;
}

static bool rc_supports(enum ib_wr_opcode opcode)
{
	return rc_local(opcode) || (opcode < ARRAY_SIZE(requests) && requests[opcode].known);
}

/* ---- responder ------------------------------------------------------------------------------------------ */

/* IBA 9.7.5.2: after answering with an error the connection is over. */
static int refuse(struct vib_qp *peer, enum ib_event_type event, enum ib_wc_status answer)
{
	vib_qp_error(peer);
	if (event != IB_EVENT_CQ_ERR)
		vib_qp_event(peer, event);
	return answer;
}

/* The receive that a SEND or an immediate value needs; RC_NOT_READY, or an error for which it was completed. */
static int take_recv(struct vib_qp *peer, u64 len, bool scatter)
{
	struct ib_wc wc = {};

	if (!vib_qp_take_recv(peer))
		return RC_NOT_READY;
	if (scatter && len > peer->recv.len) {
		wc.status = IB_WC_LOC_LEN_ERR;
		vib_qp_complete_recv(peer, &wc, false);
		return refuse(peer, IB_EVENT_QP_REQ_ERR, IB_WC_REM_INV_REQ_ERR);
	}
	if (scatter && !vib_sgl_pin(peer->hca, peer->ib.pd, peer->recv.sge, peer->recv.num_sge, IB_ACCESS_LOCAL_WRITE, &peer->remote)) {
		wc.status = IB_WC_LOC_PROT_ERR;
		vib_qp_complete_recv(peer, &wc, false);
		vib_qp_error(peer);
		return IB_WC_REM_OP_ERR;
	}
	return IB_WC_SUCCESS;
}

static void complete_recv(struct vib_qp *qp, const struct vib_swr *wr, struct vib_qp *peer)
{
	struct ib_wc wc = {
		.opcode = wr->opcode == IB_WR_RDMA_WRITE_WITH_IMM ? IB_WC_RECV_RDMA_WITH_IMM : IB_WC_RECV,
		.byte_len = wr->len,
		.src_qp = qp->ib.qp_num,
		.slid = qp->rc.hdr.slid,
		.sl = qp->av.sl,
		.pkey_index = peer->attr.pkey_index,
		.port_num = peer->attr.port_num,
	};

	if (wr->opcode == IB_WR_SEND_WITH_IMM || wr->opcode == IB_WR_RDMA_WRITE_WITH_IMM) {
		wc.wc_flags = IB_WC_WITH_IMM;
		wc.ex.imm_data = wr->imm;
	} else if (wr->opcode == IB_WR_SEND_WITH_INV) {
		wc.wc_flags = IB_WC_WITH_INVALIDATE;
		wc.ex.invalidate_rkey = wr->invalidate_rkey;
	}
	vib_qp_complete_recv(peer, &wc, wr->flags & IB_SEND_SOLICITED);
}

/* Moves the data and completes the receive. The requester's memory is pinned in qp->local. */
static int move(struct vib_qp *qp, struct vib_swr *wr, struct vib_qp *peer, const struct vib_fate *fate)
{
	const struct rc_request *r = &requests[wr->opcode];
	u32 rkey = wr->rdma.rkey ^ (fate->action == VIB_BAD_RKEY ? 0x00ff00ff : 0);
	int ret;

	/*
	 * More READs at a time than the responder has resources for are refused. Here it is always one, so what the requester
	 * takes the liberty to send is judged.
	 */
	if (r->op == VIB_OP_READ && qp->attr.max_rd_atomic > peer->attr.max_dest_rd_atomic)
		return refuse(peer, IB_EVENT_QP_REQ_ERR, IB_WC_REM_INV_REQ_ERR);
	if (r->access && !(peer->attr.qp_access_flags & r->access))
		return refuse(peer, IB_EVENT_QP_REQ_ERR, IB_WC_REM_INV_REQ_ERR);
	if (r->op != VIB_OP_SEND) {
		if (!vib_sgl_pin_remote(peer->hca, peer->ib.pd, rkey, wr->rdma.addr, wr->len, r->access, &peer->remote))
			return refuse(peer, IB_EVENT_QP_ACCESS_ERR, IB_WC_REM_ACCESS_ERR);
	}
	if (r->takes_recv) {
		ret = take_recv(peer, wr->len, r->op == VIB_OP_SEND);
		if (ret) {
			vib_sgl_unpin(peer->hca, &peer->remote);
			return ret;
		}
	}
	if (r->op == VIB_OP_READ)
		vib_sgl_copy(&qp->local, 0, &peer->remote, wr->len);
	else
		vib_sgl_copy(&peer->remote, 0, &qp->local, wr->len);
	if (fate->action == VIB_FLIP)
		vib_sgl_flip(r->op == VIB_OP_READ ? &qp->local : &peer->remote, fate->arg);
	vib_sgl_unpin(peer->hca, &peer->remote);
	return IB_WC_SUCCESS;
}

/* IBA 9.6.1: does the packet belong to this connection? Otherwise it is dropped without a word. */
static bool belongs(struct vib_qp *qp, struct vib_qp *peer, const struct vib_port *dest)
{
	u16 pkey;

	if (!vib_qp_serves(peer) || peer->ib.qp_type != IB_QPT_RC || peer->attr.dest_qp_num != qp->ib.qp_num)
		return false;
	if (peer->attr.port_num != dest->num || peer->av.dlid != qp->rc.hdr.slid)
		return false;
	pkey = vib_port_pkey(qp->rc.dest, peer->attr.pkey_index);
	if (vib_pkeys_match(qp->rc.hdr.pkey, pkey))
		return true;
	vib_port_check_pkey(qp->rc.dest, &qp->rc.hdr);
	return false;
}

static int serve_locked(struct vib_qp *qp, struct vib_swr *wr, struct vib_qp *peer)
{
	const struct rc_request *r = &requests[wr->opcode];
	const struct vib_fate *fate = &qp->rc.fate;
	int ret;

	lockdep_assert_held(&peer->serve_lock);
	if (!belongs(qp, peer, qp->rc.dest))
		return RC_LOST;
	/* Out of sequence: whatever the requester repeats, it has never the number that is expected. */
	if (!qp->rc.served && qp->psn != peer->expected_psn) {
		vib_trace("%s qp %u psn %u -> qp %u, which expects %u", dev_name(&qp->hca->ib.dev), qp->ib.qp_num, qp->psn,
			  peer->ib.qp_num, peer->expected_psn);
		return RC_LOST;
	}
	if (READ_ONCE(peer->state) == IB_QPS_RTR && !peer->comm_est) {
		peer->comm_est = true;
		vib_qp_event(peer, IB_EVENT_COMM_EST);
	}
	/* Done already, only the answer got lost. A READ is done again (IBA 9.7.5.1.2). */
	if (qp->rc.served && r->op != VIB_OP_READ)
		return IB_WC_SUCCESS;
	switch (fate->action) {
	case VIB_RNR:
		return RC_NOT_READY;
	case VIB_NAK_ACCESS:
		return refuse(peer, IB_EVENT_QP_ACCESS_ERR, IB_WC_REM_ACCESS_ERR);
	case VIB_NAK_OP:
		return refuse(peer, IB_EVENT_QP_FATAL, IB_WC_REM_OP_ERR);
	case VIB_NAK_INVALID:
		return refuse(peer, IB_EVENT_QP_REQ_ERR, IB_WC_REM_INV_REQ_ERR);
	default:
		break;
	}
	/* The memory as it is now, not as it was when the request was posted. */
	if (!vib_sgl_pin(qp->hca, qp->ib.pd, wr->sge, wr->num_sge, r->op == VIB_OP_READ ? IB_ACCESS_LOCAL_WRITE : 0, &qp->local))
		return IB_WC_LOC_PROT_ERR;
	ret = move(qp, wr, peer, fate);
	/* Before the invalidation, which waits for all pins of a region. */
	vib_sgl_unpin(qp->hca, &qp->local);
	return ret;
}

static int serve(struct vib_qp *qp, struct vib_swr *wr)
{
	struct vib_qp *peer = vib_qp_get(qp->rc.dest, qp->attr.dest_qp_num);
	int ret;

	if (!peer)
		return RC_LOST;
	mutex_lock(&peer->serve_lock);
	ret = serve_locked(qp, wr, peer);
	if (ret == IB_WC_SUCCESS && !qp->rc.served && requests[wr->opcode].takes_recv) {
		if (wr->opcode == IB_WR_SEND_WITH_INV &&
		    vib_mr_invalidate(peer->hca, peer->ib.pd, wr->invalidate_rkey) != IB_WC_SUCCESS) {
			struct ib_wc wc = { .status = IB_WC_LOC_ACCESS_ERR };

			vib_qp_complete_recv(peer, &wc, false);
			ret = refuse(peer, IB_EVENT_QP_ACCESS_ERR, IB_WC_REM_ACCESS_ERR);
		} else {
			complete_recv(qp, wr, peer);
		}
	}
	if (ret == IB_WC_SUCCESS && !qp->rc.served)
		peer->expected_psn = (qp->psn + qp->rc.packets) & VIB_PSN_MASK;
	mutex_unlock(&peer->serve_lock);
	vib_qp_put(peer);
	return ret;
}

/* ---- requester ------------------------------------------------------------------------------------------ */

/* IBA table 45, in units of 10 us. */
static const u32 rnr_timer[32] = {
	65536, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192,
	12288, 16384, 24576, 32768, 49152,
};

/* 4.096 us * 2^timeout; 0 means for ever. */
static unsigned long ack_timeout(const struct vib_qp *qp)
{
	return qp->attr.timeout ? (unsigned long)((4096ull << qp->attr.timeout) / TICK_NSEC) + 1 : MAX_JIFFY_OFFSET;
}

/* One ACK timeout is over. False: that was the last one. */
static bool try_again(struct vib_qp *qp)
{
	return qp->rc.tries++ < qp->attr.retry_cnt;
}

static void depart(struct vib_qp *qp, int stage)
{
	qp->rc.stage = stage;
	qp->rc.arrival = jiffies;
	if (qp->rc.fate.action == VIB_DELAY)
		qp->rc.arrival += usecs_to_jiffies(qp->rc.fate.delay_us) + 1;
}

static bool send_request(struct vib_qp *qp, const struct vib_swr *wr)
{
	const struct rc_request *r = &requests[wr->opcode];
	struct vib_port *port = vib_qp_port(qp);

	qp->rc.hdr = (struct vib_hdr){
		.class = VIB_RC,
		.op = r->op,
		.slid = port->s.lid | qp->av.path_bits,
		.dlid = qp->av.dlid,
		.sl = qp->av.sl,
		.pkey = vib_port_pkey(port, qp->attr.pkey_index),
		.src_qpn = qp->ib.qp_num,
		.dest_qpn = qp->attr.dest_qp_num,
		.len = r->op == VIB_OP_READ ? 0 : wr->len,
	};

	/* Of a READ the responses have the numbers (IBA 9.7.2). */
	qp->rc.packets = max(DIV_ROUND_UP_ULL(wr->len, ib_mtu_enum_to_int(qp->attr.path_mtu)), 1ull);
	qp->rc.deadline = jiffies + ack_timeout(qp);
	qp->rc.dest = vib_fabric_transit(port, &qp->rc.hdr, &qp->rc.fate);
	if (!qp->rc.dest)
		return false;
	depart(qp, VIB_RC_REQUEST);
	return true;
}

/* A rule inverts a byte of what a READ brought. Who takes away the memory meanwhile sees no byte change. */
static void flip_read(struct vib_qp *qp, const struct vib_swr *wr)
{
	if (!vib_sgl_pin(qp->hca, qp->ib.pd, wr->sge, wr->num_sge, IB_ACCESS_LOCAL_WRITE, &qp->local))
		return;
	vib_sgl_flip(&qp->local, qp->rc.fate.arg);
	vib_sgl_unpin(qp->hca, &qp->local);
}

static bool send_response(struct vib_qp *qp, const struct vib_swr *wr)
{
	const struct rc_request *r = &requests[wr->opcode];
	struct vib_hdr hdr = {
		.class = VIB_RC_ACK,
		.op = r->op,
		.slid = qp->av.dlid,
		.dlid = qp->rc.hdr.slid,
		.sl = qp->av.sl,
		.pkey = qp->rc.hdr.pkey,
		.src_qpn = qp->attr.dest_qp_num,
		.dest_qpn = qp->ib.qp_num,
		.len = r->op == VIB_OP_READ && qp->rc.result == IB_WC_SUCCESS ? wr->len : 0,
	};

	if (!vib_fabric_transit(qp->rc.dest, &hdr, &qp->rc.fate))
		return false;
	if (qp->rc.fate.action == VIB_FLIP && hdr.len)
		flip_read(qp, wr);
	depart(qp, VIB_RC_RESPONSE);
	return true;
}

/* Is the packet still on its way? */
static bool held_up(struct vib_qp *qp)
{
	if (time_before(jiffies, qp->rc.arrival) || (qp->rc.fate.action == VIB_HOLD && vib_fault_holding(qp->rc.fate.rule)))
		return true;
	if (qp->rc.stage != VIB_RC_REQUEST || !vib_port_frozen(qp->rc.dest))
		return false;
	if (!qp->rc.frozen)
		vib_port_waits(qp->rc.dest);
	qp->rc.frozen = true;
	return true;
}

static unsigned long finish(struct vib_qp *qp, enum ib_wc_status result, enum ib_wc_status *status)
{
	if (result == IB_WC_SUCCESS)
		qp->psn = (qp->psn + qp->rc.packets) & VIB_PSN_MASK;
	memset(&qp->rc, 0, sizeof(qp->rc));
	*status = result;
	return 0;
}

/* Neither request nor answer will arrive: the rest of the timeout passes, then it is sent again. */
static unsigned long lost(struct vib_qp *qp, enum ib_wc_status *status)
{
	unsigned long now = jiffies;

	qp->rc.stage = VIB_RC_IDLE;
	if (!qp->attr.timeout)
		return HZ;
	if (!try_again(qp))
		return finish(qp, IB_WC_RETRY_EXC_ERR, status);
	return time_after(qp->rc.deadline, now) ? qp->rc.deadline - now : 1;
}

static unsigned long wait_in_flight(struct vib_qp *qp, enum ib_wc_status *status)
{
	if (qp->attr.timeout && time_after_eq(jiffies, qp->rc.deadline)) {
		if (!try_again(qp))
			return finish(qp, IB_WC_RETRY_EXC_ERR, status);
		qp->rc.deadline = jiffies + ack_timeout(qp);
	}
	return RC_POLL;
}

static unsigned long not_ready(struct vib_qp *qp, enum ib_wc_status *status)
{
	struct vib_qp *peer;
	u32 timer = 0;

	if (qp->attr.rnr_retry != 7 && qp->rc.rnr_tries++ == qp->attr.rnr_retry)
		return finish(qp, IB_WC_RNR_RETRY_EXC_ERR, status);
	peer = vib_qp_get(qp->rc.dest, qp->attr.dest_qp_num);
	if (peer) {
		timer = peer->attr.min_rnr_timer & 31;
		vib_qp_put(peer);
	}
	qp->rc.stage = VIB_RC_IDLE;
	qp->rc.tries = 0;
	return usecs_to_jiffies(10 * rnr_timer[timer]) + 1;
}

static enum ib_wc_status execute_local(struct vib_qp *qp, const struct vib_swr *wr)
{
	if (wr->opcode == IB_WR_REG_MR)
		return vib_mr_register(qp->ib.pd, &wr->reg);
	return vib_mr_invalidate(qp->hca, qp->ib.pd, wr->invalidate_rkey);
}

/* What a requester notices before it sends anything. */
static enum ib_wc_status check_local(struct vib_qp *qp, const struct vib_swr *wr)
{
	bool read = requests[wr->opcode].op == VIB_OP_READ;

	if (read && !qp->attr.max_rd_atomic)
		return IB_WC_LOC_QP_OP_ERR;
	if (wr->len > VIB_MAX_MSG)
		return IB_WC_LOC_LEN_ERR;
	if (!vib_sgl_pin(qp->hca, qp->ib.pd, wr->sge, wr->num_sge, read ? IB_ACCESS_LOCAL_WRITE : 0, &qp->local))
		return IB_WC_LOC_PROT_ERR;
	vib_sgl_unpin(qp->hca, &qp->local);
	return IB_WC_SUCCESS;
}

static unsigned long rc_execute(struct vib_qp *qp, struct vib_swr *wr, enum ib_wc_status *status)
{
	if (rc_local(wr->opcode)) {
		*status = execute_local(qp, wr);
		return 0;
	}
	if (!qp->rc.checked) {
		*status = check_local(qp, wr);
		if (*status)
			return 0;
		qp->rc.checked = true;
	}
	if (qp->rc.stage == VIB_RC_IDLE && !send_request(qp, wr))
		return lost(qp, status);
	if (qp->rc.stage == VIB_RC_REQUEST) {
		if (held_up(qp))
			return wait_in_flight(qp, status);
		qp->rc.result = serve(qp, wr);
		vib_trace("%s qp %u -> lid %u qp %u op %u len %llu: %d", dev_name(&qp->hca->ib.dev), qp->ib.qp_num, qp->av.dlid,
			  qp->attr.dest_qp_num, wr->opcode, wr->len, qp->rc.result);
		if (qp->rc.result == IB_WC_LOC_PROT_ERR)
			return finish(qp, IB_WC_LOC_PROT_ERR, status);
		if (qp->rc.result == IB_WC_SUCCESS)
			qp->rc.served = true;
		if (qp->rc.result == RC_LOST || !send_response(qp, wr))
			return lost(qp, status);
	}
	if (held_up(qp))
		return wait_in_flight(qp, status);
	if (qp->rc.result == RC_NOT_READY)
		return not_ready(qp, status);
	return finish(qp, qp->rc.result, status);
}

const struct vib_transport vib_rc_transport = {
	.supports = rc_supports,
	.execute = rc_execute,
	.after_error = IB_QPS_ERR,
};
