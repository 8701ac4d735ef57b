/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The upper half of vib: verbs objects. See vib.h for the floors.
 *
 * How a work request lives: post_send copies it into the send queue and starts the queue pair's work item (the engine). The engine
 * executes one request after the other by copying between memory regions of two HCAs and posts the completions. What the responder
 * has to do is done by the requester's engine too, under the responder's serve_lock.
 *
 * Locks, in the order in which they are taken:
 *	table_lock (vib_hca.c)	mutex: which HCAs there are; then vib_hca.live_lock
 *	vib_qp.serve_lock	mutex: what arrives at a queue pair, and the flush of its receives. Never two at a time.
 *	vib_hca.cq_lock, qps.lock	spinlocks: lists of completion queues and queue pairs
 *	vib_qp.lock		spinlock: state and attributes
 *	vib_ring.lock, vib_cq.lock, vib_hca.mr_lock, mrs.lock, vib_fabric_lock	spinlocks, leaves
 * All spinlocks are taken with interrupts disabled, because posting and polling are legal in any context.
 */
#ifndef VIB_VERBS_H
#define VIB_VERBS_H

#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "vib.h"

#define VIB_MAX_SGE		32
#define VIB_MAX_WR		16384
#define VIB_MAX_CQE		(1 << 20)
#define VIB_MAX_PAGES		512	/* of one fast registration */
#define VIB_MAX_MSG		0x80000000u	/* IBA 9.3: 2^31 bytes */
#define VIB_MAX_RD_ATOMIC	16
#define VIB_PSN_MASK		0xffffffu
#define VIB_MULTICAST_QPN	0xffffff
#define VIB_LOCAL_DMA_LKEY	0x5a	/* not 0, so that a forgotten L_Key is an error; no region has index 0 */
#define VIB_GRH_BYTES		40

/* ---- knobs and trace (vib_trace.c) ---------------------------------------------------------------------- */

/* Set by module parameters and in debugfs; read without locks. */
struct vib_knobs {
	bool strict;		/* poison what a completion does not define; no R_Key for all memory; check kernel addresses */
	bool global_rkey;	/* DMA regions may be used by peers although strict */
	bool trace;
	bool sg_gaps;		/* registrations with gaps between their elements; constant, as the next one */
	bool no_fast_reg;	/* no registration by work requests */
	u32 late_complete_us;	/* completions become visible that much later */
};

extern struct vib_knobs vib_knobs;

/* One line into the ring of the last lines. Any context. */
#define vib_trace(fmt, ...) do { if (READ_ONCE(vib_knobs.trace)) vib_trace_add(fmt, ##__VA_ARGS__); } while (0)
__printf(1, 2) void vib_trace_add(const char *fmt, ...);
void vib_trace_show(struct seq_file *s);
void vib_trace_clear(void);

/* ---- HCA (vib_hca.c) ------------------------------------------------------------------------------------ */

/* What an HCA may be told to refuse once; the last three are of connections. */
enum vib_call { VIB_ALLOC_PD, VIB_CREATE_CQ, VIB_CREATE_QP, VIB_ALLOC_MR, VIB_MODIFY_QP, VIB_POST_SEND, VIB_POST_RECV, VIB_CALLS };

struct vib_hca {
	struct ib_device ib;
	struct vib_node *node;
	struct platform_device *parent;
	struct workqueue_struct *wq;	/* engines */
	struct vib_table qps;		/* by number; references are taken under its lock */
	struct vib_qp *special[VIB_MAX_PORTS + 1][2];	/* QP0 and QP1 by port; qps.lock */
	u32 next_qpn;
	spinlock_t mr_lock;		/* what HCAs know of their regions; also serializes lookups in mrs with erasing */
	struct vib_table mrs;	/* by key >> 8 */
	u32 next_mr;
	spinlock_t cq_lock;
	struct list_head cqs;		/* cq_lock */
	struct mutex live_lock;
	bool live;			/* events may be dispatched; live_lock */
	bool no_flush;			/* connections in the error state complete nothing */
	atomic_t refuse[VIB_CALLS];	/* N: the N-th call from now on fails; 0: none */
};

static inline struct vib_hca *vib_hca(struct ib_device *dev)
{
	return container_of(dev, struct vib_hca, ib);
}

/* To be asked once for each call: must it fail (-ENOMEM)? Any context. */
static inline bool vib_refused(struct ib_device *dev, enum vib_call call)
{
	return atomic_dec_if_positive(&vib_hca(dev)->refuse[call]) == 0;
}

/* Makes the HCA of a node and registers it, or takes it away, also under I/O. Sleeps. -EEXIST, -ENODEV: it is there or gone already. */
int vib_hca_add(struct vib_node *node);
int vib_hca_remove(struct vib_node *node);
/* Dispatches an event of a port or (IB_EVENT_DEVICE_FATAL) of the device unless the HCA is being added or removed. Sleeps. */
void vib_hca_event(struct vib_hca *hca, enum ib_event_type event, u8 port);
/* Calls @fn with the node's HCA, which cannot go away meanwhile. Sleeps. -ENODEV if there is none. */
int vib_hca_with(struct vib_node *node, int (*fn)(struct vib_hca *hca, void *arg), void *arg);

extern const struct vib_hca_ops vib_hca_fabric_ops;

/* ---- rings of work requests (vib_queue.c) --------------------------------------------------------------- */

/*
 * A send or receive queue. As with hardware, a request takes up its place until its owner has polled the completion that reports it:
 * its own, or of a request without one the next in the same queue.
 */
struct vib_ring {
	spinlock_t lock;	/* all below but unpolled */
	u32 size, head, tail;	/* head and tail run freely; size is a power of two */
	u32 capacity, max_sge;
	size_t stride;
	void *slots;
	atomic_t unpolled;	/* taken out at head, not polled yet; rises under lock */
};

/* @slot_bytes: of one request with @max_sge pieces. -EINVAL: more than an HCA can; -ENOMEM. */
int vib_ring_init(struct vib_ring *ring, u32 max_wr, u32 max_sge, size_t slot_bytes);
void vib_ring_free(struct vib_ring *ring);
/* Forgets everything; what was not polled must have been purged from the completion queues. */
void vib_ring_clear(struct vib_ring *ring);
/* Places that are taken. */
u32 vib_ring_used(struct vib_ring *ring);
static inline void *vib_ring_slot(const struct vib_ring *ring, u32 i)
{
	return ring->slots + (size_t)(i & (ring->size - 1)) * ring->stride;
}
/* The request at head is the transport's from now on. Under lock. */
static inline void vib_ring_take(struct vib_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	atomic_inc(&ring->unpolled);
	ring->head++;
}

/* ---- completion queues (vib_cq.c) ----------------------------------------------------------------------- */

struct vib_cqe;

struct vib_cq {
	struct ib_cq ib;
	struct list_head entry;		/* hca->cqs */
	spinlock_t lock;		/* all below */
	struct vib_cqe *ring;
	u32 size, head, tail;		/* as in vib_ring */
	u32 capacity;			/* what was asked for, <= size */
	int armed;			/* 0, IB_CQ_SOLICITED or IB_CQ_NEXT_COMP */
	bool dead;			/* overrun */
	u64 late_count;			/* completions that became visible later, ever */
	struct delayed_work late;
	struct work_struct error;
};

static inline struct vib_cq *vib_cq(struct ib_cq *cq)
{
	return container_of(cq, struct vib_cq, ib);
}

int vib_cq_destroy(struct ib_cq *ibcq, struct ib_udata *udata);
int vib_cq_poll(struct ib_cq *ibcq, int max, struct ib_wc *wc);
int vib_cq_arm(struct ib_cq *ibcq, enum ib_cq_notify_flags flags);
/*
 * Appends a completion and calls the handler if armed; when it is polled, @slots places in @ring are free again. Process context.
 * False: overrun, the queue pair must go to the error state, and the places are lost.
 */
bool vib_cq_push(struct vib_cq *cq, const struct ib_wc *wc, bool solicited, struct vib_ring *ring, u32 slots);
/* Forgets the completions of a queue pair that is about to vanish. */
void vib_cq_purge(struct vib_cq *cq, const struct ib_qp *qp);

/* ---- memory regions (vib_mr.c) -------------------------------------------------------------------------- */

enum vib_mr_kind { VIB_MR_DMA, VIB_MR_FAST, VIB_MR_USER };

/*
 * The HCA has its own copy of key, range and page list, loaded when REG_MR executes: by then the owner may have changed those in
 * struct ib_mr for the next registration, because an earlier LOCAL_INV is still queued.
 */
struct vib_mr {
	struct ib_mr ib;
	enum vib_mr_kind kind;
	u32 index;
	struct ib_umem *umem;
	bool gaps;		/* IB_MR_TYPE_SG_GAPS: elements of any length instead of pages; constant */
	u64 *next_pages;	/* from map_mr_sg; the owner's until REG_MR executes, as the next two */
	u32 *next_lens;
	u32 next_npages, max_pages;
	VIB_MR_NEXT		/* vib_next(): range and page size that go with them */
	/* what the HCA knows: hca->mr_lock. Page list and range do not change while users > 0. */
	bool valid;
	u32 key;
	int access;
	u64 iova, length;
	u8 page_shift;
	u64 *pages;		/* kernel addresses */
	u32 *lens;		/* with gaps: how long each is */
	u32 users;		/* copies under way */
	u32 invalidations;	/* under way */
	wait_queue_head_t idle;
};

static inline struct vib_mr *vib_mr(struct ib_mr *mr)
{
	return container_of(mr, struct vib_mr, ib);
}

struct ib_mr *vib_mr_get_dma(struct ib_pd *pd, int access);
struct ib_mr *vib_mr_alloc(struct ib_pd *pd, enum ib_mr_type type, u32 max_sg);
int vib_mr_map_sg(struct ib_mr *ibmr, struct scatterlist *sg, int n, unsigned int *offset);
int vib_mr_dereg(struct ib_mr *ibmr, struct ib_udata *udata);

/* Executes REG_MR. IBA 10.6.4: the region must be of the same PD and free. */
enum ib_wc_status vib_mr_register(struct ib_pd *pd, const struct vib_reg *reg);
/* The region that a work request is about, or NULL; what comes next is in it afterwards. Under mr_lock. vib_compat.c. */
struct vib_mr *vib_reg_load(struct vib_hca *hca, const struct vib_reg *reg);
/* Executes LOCAL_INV, or the invalidation that comes with a SEND. Afterwards nobody touches the memory by this key. Sleeps. */
enum ib_wc_status vib_mr_invalidate(struct vib_hca *hca, struct ib_pd *pd, u32 key);

/* A piece of memory that an operation works on; the region, if any, cannot be invalidated until it is unpinned. */
struct vib_seg {
	struct vib_mr *mr;	/* NULL: kernel address */
	u64 addr;
	u64 len;
};

struct vib_sgl {
	u32 n;
	u64 len;
	struct vib_seg seg[VIB_MAX_SGE];
};

/* Local memory: L_Keys, VIB_LOCAL_DMA_LKEY for the kernel's addresses. @access: 0 or IB_ACCESS_LOCAL_WRITE. False: protection error. */
bool vib_sgl_pin(struct vib_hca *hca, struct ib_pd *pd, const struct ib_sge *sge, u32 n, int access, struct vib_sgl *sgl);
/* Memory named by a peer; @access: IB_ACCESS_REMOTE_*. False: access error. */
bool vib_sgl_pin_remote(struct vib_hca *hca, struct ib_pd *pd, u32 rkey, u64 addr, u64 len, int access, struct vib_sgl *sgl);
void vib_sgl_unpin(struct vib_hca *hca, struct vib_sgl *sgl);
/* Plain memory as a list. */
void vib_sgl_plain(struct vib_sgl *sgl, void *addr, u32 len);
/* Copies @len bytes to @dst from its offset @at on. Both lists are long enough. */
void vib_sgl_copy(struct vib_sgl *dst, u64 at, struct vib_sgl *src, u64 len);
/* Inverts one byte. */
void vib_sgl_flip(struct vib_sgl *sgl, u64 at);

/* ---- receive queues (vib_queue.c) ----------------------------------------------------------------------- */

struct vib_rwr {
	u64 wr_id;
	u32 num_sge;
	u64 len;
	struct ib_sge sge[VIB_MAX_SGE];	/* slots of a queue are shorter */
};

int vib_rq_init(struct vib_ring *rq, u32 max_wr, u32 max_sge);
/* Any context. -EINVAL: too many pieces; -ENOMEM: full. */
int vib_rq_post(struct vib_ring *rq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
/* The oldest receive, copied to @wr. False if there is none. */
bool vib_rq_take(struct vib_ring *rq, struct vib_rwr *wr);

struct vib_srq {
	struct ib_srq ib;
	struct vib_ring rq;
	u32 limit;		/* rq.lock; 0: not armed */
	struct work_struct limit_work;
};

static inline struct vib_srq *vib_srq(struct ib_srq *srq)
{
	return container_of(srq, struct vib_srq, ib);
}

int vib_srq_create(struct ib_srq *ibsrq, struct ib_srq_init_attr *attr, struct ib_udata *udata);
int vib_srq_modify(struct ib_srq *ibsrq, struct ib_srq_attr *attr, enum ib_srq_attr_mask mask, struct ib_udata *udata);
int vib_srq_query(struct ib_srq *ibsrq, struct ib_srq_attr *attr);
int vib_srq_destroy(struct ib_srq *ibsrq, struct ib_udata *udata);
int vib_srq_post(struct ib_srq *ibsrq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
/* As vib_rq_take(); raises IB_EVENT_SRQ_LIMIT_REACHED. */
bool vib_srq_take(struct vib_srq *srq, struct vib_rwr *wr);

/* ---- queue pairs (vib_qp.c) ----------------------------------------------------------------------------- */

/* Address vector: what a packet's headers are made from. A value; survives the address handle. */
struct vib_av {
	u8 port;
	u8 sl;
	u8 path_bits;
	u16 dlid;
	bool has_grh;
	struct ib_grh grh;
	struct rdma_ah_attr attr;	/* for queries; without reference to a GID table entry */
};

void vib_av_set(struct vib_av *av, struct ib_device *dev, const struct rdma_ah_attr *attr);

struct vib_ah {
	struct ib_ah ib;
	struct vib_av av;
};

static inline struct vib_ah *vib_ah(struct ib_ah *ah)
{
	return container_of(ah, struct vib_ah, ib);
}

/* A send work request in its slot. It stays there as it is until the engine completes it, so that the engine reads it without the lock. */
struct vib_swr {
	u64 wr_id;
	enum ib_wr_opcode opcode;
	int flags;
	u32 num_sge;
	u64 len;
	__be32 imm;
	u32 invalidate_rkey;
	union {
		struct { u64 addr; u32 rkey; } rdma;
		struct vib_reg reg;
		struct { struct vib_av av; u32 qpn, qkey; u16 pkey_index; } ud;
	};
	struct ib_sge sge[];
};

struct vib_qp;

/* Executes one request. Runs in the engine only. */
struct vib_transport {
	bool (*supports)(enum ib_wr_opcode opcode);
	/* Returns 0 and sets *@status, or says after how many jiffies it wants to be called again for the same request. */
	unsigned long (*execute)(struct vib_qp *qp, struct vib_swr *wr, enum ib_wc_status *status);
	/* State of the queue pair after a failed request. */
	enum ib_qp_state after_error;
};

extern const struct vib_transport vib_rc_transport, vib_ud_transport;

/* How far the request at the head of an RC send queue has come. Private to vib_rc.c; the engine's own. */
struct vib_rc_progress {
	enum { VIB_RC_IDLE, VIB_RC_REQUEST, VIB_RC_RESPONSE } stage;
	bool checked;		/* local memory was found all right */
	bool frozen;		/* the responder's port is, or was when the packet arrived */
	bool served;		/* the responder has done it; a repetition is answered only (IBA 9.7.5.1.2) */
	int result;		/* what the responder answered: enum ib_wc_status or a value of vib_rc.c */
	u8 tries, rnr_tries;
	u32 packets;		/* numbers that the request uses up */
	struct vib_port *dest;
	struct vib_fate fate;
	struct vib_hdr hdr;	/* of the request */
	unsigned long arrival, deadline;	/* jiffies */
};

struct vib_qp {
	struct ib_qp ib;
	struct vib_hca *hca;
	const struct vib_transport *transport;
	refcount_t refs;		/* one is the owner's */
	struct completion released;
	struct ib_qp_init_attr init;

	spinlock_t lock;		/* state, attr, av */
	enum ib_qp_state state;		/* read without lock where a stale value is harmless: the engine runs after every change */
	struct ib_qp_attr attr;
	struct vib_av av;		/* of a connected queue pair */

	struct vib_ring sq;
	u32 silent;			/* requests done since the last one with a completion; the engine's */
	struct work_struct engine;
	struct delayed_work timer;	/* starts the engine when waiting is over */
	bool waiting;			/* for the timer; the engine and the timer only */
	struct vib_rc_progress rc;	/* the engine's, as the next two */
	u32 psn;			/* of the next request; set with the state RTS */
	struct vib_sgl local;

	struct mutex serve_lock;	/* the receive side: all below */
	struct vib_ring rq;
	struct vib_srq *srq;		/* or NULL; constant */
	struct vib_rwr recv;		/* the receive being worked on */
	struct vib_sgl remote;
	u32 expected_psn;		/* set with the state RTR */
	bool comm_est;			/* reported */
	bool last_wqe;			/* reported */

	unsigned long events;		/* bits of enum ib_event_type to be reported by event_work */
	struct work_struct event_work;
	struct list_head mcast;		/* struct vib_mcast; lock */
};

static inline struct vib_qp *vib_qp(struct ib_qp *qp)
{
	return container_of(qp, struct vib_qp, ib);
}

static inline struct vib_port *vib_qp_port(const struct vib_qp *qp)
{
	return &qp->hca->node->ports[qp->attr.port_num];
}

int vib_qp_create(struct ib_qp *ibqp, struct ib_qp_init_attr *init, const struct vib_transport *transport);
int vib_qp_modify(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_udata *udata);
int vib_qp_query(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_qp_init_attr *init);
int vib_qp_destroy(struct ib_qp *ibqp, struct ib_udata *udata);
int vib_qp_post_send(struct ib_qp *ibqp, const struct ib_send_wr *wr, const struct ib_send_wr **bad);
int vib_qp_post_recv(struct ib_qp *ibqp, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
int vib_qp_attach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid);
int vib_qp_detach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid);

/*
 * The queue pair with this number behind a port (0 and 1: the port's own), with a reference, or NULL. The owner's destroy waits for
 * vib_qp_put(), so hold it for one operation only. Any context.
 */
struct vib_qp *vib_qp_get(struct vib_port *port, u32 qpn);
/* The first queue pair with a number above @after that is attached to the group, with a reference. */
struct vib_qp *vib_qp_get_mcast(struct vib_port *port, const union ib_gid *gid, u32 after);
void vib_qp_put(struct vib_qp *qp);

/* May packets be served? IBA 10.3.1: RTR and up. */
static inline bool vib_qp_serves(const struct vib_qp *qp)
{
	enum ib_qp_state state = READ_ONCE(qp->state);

	return state == IB_QPS_RTR || state == IB_QPS_RTS || state == IB_QPS_SQD || state == IB_QPS_SQE;
}

/* To the error state; all work requests will be flushed by the engine. Any context. Returns if it was in a better one. */
bool vib_qp_error(struct vib_qp *qp);
/* IB_EVENT_QP_* and IB_EVENT_COMM_EST, by a work item. Any context. */
void vib_qp_event(struct vib_qp *qp, enum ib_event_type event);
/* The oldest receive of the queue pair or its SRQ into qp->recv. Under serve_lock. */
bool vib_qp_take_recv(struct vib_qp *qp);
/* Completes qp->recv. @wc: what a success tells besides wr_id and qp; on error only the status is used. Under serve_lock. */
void vib_qp_complete_recv(struct vib_qp *qp, struct ib_wc *wc, bool solicited);

/* ---- transports ----------------------------------------------------------------------------------------- */

/* A datagram has arrived (struct vib_hca_ops.receive). */
void vib_ud_receive(struct vib_port *port, const struct vib_packet *packet);

/* ---- debugfs (vib_debugfs.c) ---------------------------------------------------------------------------- */

void vib_debugfs_create(void);
void vib_debugfs_remove(void);

/* "vib0", "sw1" -> node, or NULL. */
struct vib_node *vib_node_by_name(const char *name);

#endif
