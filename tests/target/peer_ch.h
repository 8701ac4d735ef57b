/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One channel: queue pair, buffers, posting, RDMA, the end of it.
 *
 * Everything that sends may sleep: it waits for room in the send queue. Receive completions come in a workqueue, one after the
 * other. A channel ends in a work item of its own (peer_ch_close()), which waits for its users, and is freed there.
 */
#ifndef PEER_CH_H
#define PEER_CH_H

#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <rdma/ib_verbs.h>
#include "peer_buf.h"
#include "peer_port.h"
#include "srp_wire.h"

#define PEER_REQ_LIM	64		/* credits at login */
#define PEER_RX_EXTRA	32		/* receives for answers, which need no credit */
#define PEER_IT_IU_LEN	8276U		/* the longest information unit that it takes */
#define PEER_TI_IU_LEN	512U		/* the longest that it sends if it behaves */
#define PEER_SQ_DEPTH	256

struct peer_ch;

/* What the connection manager has to do with a channel. */
struct peer_cm_ops {
	int (*create_qp)(struct peer_ch *ch, struct ib_qp_init_attr *attr);	/* in state INIT afterwards */
	void (*destroy_qp)(struct peer_ch *ch);
	void (*disconnect)(struct peer_ch *ch);
	void (*destroy_id)(struct peer_ch *ch);
	void (*own)(struct peer_ch *ch);	/* what happens to cm_id is told to the channel from now on */
};

enum peer_ch_flag { PEER_CH_UP, PEER_CH_DEAD, PEER_CH_MUTE, PEER_CH_CLOSING };

struct peer_rx {
	struct ib_cqe cqe;
	u64 dma;
	u8 *buf;
};

struct peer_ch {
	struct list_head entry;		/* port->channels; port->lock */
	struct peer_port *port;
	const struct peer_cm_ops *cm;
	void *cm_id;			/* struct rdma_cm_id or ib_cm_id */

	struct ib_device *dev;
	struct kc_pd pd;
	int max_rd_atom;		/* RDMA reads that it can have under way */
	struct ib_cq *recv_cq, *send_cq;
	struct ib_qp *qp;
	struct peer_rx *rx;
	atomic_t sq_free;
	wait_queue_head_t wait;		/* for sq_free, users, the state of jobs */
	unsigned long flags;		/* enum peer_ch_flag */
	struct work_struct close_work;
	atomic_t users;			/* what must be over before the queue pair goes */

	/* from the login */
	u8 initiator_id[16], target_id[16];
	u16 imm_offset;			/* 0: no immediate data */
	struct peer_plan greeting;
	struct work_struct greeting_work;
	void (*received)(struct peer_ch *ch, const u8 *iu, u32 len);
	void (*drop_held)(struct peer_ch *ch);	/* atomic context */

	spinlock_t lock;		/* innermost */
	struct list_head jobs;		/* of peer_job.c; lock */
	atomic_t owed;			/* credits that go back with the next response */
	/*
	 * The initiator has at most so many credits; lock. What a negative req_lim_delta takes away is not subtracted, because
	 * requests may have been sent before it was heard of.
	 */
	s64 credits;
};

/* Where jobs run, which may sleep long; where task management waits for them; and where channels end. */
int peer_ch_wq_init(void);
void peer_ch_wq_exit(void);
void peer_ch_queue(struct work_struct *work);
void peer_ch_queue_tm(struct work_struct *work);

/**
 * peer_ch_create - a channel with all receives posted, not connected, not yet in the port's list
 * @cm_id: becomes the channel's if this succeeds
 * Return: channel or ERR_PTR.
 */
struct peer_ch *peer_ch_create(struct peer_port *port, struct ib_device *dev, const struct peer_cm_ops *cm, void *cm_id);

/* Puts it into the port's list. From here on it ends by peer_ch_close() only. Locking: port->lock. */
void peer_ch_publish(struct peer_ch *ch);

/* The connection is there: says what the script wants to be said first. Context: any. */
void peer_ch_up(struct peer_ch *ch);

/* For a channel that was not published; cm_id goes back to the caller. */
void peer_ch_discard(struct peer_ch *ch);

/* Begins the end; any context, as often as you like. The channel is gone some time later. */
void peer_ch_close(struct peer_ch *ch);

/* Closes all channels of the port and waits until they are gone. New ones are not prevented. May sleep, port->lock not held. */
void peer_ch_close_all(struct peer_port *port);

/* Keep the channel while something is done on it. get fails if the end has begun. */
bool peer_ch_get(struct peer_ch *ch);
void peer_ch_put(struct peer_ch *ch);

/*
 * The channels of a port that are not ending, each kept as by peer_ch_get(), in the order of their logins; NULL without memory.
 * The port's lock is not held while something is done on them, which may take as long as the initiator likes. May sleep.
 */
struct peer_ch **peer_ch_get_all(struct peer_port *port, unsigned int *nr);
void peer_ch_put_all(struct peer_ch **channels, unsigned int nr);

/* Sends a copy of @iu. May sleep. Return: 0, -ENOTCONN, -ENOMEM, or what posting returned. */
int peer_ch_send(struct peer_ch *ch, const void *iu, u32 len);

/**
 * peer_ch_rdma - moves data between @buf and the initiator's memory, and waits for the end
 * @op: IB_WR_RDMA_READ (from the initiator) or IB_WR_RDMA_WRITE
 * @len: bytes; no more than the descriptors and the buffer hold
 * May sleep. Return: 0, -EIO, or an error of posting.
 */
int peer_ch_rdma(struct peer_ch *ch, enum ib_wr_opcode op, struct peer_buf *buf, const struct srp_direct_desc *desc, u32 nr,
		 u32 len);

/* Takes the queue pair to the error state without telling the other side, now or later. */
void peer_ch_break(struct peer_ch *ch);

#endif /* PEER_CH_H */
