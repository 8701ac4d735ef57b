// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include <linux/slab.h>
#include "peer_ch.h"
#include "peer_compat.h"

#define RX_NR	(PEER_REQ_LIM + PEER_RX_EXTRA)

static struct workqueue_struct *peer_wq;
static struct workqueue_struct *tm_wq;		/* of its own: it waits for commands */
static struct workqueue_struct *close_wq;	/* of its own: channels end however many jobs sleep */

int peer_ch_wq_init(void)
{
	peer_wq = alloc_workqueue("srp_peer", WQ_UNBOUND, 0);
	if (!peer_wq)
		return -ENOMEM;
	tm_wq = alloc_workqueue("srp_peer_tm", WQ_UNBOUND, 0);
	if (!tm_wq)
		goto destroy_peer_wq;
	close_wq = alloc_workqueue("srp_peer_close", WQ_UNBOUND, 0);
	if (close_wq)
		return 0;
	destroy_workqueue(tm_wq);
destroy_peer_wq:
	destroy_workqueue(peer_wq);
	return -ENOMEM;
}

void peer_ch_wq_exit(void)
{
	destroy_workqueue(close_wq);
	destroy_workqueue(tm_wq);
	destroy_workqueue(peer_wq);
}

void peer_ch_queue(struct work_struct *work)
{
	kc_queue_work(peer_wq, work);
}

void peer_ch_queue_tm(struct work_struct *work)
{
	kc_queue_work(tm_wq, work);
}

/* ---- users ------------------------------------------------------------------------------------------------ */

bool peer_ch_get(struct peer_ch *ch)
{
	atomic_inc(&ch->users);
	/* Pairs with peer_ch_close(): either it is seen here, or the closing work sees the user. */
	smp_mb();
	if (!test_bit(PEER_CH_CLOSING, &ch->flags))
		return true;
	peer_ch_put(ch);
	return false;
}

/* The channel may be freed as soon as the count is 0: wake up under the lock that the closing work takes last. */
void peer_ch_put(struct peer_ch *ch)
{
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	atomic_dec(&ch->users);
	wake_up_all(&ch->wait);
	spin_unlock_irqrestore(&ch->lock, flags);
}

void peer_ch_close(struct peer_ch *ch)
{
	set_bit(PEER_CH_DEAD, &ch->flags);
	if (test_and_set_bit(PEER_CH_CLOSING, &ch->flags))
		return;
	wake_up_all(&ch->wait);
	kc_queue_work(close_wq, &ch->close_work);
}

/* A work request failed: the connection is over, unless it was broken by us and nobody is to be told. */
static void fail(struct peer_ch *ch)
{
	set_bit(PEER_CH_DEAD, &ch->flags);
	wake_up_all(&ch->wait);
	if (!test_bit(PEER_CH_MUTE, &ch->flags))
		peer_ch_close(ch);
}

/* ---- send queue ------------------------------------------------------------------------------------------- */

static int take_slot(struct peer_ch *ch)
{
	wait_event(ch->wait, test_bit(PEER_CH_DEAD, &ch->flags) || atomic_add_unless(&ch->sq_free, -1, 0));
	/* The slot of a dead channel is of no use to anybody. */
	return test_bit(PEER_CH_DEAD, &ch->flags) ? -ENOTCONN : 0;
}

/* In the send queue's completion handler; the users of the channel are still counted. */
static void give_slot(struct peer_ch *ch)
{
	atomic_inc(&ch->sq_free);
	wake_up_all(&ch->wait);
}

struct peer_tx {
	struct ib_cqe cqe;
	u64 dma;
	u32 len;
	u8 iu[];
};

static void send_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct peer_tx *tx = container_of(kc_wc_cqe(wc), struct peer_tx, cqe);
	struct peer_ch *ch = kc_cq_context(cq);

	if (tx->len)
		ib_dma_unmap_single(ch->dev, tx->dma, tx->len, DMA_TO_DEVICE);
	kfree(tx);
	give_slot(ch);
	if (wc->status != IB_WC_SUCCESS)
		fail(ch);
}

int peer_ch_send(struct peer_ch *ch, const void *iu, u32 len)
{
	struct ib_send_wr wr = { .opcode = IB_WR_SEND, .send_flags = IB_SEND_SIGNALED };
	struct ib_sge sge = { .length = len, .lkey = kc_pd_lkey(&ch->pd) };
	struct peer_tx *tx;
	int ret;

	tx = kmalloc(struct_size(tx, iu, len), GFP_KERNEL);
	if (!tx)
		return -ENOMEM;
	memcpy(tx->iu, iu, len);
	tx->len = len;
	tx->cqe.done = send_done;
	kc_wr_set_cqe(&wr, &tx->cqe);
	if (len) {
		tx->dma = ib_dma_map_single(ch->dev, tx->iu, len, DMA_TO_DEVICE);
		ret = ib_dma_mapping_error(ch->dev, tx->dma);
		if (ret)
			goto free_tx;
		sge.addr = tx->dma;
		wr.sg_list = &sge;
		wr.num_sge = 1;
	}
	ret = take_slot(ch);
	if (ret)
		goto unmap;
	ret = kc_post_send(ch->qp, &wr);
	if (!ret) {
		peer_count(ch->port, PEER_SENT);
		return 0;
	}
	give_slot(ch);
unmap:
	if (len)
		ib_dma_unmap_single(ch->dev, tx->dma, len, DMA_TO_DEVICE);
free_tx:
	kfree(tx);
	return ret;
}

/* ---- RDMA ------------------------------------------------------------------------------------------------- */

struct peer_rdma {
	struct ib_cqe cqe;
	atomic_t pending;		/* work requests, and one for who posts them */
	bool failed;
	struct completion done;
};

static void rdma_put(struct peer_rdma *rdma)
{
	if (atomic_dec_and_test(&rdma->pending))
		complete(&rdma->done);
}

static void rdma_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct peer_rdma *rdma = container_of(kc_wc_cqe(wc), struct peer_rdma, cqe);
	struct peer_ch *ch = kc_cq_context(cq);

	give_slot(ch);
	if (wc->status != IB_WC_SUCCESS) {
		WRITE_ONCE(rdma->failed, true);
		fail(ch);
	}
	rdma_put(rdma);
}

static int post_piece(struct peer_ch *ch, struct peer_rdma *rdma, enum ib_wr_opcode op, u64 local, u64 remote, u32 rkey, u32 len)
{
	struct ib_sge sge = { .addr = local, .length = len, .lkey = kc_pd_lkey(&ch->pd) };
	struct ib_rdma_wr wr = {
		.wr = { KC_WR_CQE(&rdma->cqe), .opcode = op, .send_flags = IB_SEND_SIGNALED, .sg_list = &sge, .num_sge = 1 },
	};
	int ret = take_slot(ch);

	if (ret)
		return ret;
	peer_rdma_wr(&wr, remote, rkey);
	atomic_inc(&rdma->pending);
	ret = kc_post_send(ch->qp, &wr.wr);
	if (ret) {
		atomic_dec(&rdma->pending);
		give_slot(ch);
	}
	return ret;
}

/* One work request for each stretch that lies in one descriptor and one chunk. */
static int post_pieces(struct peer_ch *ch, struct peer_rdma *rdma, enum ib_wr_opcode op, const u64 *dma,
		       const struct srp_direct_desc *desc, u32 nr, u32 len)
{
	u32 at = 0, in_desc = 0;
	int ret = 0;

	while (!ret && at < len && nr) {
		u32 left = be32_to_cpu(desc->len) - in_desc;
		u32 n = min3(len - at, left, PEER_CHUNK - at % PEER_CHUNK);

		if (!left) {
			desc++;
			nr--;
			in_desc = 0;
			continue;
		}
		ret = post_piece(ch, rdma, op, dma[at / PEER_CHUNK] + at % PEER_CHUNK, be64_to_cpu(desc->va) + in_desc,
				 be32_to_cpu(desc->key), n);
		at += n;
		in_desc += n;
	}
	return ret;
}

static u32 map_chunks(struct peer_ch *ch, struct peer_buf *buf, u64 *dma, enum dma_data_direction dir)
{
	u32 i;

	for (i = 0; i < buf->nr; i++) {
		dma[i] = ib_dma_map_single(ch->dev, buf->chunk[i], PEER_CHUNK, dir);
		if (ib_dma_mapping_error(ch->dev, dma[i]))
			break;
	}
	return i;
}

int peer_ch_rdma(struct peer_ch *ch, enum ib_wr_opcode op, struct peer_buf *buf, const struct srp_direct_desc *desc, u32 nr,
		 u32 len)
{
	enum dma_data_direction dir = op == IB_WR_RDMA_READ ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	struct peer_rdma rdma = { .cqe.done = rdma_done, .pending = ATOMIC_INIT(1) };
	u32 mapped;
	u64 *dma;
	int ret;

	len = min(len, buf->len);
	if (!len)
		return 0;
	dma = kvcalloc(buf->nr, sizeof(*dma), GFP_KERNEL);
	if (!dma)
		return -ENOMEM;
	init_completion(&rdma.done);
	mapped = map_chunks(ch, buf, dma, dir);
	ret = mapped < buf->nr ? -ENOMEM : post_pieces(ch, &rdma, op, dma, desc, nr, len);
	rdma_put(&rdma);
	wait_for_completion(&rdma.done);
	if (!ret && rdma.failed)
		ret = -EIO;
	while (mapped)
		ib_dma_unmap_single(ch->dev, dma[--mapped], PEER_CHUNK, dir);
	kvfree(dma);
	return ret;
}

/* ---- receive queue ---------------------------------------------------------------------------------------- */

static int post_recv(struct peer_ch *ch, struct peer_rx *rx)
{
	struct ib_sge sge = { .addr = rx->dma, .length = PEER_IT_IU_LEN, .lkey = kc_pd_lkey(&ch->pd) };
	struct ib_recv_wr wr = { KC_WR_CQE(&rx->cqe), .sg_list = &sge, .num_sge = 1 };

	return kc_post_recv(ch->qp, &wr);
}

static void recv_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct peer_rx *rx = container_of(kc_wc_cqe(wc), struct peer_rx, cqe);
	struct peer_ch *ch = kc_cq_context(cq);

	if (wc->status != IB_WC_SUCCESS) {
		fail(ch);
		return;
	}
	ib_dma_sync_single_for_cpu(ch->dev, rx->dma, PEER_IT_IU_LEN, DMA_FROM_DEVICE);
	if (peer_ch_get(ch)) {
		ch->received(ch, rx->buf, wc->byte_len);
		peer_ch_put(ch);
	}
	ib_dma_sync_single_for_device(ch->dev, rx->dma, PEER_IT_IU_LEN, DMA_FROM_DEVICE);
	if (post_recv(ch, rx))
		fail(ch);
}

static void free_rx(struct peer_ch *ch)
{
	int i;

	for (i = 0; ch->rx && i < RX_NR; i++) {
		if (!ch->rx[i].buf)
			break;
		ib_dma_unmap_single(ch->dev, ch->rx[i].dma, PEER_IT_IU_LEN, DMA_FROM_DEVICE);
		kfree(ch->rx[i].buf);
	}
	kfree(ch->rx);
	ch->rx = NULL;
}

static int alloc_rx(struct peer_ch *ch)
{
	int i;

	ch->rx = kcalloc(RX_NR, sizeof(*ch->rx), GFP_KERNEL);
	if (!ch->rx)
		return -ENOMEM;
	for (i = 0; i < RX_NR; i++) {
		struct peer_rx *rx = &ch->rx[i];

		rx->cqe.done = recv_done;
		rx->buf = kmalloc(PEER_IT_IU_LEN, GFP_KERNEL);
		if (!rx->buf)
			return -ENOMEM;
		rx->dma = ib_dma_map_single(ch->dev, rx->buf, PEER_IT_IU_LEN, DMA_FROM_DEVICE);
		if (ib_dma_mapping_error(ch->dev, rx->dma)) {
			kfree(rx->buf);
			rx->buf = NULL;
			return -ENOMEM;
		}
	}
	return 0;
}

/* ---- life ------------------------------------------------------------------------------------------------- */

static void stop_qp(struct peer_ch *ch)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_ERR };

	ib_modify_qp(ch->qp, &attr, IB_QP_STATE);
}

void peer_ch_break(struct peer_ch *ch)
{
	set_bit(PEER_CH_MUTE, &ch->flags);
	set_bit(PEER_CH_DEAD, &ch->flags);
	wake_up_all(&ch->wait);
	stop_qp(ch);
}

struct peer_drain {
	struct ib_cqe cqe;
	struct completion done;
};

static void drained(struct ib_cq *cq, struct ib_wc *wc)
{
	complete(&container_of(kc_wc_cqe(wc), struct peer_drain, cqe)->done);
}

/* The queues of a queue pair in the error state are empty when what was posted last has come back. Both have a place for that. */
static void drain(struct peer_ch *ch)
{
	struct peer_drain rx = { .cqe.done = drained }, tx = { .cqe.done = drained };
	struct ib_recv_wr recv = { KC_WR_CQE(&rx.cqe) };
	struct ib_send_wr send = { KC_WR_CQE(&tx.cqe), .opcode = IB_WR_SEND, .send_flags = IB_SEND_SIGNALED };

	stop_qp(ch);
	init_completion(&rx.done);
	init_completion(&tx.done);
	if (!kc_post_recv(ch->qp, &recv))
		wait_for_completion(&rx.done);
	if (!kc_post_send(ch->qp, &send))
		wait_for_completion(&tx.done);
}

/* Whatever of the verbs exists goes. Nothing is posted any more. */
static void free_verbs(struct peer_ch *ch)
{
	if (ch->qp)
		ch->cm->destroy_qp(ch);
	if (ch->send_cq)
		ib_free_cq(ch->send_cq);
	if (ch->recv_cq)
		ib_free_cq(ch->recv_cq);
	free_rx(ch);
	if (ch->pd.pd)
		kc_pd_free(&ch->pd);
}

static void close_channel(struct work_struct *work)
{
	struct peer_ch *ch = container_of(work, struct peer_ch, close_work);
	struct peer_port *port = ch->port;

	ch->cm->disconnect(ch);
	/* Without this, work requests might wait for a peer that is gone. */
	stop_qp(ch);
	/* What is held counts as a user, and more may become held while we wait. */
	wait_event(ch->wait, (ch->drop_held(ch), !atomic_read(&ch->users)));
	spin_lock_irq(&ch->lock);	/* after the last wake-up in peer_ch_put() */
	spin_unlock_irq(&ch->lock);
	peer_plan_put(&ch->greeting);
	drain(ch);
	free_verbs(ch);
	ch->cm->destroy_id(ch);

	mutex_lock(&port->lock);
	list_del(&ch->entry);
	/* Under the lock, so that the port is still there. */
	wake_up_all(&port->empty);
	mutex_unlock(&port->lock);
	kfree(ch);
}

static int create_verbs(struct peer_ch *ch)
{
	struct ib_qp_init_attr attr = {
		.qp_type = IB_QPT_RC,
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.cap = { .max_send_wr = PEER_SQ_DEPTH + 1, .max_recv_wr = RX_NR + 1, .max_send_sge = 1, .max_recv_sge = 1 },
	};
	const struct ib_device_attr *dev_attr;
	struct ib_device_attr *buf;
	struct kc_pd pd;
	struct ib_cq *cq;
	int ret, i;

	buf = kmalloc(sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = kc_query_device(ch->dev, buf, &dev_attr);
	if (!ret)
		ch->max_rd_atom = dev_attr->max_qp_init_rd_atom;
	kfree(buf);
	if (ret)
		return ret;
	ret = kc_pd_alloc(&pd, ch->dev, false);
	if (ret)
		return ret;
	ch->pd = pd;
	cq = ib_alloc_cq(ch->dev, ch, RX_NR + 1, 0, IB_POLL_WORKQUEUE);
	if (IS_ERR(cq))
		return PTR_ERR(cq);
	ch->recv_cq = cq;
	cq = ib_alloc_cq(ch->dev, ch, PEER_SQ_DEPTH + 1, 0, IB_POLL_WORKQUEUE);
	if (IS_ERR(cq))
		return PTR_ERR(cq);
	ch->send_cq = cq;
	attr.recv_cq = ch->recv_cq;
	attr.send_cq = ch->send_cq;
	ret = ch->cm->create_qp(ch, &attr);
	if (ret)
		return ret;
	ret = alloc_rx(ch);
	for (i = 0; !ret && i < RX_NR; i++)
		ret = post_recv(ch, &ch->rx[i]);
	return ret;
}

struct peer_ch *peer_ch_create(struct peer_port *port, struct ib_device *dev, const struct peer_cm_ops *cm, void *cm_id)
{
	struct peer_ch *ch = kzalloc(sizeof(*ch), GFP_KERNEL);
	int ret;

	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->port = port;
	ch->dev = dev;
	ch->cm = cm;
	ch->cm_id = cm_id;
	atomic_set(&ch->sq_free, PEER_SQ_DEPTH);
	init_waitqueue_head(&ch->wait);
	INIT_WORK(&ch->close_work, close_channel);
	spin_lock_init(&ch->lock);
	INIT_LIST_HEAD(&ch->jobs);
	ret = create_verbs(ch);
	if (!ret)
		return ch;
	peer_ch_discard(ch);
	return ERR_PTR(ret);
}

void peer_ch_discard(struct peer_ch *ch)
{
	/* Flushed receives must not queue its close work any more. */
	set_bit(PEER_CH_DEAD, &ch->flags);
	set_bit(PEER_CH_CLOSING, &ch->flags);
	if (ch->qp)
		drain(ch);
	peer_plan_put(&ch->greeting);
	free_verbs(ch);
	kfree(ch);
}

void peer_ch_up(struct peer_ch *ch)
{
	if (test_and_set_bit(PEER_CH_UP, &ch->flags) || !ch->greeting.nr || !peer_ch_get(ch))
		return;
	peer_ch_queue(&ch->greeting_work);
}

void peer_ch_publish(struct peer_ch *ch)
{
	lockdep_assert_held(&ch->port->lock);
	list_add_tail(&ch->entry, &ch->port->channels);
}

struct peer_ch **peer_ch_get_all(struct peer_port *port, unsigned int *nr)
{
	struct peer_ch **channels, *ch;
	size_t count = 0;

	*nr = 0;
	mutex_lock(&port->lock);
	list_for_each_entry(ch, &port->channels, entry)
		count++;
	channels = kcalloc(max_t(size_t, count, 1), sizeof(*channels), GFP_KERNEL);
	if (channels)
		list_for_each_entry(ch, &port->channels, entry)
			if (peer_ch_get(ch))
				channels[(*nr)++] = ch;
	mutex_unlock(&port->lock);
	return channels;
}

void peer_ch_put_all(struct peer_ch **channels, unsigned int nr)
{
	while (nr)
		peer_ch_put(channels[--nr]);
	kfree(channels);
}

static bool no_channels(struct peer_port *port)
{
	bool empty;

	mutex_lock(&port->lock);
	empty = list_empty(&port->channels);
	mutex_unlock(&port->lock);
	return empty;
}

void peer_ch_close_all(struct peer_port *port)
{
	struct peer_ch *ch;

	mutex_lock(&port->lock);
	list_for_each_entry(ch, &port->channels, entry)
		peer_ch_close(ch);
	mutex_unlock(&port->lock);
	while (!no_channels(port))
		wait_event_timeout(port->empty, list_empty_careful(&port->channels), HZ / 10);
	/* The last one may still hold the port's lock. */
	flush_workqueue(close_wq);
}
