/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One RDMA channel: completion queues, queue pair, posting, credits, drain. */
#ifndef SRP_CH_H
#define SRP_CH_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <rdma/ib_cm.h>
#include <rdma/ib_sa.h>
#include <rdma/rdma_cm.h>
#include "srp_device.h"
#include "srp_iu.h"
#include "srp_mr.h"
#include "srp_proto.h"
#include "srp_req.h"
#include "srp_sizing.h"

struct srp_ch;
struct srp_target;

/* A received IU and the work request that puts it back. */
struct srp_rx {
	struct srp_iu		iu;
	struct ib_recv_wr	wr;
	struct ib_sge		sge;
	struct ib_cqe		cqe;
};

/* An IU other than a command: task management, probe, answer to the target, logout. */
struct srp_ctl {
	struct srp_iu		iu;
	struct ib_send_wr	wr;
	struct ib_sge		sge;
	struct ib_cqe		cqe;
	struct srp_ch		*ch;
	bool			busy;	/* posted, not acknowledged; channel lock */
};

/* Completes after everything that was posted before it. */
struct srp_drain {
	struct ib_cqe		cqe;
	struct completion	done;
};

/* Upcalls of a channel; set before the first connect. */
struct srp_ch_ops {
	/* Completion of a srp_rx: handles it and calls srp_ch_repost(). Softirq. */
	void (*recv_done)(struct ib_cq *cq, struct ib_wc *wc);
	/* The channel stopped working. Any context, channel lock held: queue work. */
	void (*failed)(struct srp_ch *ch);
	/* The target reported that its LUNs changed. Softirq. */
	void (*luns_changed)(struct srp_ch *ch);
};

/* What connection managers keep per channel; see srp_cm_ib.c and srp_cm_rdma.c. */
struct srp_ch_ib {
	struct ib_cm_id		*cm_id;
	struct sa_path_rec	path;
	struct completion	query_done;	/* its callback has returned */
	u32			remote_cm_qpn;	/* changed by a redirect */
	u16			pkey_index;
};

struct srp_ch_rdma {
	struct rdma_cm_id	*cm_id;
};

struct srp_ch {
	/* Immutable while commands can be queued. */
	struct srp_target	*target;
	struct srp_device	*sdev;
	struct Scsi_Host	*shost;
	const struct srp_ch_ops	*ops;
	unsigned int		index;
	unsigned int		comp_vector;
	unsigned int		queue_size;
	struct srp_req		*reqs;		/* queue_size slots, index = tag */
	bool			allow_ext_sg;	/* the target fetches longer descriptor lists */

	/*
	 * Protects everything down to the blank line. Taken with interrupts off; posting
	 * happens under it, so that a slot with a command means that its SEND is posted.
	 */
	spinlock_t		lock;
	bool			live;		/* logged in, QP usable */
	s32			credits;	/* requests that the target still accepts */
	unsigned int		outstanding;	/* slots with a command */
	unsigned int		probes;		/* sent and not answered yet */
	struct ib_qp		*qp;		/* NULL: none, or it is being destroyed */
	u16			*sq_marks;	/* work requests covered by each signaled one */
	unsigned int		sq_mask;
	unsigned int		sq_head;
	unsigned int		sq_tail;
	unsigned int		sq_free;
	struct srp_mr_pool	mr_pool;
	unsigned int		rx_count;	/* IUs received, wraps; written by the receive CQ only */
	u32			tm_tag;		/* of the last task management request */
	int			tm_status;	/* response code, -errno, or 1000 while waiting */
	unsigned long		zero_req_lim;	/* refusals for want of credits */
	/* watchdog: what it saw last time */
	unsigned int		seen_rx;
	unsigned int		seen_tail;
	unsigned long		heard_at;	/* jiffies */
	unsigned long		seen_zero_req_lim;
	unsigned long		fed_at;		/* jiffies; nobody waited for credits, or commands were out */

	/* Granted at login; constant while live. */
	unsigned int		max_it_iu_len;
	unsigned int		cmd_sg_entries;
	unsigned int		imm_data_max;

	struct ib_cq		*recv_cq;
	struct ib_cq		*send_cq;	/* polled by posters, under the lock */
	struct ib_cqe		send_cqe;
	struct ib_cqe		reg_cqe;
	struct ib_cqe		inv_cqe;
	struct srp_rx		*rx;
	unsigned int		rx_nr;
	unsigned int		rx_size;
	struct srp_drain	recv_drain;
	struct srp_drain	send_drain;

	struct srp_ctl		tm;
	struct srp_ctl		probe;
	struct srp_ctl		resp[SRP_TX_RESPONSES];
	struct mutex		tm_mutex;	/* one task management request at a time */
	struct completion	tm_done;

	/* Connection management; one connect of a channel at a time (target->connect_mutex). */
	struct work_struct	connect_work;
	bool			connecting;	/* connect_work has not finished */
	int			connect_status;	/* of it; valid when not connecting */
	bool			cm_connected;	/* there is something to disconnect */
	bool			cm_answered;
	int			cm_status;	/* valid once answered */
	bool			refused;	/* the target said no, or its host did */
	bool			too_long;	/* ... because of the IUs asked for, which can be shorter */
	struct srp_login_grant	grant;
	unsigned int		rc_timeout_ms;	/* until the HCA gives up on a dead path */
	union {
		struct srp_ch_ib	ib;
		struct srp_ch_rdma	rdma;
	};
};

#define SRP_TM_WAITING	1000

/* Requests that commands leave to task management. */
#define SRP_CREDIT_RESERVE	1

/**
 * srp_ch_init - buffers that live as long as the channel
 * @sizes: of the target
 * @table_len: see srp_reqs_alloc()
 *
 * Context: may sleep. Return: 0, -ENOMEM; srp_ch_exit() is safe either way on a
 * zeroed channel.
 */
int srp_ch_init(struct srp_ch *ch, const struct srp_sizes *sizes, unsigned int table_len);
void srp_ch_exit(struct srp_ch *ch);

/**
 * srp_ch_create_qp - queue pair in state INIT, completion queues, memory regions
 * @create: makes the queue pair, for the two connection managers differ in that
 *
 * Context: may sleep. Return: 0 or -errno with nothing left behind.
 */
int srp_ch_create_qp(struct srp_ch *ch, const struct srp_sizes *sizes,
		     int (*create)(struct srp_ch *ch, struct ib_qp_init_attr *attr));

/* Destroys a QP, given what its create left in ch->qp, which is NULL by then. */
typedef void (*srp_destroy_qp_fn)(struct srp_ch *ch, struct ib_qp *qp);

/* How long an HCA may take to flush the queues of all channels of a target. */
#define SRP_DRAIN_SECS	5

static inline unsigned long srp_drain_end(void)
{
	return jiffies + SRP_DRAIN_SECS * HZ;
}

/**
 * srp_ch_destroy_qp - drain and destroy what srp_ch_create_qp() made
 * @drain_end: jiffies, when to give up draining; see srp_drain_end()
 * @destroy: counterpart of its @create; ch->qp is NULL by then
 *
 * Context: may sleep. The channel is dead, an RCU grace period has passed since
 * (commands that were being mapped hold MRs), all its commands are finished.
 */
void srp_ch_destroy_qp(struct srp_ch *ch, unsigned long drain_end, srp_destroy_qp_fn destroy);

/* Allocate receive IUs of @len bytes if need be, and post all. Return: 0 or -errno. */
int srp_ch_post_all_recv(struct srp_ch *ch, unsigned int len);

/* Descriptors that fit into an IU as the last login granted it; 0: one direct one alone. */
unsigned int srp_ch_granted_descs(const struct srp_ch *ch, const struct srp_sizes *sizes);

/* Login done: commands may be queued. Any context. */
void srp_ch_set_live(struct srp_ch *ch, const struct srp_sizes *sizes);

/* Stop using the channel: no command will be posted, waiters are woken. Any context. */
void srp_ch_set_dead(struct srp_ch *ch);

/* As srp_ch_set_dead(), and report it upwards if it was live. Any context. */
void srp_ch_fail(struct srp_ch *ch);

/*
 * Move the QP to the error state: after this the target cannot touch our memory
 * through this channel. Context: may sleep, connect_mutex held. Return: 0, or the HCA's
 * error, after which only srp_ch_drop_qp() is safe.
 */
int srp_ch_stop_qp(struct srp_ch *ch);

/*
 * Destroy the QP alone, without draining it; srp_ch_destroy_qp() does the rest later.
 * Context: may sleep, connect_mutex held, the channel is dead.
 */
void srp_ch_drop_qp(struct srp_ch *ch, srp_destroy_qp_fn destroy);

/**
 * srp_ch_post - ring the doorbell once for a chain of work requests
 * @nr: their number
 * @last: gets signaled
 *
 * Context: lock held. Return: 0; -ENOTCONN if not live, -EAGAIN if the send queue is
 * full, or the error of the HCA, after which the channel has failed.
 */
int srp_ch_post(struct srp_ch *ch, struct ib_send_wr *first, struct ib_send_wr *last,
		unsigned int nr);

/* Post @len bytes of a control IU. Lock held. Return: as srp_ch_post(), -EBUSY. */
int srp_ctl_post(struct srp_ctl *ctl, unsigned int len);

/* A free response IU, NULL if all are in flight. Lock held. */
struct srp_ctl *srp_ch_get_resp(struct srp_ch *ch);

/* A receive failed. Context: completion handler, lock not held. */
void srp_ch_recv_error(struct srp_ch *ch, const struct ib_wc *wc);

/* Give a received IU back to the HCA. Context: completion handler, lock not held. */
void srp_ch_repost(struct srp_ch *ch, struct srp_rx *rx, unsigned int len);

/* Handle what the send CQ holds. Lock held. */
void srp_ch_poll_send(struct srp_ch *ch);

/* Keys stay valid until the next LOCAL_INV; see srp_mr.h. Lock held. */
static inline void srp_ch_put_mrs(struct srp_ch *ch, struct srp_req *req)
{
	struct srp_mr *mr = req->mrs, *next;

	req->mrs = NULL;
	for (; mr; mr = next) {
		next = mr->next;
		if (kc_unreg(&mr->reg)) {
			srp_mr_put_clean(&ch->mr_pool, mr);
			continue;
		}
		mr->inv.ex.invalidate_rkey = mr->reg.key;
		srp_mr_put_stale(&ch->mr_pool, mr);
	}
}

/**
 * srp_ch_claim - take the command of a slot away from the channel
 *
 * Context: lock held. Return: the command, NULL if somebody else was faster.
 */
static inline struct scsi_cmnd *srp_ch_claim(struct srp_ch *ch, struct srp_req *req)
{
	struct scsi_cmnd *cmd = req->cmd;

	lockdep_assert_held(&ch->lock);
	if (!cmd)
		return NULL;
	req->cmd = NULL;
	ch->outstanding--;
	srp_ch_put_mrs(ch, req);
	return cmd;
}

#endif /* SRP_CH_H */
