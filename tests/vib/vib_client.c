// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * vib_client.ko: makes the mistakes that vib is there to notice, each on a connection of its own from vib0 port 1 to vib1 port 1,
 * which have to be active. Reading /sys/kernel/debug/vib_client makes them all, one line for each:
 *
 *	MISTAKE: requester's completion[, responder: its completion][, event: responder's event][, poisoned]
 *
 * "poisoned": what a failed completion leaves undefined could be mistaken for nothing sensible, as strict mode has it.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <rdma/ib_verbs.h>

#define CLIENT_WAIT_MS	3000	/* for a completion */
#define CLIENT_EVENT_MS	200	/* for the event that comes with an error at the responder */
#define CLIENT_LEN	64	/* bytes moved, if nothing else is said */
#define CLIENT_DEPTH	8	/* work requests in a queue */
#define CLIENT_RD_DEPTH	4	/* RDMA READs at a time, at either end */

/* One request and what is wrong with it; all zero is a right one. */
struct mistake {
	const char *name;
	enum ib_wr_opcode op;
	u32 lkey_xor, rkey_xor, recv_lkey_xor;
	bool lkey_zero, no_address, no_recv, other_pd, invalidated;
	int remote_off;			/* bytes from the region's begin */
	u32 recv_len;			/* 0: enough */
	int region_access, qp_access;	/* 0: all */
	u32 psn_off;
	u8 rd_depth, dest_rd_depth;	/* 0: CLIENT_RD_DEPTH; NONE: none */
};

#define NONE 0xff

struct side {
	struct ib_device *dev;
	struct ib_pd *pd;
	struct ib_cq *cq;
	struct ib_qp *qp;
	struct ib_mr *mr;
	u8 *buf;		/* a page; the upper half is somebody else's */
	u16 lid;
	unsigned long events;	/* bits of enum ib_event_type */
};

struct pair {
	struct side a, b;	/* requester, responder */
};

/* ---- one end ---------------------------------------------------------------------------------------------- */

static void note_event(struct ib_event *event, void *context)
{
	struct side *s = context;

	set_bit(event->event, &s->events);
}

static void side_close(struct side *s)
{
	if (!IS_ERR_OR_NULL(s->qp))
		ib_destroy_qp(s->qp);
	if (!IS_ERR_OR_NULL(s->mr))
		ib_dereg_mr(s->mr);
	if (!IS_ERR_OR_NULL(s->cq))
		ib_destroy_cq(s->cq);
	if (!IS_ERR_OR_NULL(s->pd))
		ib_dealloc_pd(s->pd);
	free_page((unsigned long)s->buf);
	if (s->dev)
		ib_device_put(s->dev);
	memset(s, 0, sizeof(*s));
}

/* What was made stays for side_close(). @cqes: the completion queue's size. */
static int side_open(struct side *s, const char *name, u32 cqes)
{
	struct ib_cq_init_attr cq_attr = { .cqe = cqes };
	struct ib_qp_init_attr init = {
		.event_handler = note_event,
		.qp_context = s,
		.qp_type = IB_QPT_RC,
		.cap = { CLIENT_DEPTH, CLIENT_DEPTH, 1, 1 },
	};
	struct ib_port_attr port;

	s->dev = ib_device_get_by_name(name, RDMA_DRIVER_UNKNOWN);
	if (!s->dev || ib_query_port(s->dev, 1, &port))
		return -ENODEV;
	s->lid = port.lid;
	s->buf = (u8 *)get_zeroed_page(GFP_KERNEL);
	if (!s->buf)
		return -ENOMEM;
	s->pd = ib_alloc_pd(s->dev, 0);
	if (IS_ERR(s->pd))
		return PTR_ERR(s->pd);
	s->cq = ib_create_cq(s->dev, NULL, NULL, s, &cq_attr);
	if (IS_ERR(s->cq))
		return PTR_ERR(s->cq);
	s->mr = ib_alloc_mr(s->pd, IB_MR_TYPE_MEM_REG, 1);
	if (IS_ERR(s->mr))
		return PTR_ERR(s->mr);
	init.send_cq = s->cq;
	init.recv_cq = s->cq;
	s->qp = ib_create_qp(s->pd, &init);
	return PTR_ERR_OR_ZERO(s->qp);
}

/* 0: the number itself was not given. */
static u8 depth(u8 given)
{
	return given == NONE ? 0 : given ? : CLIENT_RD_DEPTH;
}

static int side_connect(struct side *s, const struct side *peer, const struct mistake *m, u32 sq_psn, u32 rq_psn)
{
	struct ib_qp_attr attr = {
		.qp_state = IB_QPS_INIT,
		.port_num = 1,
		.qp_access_flags = m->qp_access ? : IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE,
	};
	int ret = ib_modify_qp(s->qp, &attr, IB_QP_STATE | IB_QP_PKEY_INDEX | IB_QP_PORT | IB_QP_ACCESS_FLAGS);

	if (ret)
		return ret;
	attr = (struct ib_qp_attr){
		.qp_state = IB_QPS_RTR,
		.path_mtu = IB_MTU_2048,
		.dest_qp_num = peer->qp->qp_num,
		.rq_psn = rq_psn,
		.max_dest_rd_atomic = depth(m->dest_rd_depth),
		.min_rnr_timer = 1,
	};
	attr.ah_attr.type = rdma_ah_find_type(s->dev, 1);
	rdma_ah_set_port_num(&attr.ah_attr, 1);
	rdma_ah_set_dlid(&attr.ah_attr, peer->lid);
	ret = ib_modify_qp(s->qp, &attr, IB_QP_STATE | IB_QP_AV | IB_QP_PATH_MTU | IB_QP_DEST_QPN | IB_QP_RQ_PSN |
			   IB_QP_MAX_DEST_RD_ATOMIC | IB_QP_MIN_RNR_TIMER);
	if (ret)
		return ret;
	/* An ACK timeout of 4.096 us * 2^8 and two tries. */
	attr = (struct ib_qp_attr){
		.qp_state = IB_QPS_RTS, .timeout = 8, .retry_cnt = 1, .rnr_retry = 1, .sq_psn = sq_psn,
		.max_rd_atomic = depth(m->rd_depth),
	};
	return ib_modify_qp(s->qp, &attr, IB_QP_STATE | IB_QP_TIMEOUT | IB_QP_RETRY_CNT | IB_QP_RNR_RETRY | IB_QP_SQ_PSN |
			    IB_QP_MAX_QP_RD_ATOMIC);
}

static void pair_close(struct pair *p)
{
	side_close(&p->a);
	side_close(&p->b);
}

static int pair_open(struct pair *p, const struct mistake *m, u32 cqes)
{
	int ret;

	memset(p, 0, sizeof(*p));
	ret = side_open(&p->a, "vib0", cqes);
	if (!ret)
		ret = side_open(&p->b, "vib1", CLIENT_DEPTH * 2);
	if (!ret)
		ret = side_connect(&p->b, &p->a, m, 200, 100);
	if (!ret)
		ret = side_connect(&p->a, &p->b, m, 100 + m->psn_off, 200);
	if (!ret)
		memset(p->a.buf, 0x11, CLIENT_LEN);
	if (ret)
		pair_close(p);
	return ret;
}

/* ---- work requests ---------------------------------------------------------------------------------------- */

/* Return: 0, or -ETIMEDOUT. */
static int next_completion(struct side *s, struct ib_wc *wc)
{
	int ms;

	for (ms = 0; ms < CLIENT_WAIT_MS; ms++) {
		if (ib_poll_cq(s->cq, 1, wc) == 1)
			return 0;
		usleep_range(1000, 1500);
	}
	return -ETIMEDOUT;
}

/* The completion's status, or an error. */
static int status_of(struct side *s)
{
	struct ib_wc wc;

	return next_completion(s, &wc) ? : wc.status;
}

static int post(struct side *s, struct ib_send_wr *wr)
{
	wr->send_flags = IB_SEND_SIGNALED;
	return ib_post_send(s->qp, wr, NULL);
}

static int post_recv(struct side *s, u32 len, u32 lkey_xor)
{
	struct ib_sge sge = { (uintptr_t)s->buf, len, s->pd->local_dma_lkey ^ lkey_xor };
	struct ib_recv_wr wr = { .sg_list = &sge, .num_sge = 1 };

	return ib_post_recv(s->qp, &wr, NULL);
}

static int post_send(struct side *s)
{
	struct ib_sge sge = { (uintptr_t)s->buf, CLIENT_LEN, s->pd->local_dma_lkey };
	struct ib_send_wr wr = { .opcode = IB_WR_SEND, .sg_list = &sge, .num_sge = 1 };

	return post(s, &wr);
}

/* The first CLIENT_LEN bytes of the page become accessible. */
static int post_register(struct side *s, int access)
{
	struct ib_reg_wr reg = { .wr.opcode = IB_WR_REG_MR, .mr = s->mr, .key = s->mr->rkey };
	struct scatterlist sg;

	sg_init_one(&sg, s->buf, CLIENT_LEN);
	sg_dma_address(&sg) = (uintptr_t)s->buf;
	sg_dma_len(&sg) = CLIENT_LEN;
	if (ib_map_mr_sg(s->mr, &sg, 1, NULL, PAGE_SIZE) != 1)
		return -EINVAL;
	reg.access = access ? : IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE;
	return post(s, &reg.wr);
}

static int post_invalidate(struct side *s)
{
	struct ib_send_wr wr = { .opcode = IB_WR_LOCAL_INV, .ex.invalidate_rkey = s->mr->rkey };

	return post(s, &wr);
}

/* ---- mistakes in one request ------------------------------------------------------------------------------ */

static const struct mistake right = { "SEND, nothing wrong", IB_WR_SEND };

static const struct mistake mistakes[] = {
	{ "SEND, nothing wrong", IB_WR_SEND },
	{ "WRITE, nothing wrong", IB_WR_RDMA_WRITE },
	{ "READ, nothing wrong", IB_WR_RDMA_READ },
	{ "SEND, wrong L_Key", IB_WR_SEND, .lkey_xor = 0x100 },
	{ "SEND, L_Key 0", IB_WR_SEND, .lkey_zero = true },
	{ "READ, wrong L_Key", IB_WR_RDMA_READ, .lkey_xor = 0x100 },
	{ "SEND of memory that is not there", IB_WR_SEND, .no_address = true },
	{ "SEND, wrong L_Key of the receive", IB_WR_SEND, .recv_lkey_xor = 0x100 },
	{ "SEND longer than the receive", IB_WR_SEND, .recv_len = CLIENT_LEN - 1 },
	{ "SEND, no receive", IB_WR_SEND, .no_recv = true },
	{ "WRITE, wrong R_Key", IB_WR_RDMA_WRITE, .rkey_xor = 0x100 },
	{ "WRITE, R_Key of an earlier use", IB_WR_RDMA_WRITE, .rkey_xor = 1 },
	{ "WRITE, R_Key of another protection domain", IB_WR_RDMA_WRITE, .other_pd = true },
	{ "WRITE after the invalidation", IB_WR_RDMA_WRITE, .invalidated = true },
	{ "WRITE beyond the region", IB_WR_RDMA_WRITE, .remote_off = 1 },
	{ "WRITE before the region", IB_WR_RDMA_WRITE, .remote_off = -1 },
	{ "WRITE to what may be read", IB_WR_RDMA_WRITE, .region_access = IB_ACCESS_REMOTE_READ },
	{ "READ of what may be written", IB_WR_RDMA_READ, .region_access = IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE },
	{ "WRITE, the queue pair allows READ", IB_WR_RDMA_WRITE, .qp_access = IB_ACCESS_REMOTE_READ },
	{ "READ, none allowed at the requester", IB_WR_RDMA_READ, .rd_depth = NONE },
	{ "READ, more than the responder takes", IB_WR_RDMA_READ, .rd_depth = 4, .dest_rd_depth = 3 },
	{ "READ, as many as the responder takes", IB_WR_RDMA_READ, .rd_depth = 3, .dest_rd_depth = 3 },
	{ "SEND, PSN one ahead", IB_WR_SEND, .psn_off = 1 },
	{ "SEND, PSN one behind", IB_WR_SEND, .psn_off = 0xffffff },
};

/* Makes the request of @m, which then is under way. @b: whose memory it means; of the responder, or of somebody else. */
static int make(struct pair *p, struct side *b, const struct mistake *m)
{
	struct side *a = &p->a;
	struct ib_sge sge = {
		m->no_address ? 0x1000 : (uintptr_t)a->buf, CLIENT_LEN, m->lkey_zero ? 0 : a->pd->local_dma_lkey ^ m->lkey_xor,
	};
	struct ib_rdma_wr rdma = {
		.wr = { .opcode = m->op, .sg_list = &sge, .num_sge = 1 },
		.remote_addr = (uintptr_t)b->buf + m->remote_off,
		.rkey = b->mr->rkey ^ m->rkey_xor,
	};
	int ret;

	if (m->op == IB_WR_SEND) {
		ret = m->no_recv ? 0 : post_recv(b, m->recv_len ? : CLIENT_LEN, m->recv_lkey_xor);
		return ret ? : post(a, &rdma.wr);
	}
	ret = post_register(b, m->region_access) ? : status_of(b);
	if (!ret && m->invalidated)
		ret = post_invalidate(b) ? : status_of(b);
	return ret ? : post(a, &rdma.wr);
}

static bool poisoned(const struct ib_wc *wc)
{
	return (u32)wc->opcode == 0xa5a5a5a5 && wc->byte_len == 0xa5a5a5a5;
}

static void show_events(struct seq_file *out, struct side *s, bool expected)
{
	int ms, bit;

	for (ms = 0; expected && !READ_ONCE(s->events) && ms < CLIENT_EVENT_MS; ms++)
		usleep_range(1000, 1500);
	for_each_set_bit(bit, &s->events, BITS_PER_LONG)
		seq_printf(out, ", event: %s", ib_event_msg(bit));
}

static void show(struct seq_file *out, struct pair *p, const struct mistake *m)
{
	struct ib_wc wc, recv;

	if (next_completion(&p->a, &wc)) {
		seq_puts(out, "no completion\n");
		return;
	}
	seq_puts(out, ib_wc_status_msg(wc.status));
	if (m->op == IB_WR_SEND && ib_poll_cq(p->b.cq, 1, &recv) == 1)
		seq_printf(out, ", responder: %s", ib_wc_status_msg(recv.status));
	if (wc.status == IB_WC_SUCCESS) {
		seq_printf(out, ", data %s\n", memcmp(p->a.buf, p->b.buf, CLIENT_LEN) ? "WRONG" : "right");
		return;
	}
	/* Of no other end is anything said. */
	clear_bit(IB_EVENT_COMM_EST, &p->b.events);
	show_events(out, &p->b, wc.status == IB_WC_REM_ACCESS_ERR || wc.status == IB_WC_REM_INV_REQ_ERR);
	seq_puts(out, poisoned(&wc) ? ", poisoned\n" : "\n");
}

static void try(struct seq_file *out, const struct mistake *m)
{
	struct pair p, other;
	int ret;

	seq_printf(out, "%s: ", m->name);
	ret = pair_open(&p, m, CLIENT_DEPTH * 2);
	if (ret)
		goto say;
	ret = pair_open(&other, &right, CLIENT_DEPTH * 2);
	if (ret)
		goto close;
	ret = make(&p, m->other_pd ? &other.b : &p.b, m);
	if (!ret)
		show(out, &p, m);
	pair_close(&other);
close:
	pair_close(&p);
say:
	if (ret)
		seq_printf(out, "error %d\n", ret);
}

/* ---- mistakes in more than one ---------------------------------------------------------------------------- */

static void too_many_sends(struct seq_file *out, struct pair *p)
{
	int n, ret;

	for (n = 0; n < CLIENT_DEPTH; n++)
		post_recv(&p->b, CLIENT_LEN, 0);
	for (n = 0; !(ret = post_send(&p->a)) && n <= CLIENT_DEPTH; n++)
		;
	seq_printf(out, "%d, then %d", n, ret);
	/* Carried out they are soon, but that makes no room. */
	msleep(20);
	seq_printf(out, ", later %d", post_send(&p->a));
	status_of(&p->a);
	seq_printf(out, ", after one completion %s\n", post_send(&p->a) ? "an error" : "one more");
}

static void too_many_receives(struct seq_file *out, struct pair *p)
{
	int n, ret;

	for (n = 0; !(ret = post_recv(&p->b, CLIENT_LEN, 0)) && n <= CLIENT_DEPTH; n++)
		;
	seq_printf(out, "%d, then %d\n", n, ret);
}

static void too_many_completions(struct seq_file *out, struct pair *p)
{
	struct ib_wc wc;
	int n;

	for (n = 0; n < CLIENT_DEPTH; n++) {
		post_recv(&p->b, CLIENT_LEN, 0);
		post_send(&p->a);
	}
	msleep(20);
	for (n = 0; ib_poll_cq(p->a.cq, 1, &wc) == 1; n++)
		;
	seq_printf(out, "%d of %d come", n, CLIENT_DEPTH);
	show_events(out, &p->a, true);
	seq_puts(out, "\n");
}

static void twice_registered(struct seq_file *out, struct pair *p)
{
	int first = post_register(&p->a, 0) ? : status_of(&p->a);

	post_register(&p->a, 0);
	seq_printf(out, "%s, %s\n", ib_wc_status_msg(first), ib_wc_status_msg(status_of(&p->a)));
}

static void twice_invalidated(struct seq_file *out, struct pair *p)
{
	int first;

	post_register(&p->a, 0);
	status_of(&p->a);
	post_invalidate(&p->a);
	first = status_of(&p->a);
	post_invalidate(&p->a);
	seq_printf(out, "%s, %s\n", ib_wc_status_msg(first), ib_wc_status_msg(status_of(&p->a)));
}

/* The send queue stands still while the payload changes. */
static void buffer_reused(struct seq_file *out, struct pair *p)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_SQD };
	int status;

	post_recv(&p->b, CLIENT_LEN, 0);
	ib_modify_qp(p->a.qp, &attr, IB_QP_STATE);
	post_send(&p->a);
	memset(p->a.buf, 0x22, CLIENT_LEN);
	attr.qp_state = IB_QPS_RTS;
	ib_modify_qp(p->a.qp, &attr, IB_QP_STATE);
	status = status_of(&p->a);
	seq_printf(out, "%s, %s\n", ib_wc_status_msg(status), p->b.buf[0] == 0x22 ? "what is there now" : "what was there then");
}

static void reset_in_between(struct seq_file *out, struct pair *p)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_RESET };

	ib_modify_qp(p->a.qp, &attr, IB_QP_STATE);
	seq_printf(out, "%d", post_send(&p->a));
	seq_printf(out, ", receive %d\n", post_recv(&p->a, CLIENT_LEN, 0));
}

static void key_for_all_memory(struct seq_file *out, struct pair *p)
{
	struct ib_pd *pd = ib_alloc_pd(p->b.dev, IB_PD_UNSAFE_GLOBAL_RKEY);

	if (IS_ERR(pd)) {
		seq_printf(out, "%ld\n", PTR_ERR(pd));
		return;
	}
	seq_puts(out, "given\n");
	ib_dealloc_pd(pd);
}

static const struct misuse {
	const char *name;
	void (*make)(struct seq_file *out, struct pair *p);
	u32 cqes;
} misuses[] = {
	{ "more SENDs than the queue holds", too_many_sends, CLIENT_DEPTH * 2 },
	{ "more receives than the queue holds", too_many_receives, CLIENT_DEPTH * 2 },
	{ "more completions than the queue holds", too_many_completions, 4 },
	{ "region registered twice", twice_registered, CLIENT_DEPTH * 2 },
	{ "region invalidated twice", twice_invalidated, CLIENT_DEPTH * 2 },
	{ "payload changed after posting", buffer_reused, CLIENT_DEPTH * 2 },
	{ "SEND in state RESET", reset_in_between, CLIENT_DEPTH * 2 },
	{ "R_Key for all memory", key_for_all_memory, CLIENT_DEPTH * 2 },
};

static void misuse(struct seq_file *out, const struct misuse *m)
{
	struct pair p;
	int ret = pair_open(&p, &right, m->cqes);

	seq_printf(out, "%s: ", m->name);
	if (ret) {
		seq_printf(out, "error %d\n", ret);
		return;
	}
	m->make(out, &p);
	pair_close(&p);
}

/* ---- module ----------------------------------------------------------------------------------------------- */

static char only[40];
module_param_string(only, only, sizeof(only), 0600);
MODULE_PARM_DESC(only, "only the mistakes whose names begin like this (default: all)");

static struct dentry *vib_client_file;

static int vib_client_show(struct seq_file *out, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (strstarts(mistakes[i].name, only))
			try(out, &mistakes[i]);
	for (i = 0; i < ARRAY_SIZE(misuses); i++)
		if (strstarts(misuses[i].name, only))
			misuse(out, &misuses[i]);
	return 0;
}

/* Room for all of it, because with too little it would be done again. */
static int vib_client_open(struct inode *inode, struct file *f)
{
	return single_open_size(f, vib_client_show, NULL, 16384);
}

static const struct file_operations vib_client_fops = {
	.owner = THIS_MODULE,
	.open = vib_client_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init vib_client_init(void)
{
	vib_client_file = debugfs_create_file("vib_client", 0400, NULL, NULL, &vib_client_fops);
	return PTR_ERR_OR_ZERO(vib_client_file);
}

static void __exit vib_client_exit(void)
{
	debugfs_remove(vib_client_file);
}

module_init(vib_client_init);
module_exit(vib_client_exit);
MODULE_DESCRIPTION("client of the virtual InfiniBand fabric that makes mistakes, for tests only");
MODULE_LICENSE("Dual BSD/GPL");
