// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One RDMA channel. */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "srp_ch.h"
#include "srp_count.h"
#include "srp_log.h"

/* --- completions ---------------------------------------------------------- */

/* Return: true if it was live. */
static bool srp_ch_die(struct srp_ch *ch)
{
	bool was_live = ch->live;

	lockdep_assert_held(&ch->lock);
	ch->live = false;
	if (ch->tm_status == SRP_TM_WAITING) {
		ch->tm_status = -ENOTCONN;
		complete(&ch->tm_done);
	}
	return was_live;
}

static void srp_ch_fail_locked(struct srp_ch *ch)
{
	if (srp_ch_die(ch))
		ch->ops->failed(ch);
}

/* Only the first failure of a connection is news; the others are flushes. */
static void srp_ch_wc_error(struct srp_ch *ch, const struct ib_wc *wc, const char *what)
{
	lockdep_assert_held(&ch->lock);
	if (ch->live)
		srp_err(ch->shost, "failed %s status %s (%d) for CQE %p\n", what,
			ib_wc_status_msg(wc->status), wc->status, kc_wc_cqe(wc));
	srp_ch_fail_locked(ch);
}

/* One signaled send was acknowledged by the target's HCA. */
static void srp_ch_send_acked(struct srp_ch *ch)
{
	ch->sq_free += ch->sq_marks[ch->sq_tail++ & ch->sq_mask];
}

static void srp_send_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct srp_ch *ch = container_of(kc_wc_cqe(wc), struct srp_ch, send_cqe);

	if (likely(wc->status == IB_WC_SUCCESS))
		srp_ch_send_acked(ch);
	else
		srp_ch_wc_error(ch, wc, "SEND");
}

static void srp_ctl_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct srp_ctl *ctl = container_of(kc_wc_cqe(wc), struct srp_ctl, cqe);

	ctl->busy = false;
	if (likely(wc->status == IB_WC_SUCCESS))
		srp_ch_send_acked(ctl->ch);
	else
		srp_ch_wc_error(ctl->ch, wc, "SEND");
}

static void srp_reg_done(struct ib_cq *cq, struct ib_wc *wc)
{
	if (wc->status != IB_WC_SUCCESS)
		srp_ch_wc_error(container_of(kc_wc_cqe(wc), struct srp_ch, reg_cqe), wc,
				"FAST REG");
}

/* Signaled only as the last of a collection of stale keys. */
static void srp_inv_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct srp_ch *ch = container_of(kc_wc_cqe(wc), struct srp_ch, inv_cqe);

	if (wc->status == IB_WC_SUCCESS) {
		srp_ch_send_acked(ch);
		/* Says nothing about the path. */
		ch->seen_tail++;
	} else {
		srp_ch_wc_error(ch, wc, "INV RKEY");
	}
}

void srp_ch_recv_error(struct srp_ch *ch, const struct ib_wc *wc)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	/* The send queue knows the reason if this is only a flush. */
	if (ch->live)
		srp_ch_poll_send(ch);
	srp_ch_wc_error(ch, wc, "RECV");
	spin_unlock_irqrestore(&ch->lock, flags);
}

void srp_ch_repost(struct srp_ch *ch, struct srp_rx *rx, unsigned int len)
{
	struct ib_qp *qp;
	int ret;

	srp_iu_to_device(ch->sdev, &rx->iu, len);
	qp = READ_ONCE(ch->qp);
	/* Handled so late that srp_ch_destroy_qp() gave up waiting. */
	if (unlikely(!qp))
		return;
	ret = kc_post_recv(qp, &rx->wr);
	if (unlikely(ret)) {
		srp_err_ratelimited(ch->shost, "Recv failed with error code %d\n", ret);
		srp_ch_fail(ch);
	}
}

void srp_ch_poll_send(struct srp_ch *ch)
{
	lockdep_assert_held(&ch->lock);
	ib_process_cq_direct(ch->send_cq, -1);
}

/* --- state ---------------------------------------------------------------- */

static unsigned int srp_granted_iu_len(const struct srp_ch *ch, const struct srp_sizes *sizes)
{
	return min(ch->grant.max_it_iu_len, sizes->it_iu_len);
}

unsigned int srp_ch_granted_descs(const struct srp_ch *ch, const struct srp_sizes *sizes)
{
	unsigned int len = srp_granted_iu_len(ch, sizes);
	unsigned int hdr_len = SRP_MAX_CMD_HDR_LEN + sizeof(struct srp_indirect_desc);
	unsigned int room = (len - min(len, hdr_len)) / sizeof(struct srp_direct_desc);

	return min(sizes->cmd_sg_entries, room);
}

void srp_ch_set_live(struct srp_ch *ch, const struct srp_sizes *sizes)
{
	const struct srp_login_grant *grant = &ch->grant;
	unsigned long flags;

	ch->max_it_iu_len = srp_granted_iu_len(ch, sizes);
	ch->cmd_sg_entries = srp_ch_granted_descs(ch, sizes);
	ch->imm_data_max = 0;
	if (grant->imm_data && ch->max_it_iu_len > SRP_IMM_DATA_OFFSET)
		ch->imm_data_max = min(sizes->imm_data_max,
				       ch->max_it_iu_len - SRP_IMM_DATA_OFFSET);

	spin_lock_irqsave(&ch->lock, flags);
	ch->credits = grant->req_lim;
	ch->heard_at = jiffies;
	ch->fed_at = jiffies;
	ch->probes = 0;
	/* Pairs with srp_queuecommand(), which looks without the lock. */
	kc_store_release(&ch->live, true);
	spin_unlock_irqrestore(&ch->lock, flags);
}

void srp_ch_set_dead(struct srp_ch *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	srp_ch_die(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
}

void srp_ch_fail(struct srp_ch *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	srp_ch_fail_locked(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
}

int srp_ch_stop_qp(struct srp_ch *ch)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_ERR };
	int ret;

	if (!ch->qp)
		return 0;
	ret = ib_modify_qp(ch->qp, &attr, IB_QP_STATE);
	if (ret)
		srp_err(ch->shost, "moving QP of channel %u to the error state failed (%d)\n",
			ch->index, ret);
	return ret;
}

/* --- posting -------------------------------------------------------------- */

int srp_ch_post(struct srp_ch *ch, struct ib_send_wr *first, struct ib_send_wr *last,
		unsigned int nr)
{
	int ret;

	lockdep_assert_held(&ch->lock);
	if (unlikely(!ch->live))
		return -ENOTCONN;
	if (unlikely(ch->sq_free < nr)) {
		srp_ch_poll_send(ch);
		if (!ch->live)
			return -ENOTCONN;
		if (ch->sq_free < nr)
			return -EAGAIN;
	}
	last->next = NULL;
	last->send_flags = IB_SEND_SIGNALED;
	ret = kc_post_send(ch->qp, first);
	if (unlikely(ret)) {
		srp_err_ratelimited(ch->shost, "posting to channel %u failed (%d)\n",
				    ch->index, ret);
		srp_ch_fail_locked(ch);
		return ret;
	}
	ch->sq_marks[ch->sq_head++ & ch->sq_mask] = nr;
	ch->sq_free -= nr;
	return 0;
}

int srp_ctl_post(struct srp_ctl *ctl, unsigned int len)
{
	int ret;

	if (ctl->busy)
		srp_ch_poll_send(ctl->ch);
	if (ctl->busy)
		return -EBUSY;
	ctl->sge.length = len;
	srp_iu_to_device(ctl->ch->sdev, &ctl->iu, len);
	ctl->busy = true;
	ret = srp_ch_post(ctl->ch, &ctl->wr, &ctl->wr, 1);
	if (ret)
		ctl->busy = false;
	return ret;
}

struct srp_ctl *srp_ch_get_resp(struct srp_ch *ch)
{
	int i, tries;

	for (tries = 0; tries < 2; tries++) {
		for (i = 0; i < ARRAY_SIZE(ch->resp); i++)
			if (!ch->resp[i].busy)
				return &ch->resp[i];
		srp_ch_poll_send(ch);
	}
	return NULL;
}

/* --- queue pair ----------------------------------------------------------- */

static void srp_rx_free(struct srp_ch *ch)
{
	unsigned int i;

	if (!ch->rx)
		return;
	for (i = 0; i < ch->rx_nr; i++)
		srp_iu_free(ch->sdev, &ch->rx[i].iu);
	kvfree(ch->rx);
	ch->rx = NULL;
}

static int srp_rx_alloc(struct srp_ch *ch, unsigned int size)
{
	unsigned int i;

	ch->rx = kvcalloc(ch->rx_nr, sizeof(*ch->rx), GFP_KERNEL);
	if (!ch->rx)
		return -ENOMEM;
	for (i = 0; i < ch->rx_nr; i++) {
		struct srp_rx *rx = &ch->rx[i];

		if (srp_iu_alloc(ch->sdev, &rx->iu, size, DMA_FROM_DEVICE))
			goto free_rx;
		rx->sge.addr = rx->iu.dma;
		rx->sge.length = size;
		rx->sge.lkey = kc_pd_lkey(&ch->sdev->pd);
		rx->cqe.done = ch->ops->recv_done;
		kc_wr_set_cqe(&rx->wr, &rx->cqe);
		rx->wr.sg_list = &rx->sge;
		rx->wr.num_sge = 1;
	}
	ch->rx_size = size;
	return 0;

free_rx:
	srp_rx_free(ch);
	return -ENOMEM;
}

int srp_ch_post_all_recv(struct srp_ch *ch, unsigned int len)
{
	unsigned int i;
	int ret = 0;

	/* A new login may be granted longer IUs than the last one. */
	if (ch->rx && ch->rx_size < len)
		srp_rx_free(ch);
	if (!ch->rx)
		ret = srp_rx_alloc(ch, len);
	for (i = 0; !ret && i < ch->rx_nr; i++)
		ret = kc_post_recv(ch->qp, &ch->rx[i].wr);
	return ret;
}

/* New ones for every connection: what the HCA did with their keys is unknown after an error. */
static int srp_ch_create_mrs(struct srp_ch *ch, const struct srp_sizes *sizes)
{
	int ret;

	if (!sizes->mr_per_cmd)
		return 0;
	ret = srp_mr_pool_create(&ch->mr_pool, ch->sdev, sizes->mr_per_cmd * sizes->queue_size,
				 ch->sdev->hca.max_pages_per_mr, &ch->reg_cqe, &ch->inv_cqe);
	if (ret) {
		srp_warn(ch->shost, "FR pool allocation failed (%d)\n", ret);
		srp_info(ch->shost, "%s: ib_alloc_mr() failed. Try to reduce max_cmd_per_lun, max_sect or ch_count\n",
			 dev_name(&ch->sdev->dev->dev));
	}
	return ret;
}

static struct ib_cq *srp_ch_alloc_cq(struct srp_ch *ch, unsigned int depth,
				     enum ib_poll_context context)
{
	struct ib_cq *cq;

	/* one more for draining */
	cq = ib_alloc_cq(ch->sdev->dev, ch, depth + 1, ch->comp_vector, context);
	if (IS_ERR(cq))
		srp_err(ch->shost, "CQ creation failed for dev %s: %ld\n",
			dev_name(&ch->sdev->dev->dev), PTR_ERR(cq));
	return cq;
}

int srp_ch_create_qp(struct srp_ch *ch, const struct srp_sizes *sizes,
		     int (*create)(struct srp_ch *ch, struct ib_qp_init_attr *attr))
{
	struct ib_device *dev = ch->sdev->dev;
	struct ib_qp_init_attr attr = {
		.qp_type = IB_QPT_RC,
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.cap = {
			/* one more each for draining */
			.max_send_wr = sizes->sq_depth + 1,
			.max_recv_wr = sizes->rq_depth + 1,
			.max_send_sge = 1,
			.max_recv_sge = 1,
		},
	};
	struct ib_cq *recv_cq, *send_cq;
	int ret;

	recv_cq = srp_ch_alloc_cq(ch, sizes->rq_depth, IB_POLL_SOFTIRQ);
	if (IS_ERR(recv_cq))
		return PTR_ERR(recv_cq);
	send_cq = srp_ch_alloc_cq(ch, sizes->sq_depth, IB_POLL_DIRECT);
	if (IS_ERR(send_cq)) {
		ret = PTR_ERR(send_cq);
		goto free_recv_cq;
	}
	ret = srp_ch_create_mrs(ch, sizes);
	if (ret)
		goto free_send_cq;
	attr.recv_cq = recv_cq;
	attr.send_cq = send_cq;
	ret = create(ch, &attr);
	if (ret) {
		srp_err(ch->shost, "QP creation failed for dev %s: %d\n", dev_name(&dev->dev), ret);
		goto destroy_mrs;
	}
	srp_count_add(SRP_OBJ_QP, 1);
	srp_count_add(SRP_OBJ_CQ, 2);
	ch->recv_cq = recv_cq;
	ch->send_cq = send_cq;
	ch->sq_head = 0;
	ch->sq_tail = 0;
	ch->sq_free = sizes->sq_depth;
	return 0;

destroy_mrs:
	srp_mr_pool_destroy(&ch->mr_pool);
free_send_cq:
	ib_free_cq(send_cq);
free_recv_cq:
	ib_free_cq(recv_cq);
	return ret;
}

static void srp_drain_done(struct ib_cq *cq, struct ib_wc *wc)
{
	complete(&container_of(kc_wc_cqe(wc), struct srp_drain, cqe)->done);
}

/*
 * After the error state everything posted completes in order, and so do these two,
 * last. An HCA that fails to do so, or that takes no work requests any more, must not
 * hang us. Return: true if all receptions have been handled.
 */
static bool srp_ch_drain(struct srp_ch *ch, unsigned long end)
{
	struct srp_drain *rd = &ch->recv_drain, *sd = &ch->send_drain;
	struct ib_recv_wr rwr = { KC_WR_CQE(&rd->cqe) };
	struct ib_rdma_wr swr = {
		.wr = {
			KC_WR_CQE(&sd->cqe),
			.opcode = IB_WR_RDMA_WRITE,
			.send_flags = IB_SEND_SIGNALED,
		},
	};
	bool recv_refused, recv_drained, send_drained;
	unsigned long flags;

	rd->cqe.done = srp_drain_done;
	sd->cqe.done = srp_drain_done;
	init_completion(&rd->done);
	init_completion(&sd->done);
	srp_ch_stop_qp(ch);
	recv_refused = kc_post_recv(ch->qp, &rwr);
	recv_drained = recv_refused;
	send_drained = kc_post_send(ch->qp, &swr.wr);
	do {
		spin_lock_irqsave(&ch->lock, flags);
		srp_ch_poll_send(ch);
		spin_unlock_irqrestore(&ch->lock, flags);
		if (!send_drained)
			send_drained = try_wait_for_completion(&sd->done);
		if (!recv_drained)
			recv_drained = wait_for_completion_timeout(&rd->done, 1) > 0;
		else if (!send_drained)
			schedule_timeout_uninterruptible(1);
	} while (!(recv_drained && send_drained) && time_before(jiffies, end));
	if (!recv_drained || !send_drained)
		srp_err(ch->shost, "channel %u: the HCA did not flush its queues within %d s\n",
			ch->index, SRP_DRAIN_SECS);
	return recv_drained && !recv_refused;
}

/* Whoever handles a reception from here on leaves the QP alone. */
static void srp_ch_take_qp_down(struct srp_ch *ch, srp_destroy_qp_fn destroy, bool drained)
{
	struct ib_qp *qp = ch->qp;

	WRITE_ONCE(ch->qp, NULL);
	if (!drained)
		kc_synchronize_softirq();
	destroy(ch, qp);
}

void srp_ch_drop_qp(struct srp_ch *ch, srp_destroy_qp_fn destroy)
{
	if (ch->qp)
		srp_ch_take_qp_down(ch, destroy, false);
}

void srp_ch_destroy_qp(struct srp_ch *ch, unsigned long drain_end, srp_destroy_qp_fn destroy)
{
	unsigned long flags;
	int i;

	if (!ch->send_cq)
		return;
	if (ch->qp)
		srp_ch_take_qp_down(ch, destroy, srp_ch_drain(ch, drain_end));
	srp_mr_pool_destroy(&ch->mr_pool);
	ib_free_cq(ch->send_cq);
	ib_free_cq(ch->recv_cq);
	ch->send_cq = NULL;
	srp_count_add(SRP_OBJ_QP, -1);
	srp_count_add(SRP_OBJ_CQ, -2);

	/* What was not acknowledged never will be. */
	spin_lock_irqsave(&ch->lock, flags);
	ch->tm.busy = false;
	ch->probe.busy = false;
	for (i = 0; i < ARRAY_SIZE(ch->resp); i++)
		ch->resp[i].busy = false;
	spin_unlock_irqrestore(&ch->lock, flags);
}

/* --- life ----------------------------------------------------------------- */

static int srp_ctl_init(struct srp_ch *ch, struct srp_ctl *ctl)
{
	int ret;

	/* The longest: a probe or task management request. */
	ret = srp_iu_alloc(ch->sdev, &ctl->iu, SRP_MAX_CMD_HDR_LEN, DMA_TO_DEVICE);
	if (ret)
		return ret;
	ctl->ch = ch;
	ctl->cqe.done = srp_ctl_done;
	ctl->sge.addr = ctl->iu.dma;
	ctl->sge.lkey = kc_pd_lkey(&ch->sdev->pd);
	kc_wr_set_cqe(&ctl->wr, &ctl->cqe);
	ctl->wr.opcode = IB_WR_SEND;
	ctl->wr.sg_list = &ctl->sge;
	ctl->wr.num_sge = 1;
	return 0;
}

int srp_ch_init(struct srp_ch *ch, const struct srp_sizes *sizes, unsigned int table_len)
{
	unsigned int marks = roundup_pow_of_two(sizes->sq_depth + 1);
	unsigned int i;
	int ret;

	spin_lock_init(&ch->lock);
	mutex_init(&ch->tm_mutex);
	init_completion(&ch->tm_done);
	ch->send_cqe.done = srp_send_done;
	ch->reg_cqe.done = srp_reg_done;
	ch->inv_cqe.done = srp_inv_done;
	ch->queue_size = sizes->queue_size;
	ch->rx_nr = sizes->rq_depth;

	ch->sq_mask = marks - 1;
	ch->sq_marks = kvcalloc(marks, sizeof(*ch->sq_marks), GFP_KERNEL);
	if (!ch->sq_marks)
		return -ENOMEM;
	ret = srp_ctl_init(ch, &ch->tm);
	if (!ret)
		ret = srp_ctl_init(ch, &ch->probe);
	for (i = 0; !ret && i < ARRAY_SIZE(ch->resp); i++)
		ret = srp_ctl_init(ch, &ch->resp[i]);
	if (ret)
		return ret;
	ch->reqs = srp_reqs_alloc(ch->sdev, ch->queue_size, ch->index, sizes->it_iu_len,
				  table_len);
	if (!ch->reqs)
		return -ENOMEM;
	for (i = 0; i < ch->queue_size; i++)
		kc_wr_set_cqe(&ch->reqs[i].wr, &ch->send_cqe);
	return 0;
}

void srp_ch_exit(struct srp_ch *ch)
{
	unsigned int i;

	srp_rx_free(ch);
	srp_reqs_free(ch->sdev, ch->reqs, ch->queue_size);
	for (i = 0; i < ARRAY_SIZE(ch->resp); i++)
		srp_iu_free(ch->sdev, &ch->resp[i].iu);
	srp_iu_free(ch->sdev, &ch->probe.iu);
	srp_iu_free(ch->sdev, &ch->tm.iu);
	kvfree(ch->sq_marks);
}
