/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_verbs.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_IB_VERBS_H
#define SRP_COMPAT_IB_VERBS_H

#include <linux/err.h>
#include <linux/scatterlist.h>
#include_next <rdma/ib_verbs.h>

/* Can one registration cover entries with gaps between them? */
static inline bool kc_has_sg_gaps(const struct ib_device_attr *attr)
{
#ifdef KC_HAS_KERNEL_CAP_FLAGS
	return attr->kernel_cap_flags & IBK_SG_GAPS_REG;
#elif defined(KC_HAS_MAP_SG_OFFSET)
	return attr->device_cap_flags & IB_DEVICE_SG_GAPS_REG;
#else
	return false;
#endif
}

#ifndef KC_HAS_VECTOR_AFFINITY
/* NULL: unknown. */
static inline const struct cpumask *ib_get_vector_affinity(struct ib_device *dev, int vector)
{
	return NULL;
}
#endif

#ifndef KC_HAS_MAX_SEG_SIZE
static inline unsigned int ib_dma_max_seg_size(struct ib_device *dev)
{
	return dma_get_max_seg_size(dev->dma_device ? : dev->dev.parent);
}
#endif

#ifndef KC_HAS_RDMA_PORTS
static inline bool rdma_protocol_ib(const struct ib_device *dev, u8 port)
{
	if (rdma_node_get_transport(dev->node_type) != RDMA_TRANSPORT_IB)
		return false;
#ifdef KC_HAS_LINK_LAYER
	return rdma_port_get_link_layer((struct ib_device *)dev, port) == IB_LINK_LAYER_INFINIBAND;
#else
	return true;
#endif
}

/* A channel adapter's ports begin at 1; it is no switch. */
static inline u8 rdma_start_port(const struct ib_device *dev)
{
	return 1;
}

static inline u8 rdma_end_port(const struct ib_device *dev)
{
	return dev->phys_port_cnt;
}

const char *ib_wc_status_msg(enum ib_wc_status status);
#endif

#ifndef KC_HAS_FOR_EACH_PORT
#define rdma_for_each_port(dev, port) \
	for ((port) = rdma_start_port(dev); (port) <= rdma_end_port(dev); (port)++)
#endif

/*
 * Completion queues that call a function for each work request: struct ib_cqe is its member of the
 * one who posts it. Engine for kernels without: compat/src/cq.c.
 */
#ifdef KC_HAS_IB_CQE
#define KC_WR_CQE(cqe)			.wr_cqe = (cqe)
#define kc_wr_set_cqe(wr, cqe)		((wr)->wr_cqe = (cqe))
#define kc_wc_cqe(wc)			((wc)->wr_cqe)
#define kc_cq_context(cq)		((cq)->cq_context)
#else
enum ib_poll_context {
	IB_POLL_DIRECT,		/* by ib_process_cq_direct() only */
	IB_POLL_SOFTIRQ,
	IB_POLL_WORKQUEUE,
};

struct ib_cqe {
	void (*done)(struct ib_cq *cq, struct ib_wc *wc);
};

struct ib_cq *ib_alloc_cq(struct ib_device *dev, void *context, int nr_cqe, int comp_vector,
			  enum ib_poll_context poll_ctx);
void ib_free_cq(struct ib_cq *cq);
int ib_process_cq_direct(struct ib_cq *cq, int budget);
void *kc_cq_context(const struct ib_cq *cq);

#define KC_WR_CQE(cqe)			.wr_id = (uintptr_t)(cqe)
#define kc_wr_set_cqe(wr, cqe)		((wr)->wr_id = (uintptr_t)(cqe))
#define kc_wc_cqe(wc)			((struct ib_cqe *)(uintptr_t)(wc)->wr_id)
#endif

/* Attributes of a device; @buf is used where they are no part of it. Return: 0 or -errno. */
static inline int kc_query_device(struct ib_device *dev, struct ib_device_attr *buf,
				  const struct ib_device_attr **attr)
{
#ifdef KC_HAS_IB_CQE
	*attr = &dev->attrs;
	return 0;
#else
	*attr = buf;
	return ib_query_device(dev, buf);
#endif
}

/*
 * A protection domain with a key for local use, and one for the target to access all memory if
 * @global_rkey. Return: 0 or -errno.
 */
#ifdef KC_HAS_PD_FLAGS
struct kc_pd {
	struct ib_pd	*pd;
};

static inline int kc_pd_alloc(struct kc_pd *pd, struct ib_device *dev, bool global_rkey)
{
	pd->pd = ib_alloc_pd(dev, global_rkey ? IB_PD_UNSAFE_GLOBAL_RKEY : 0);
	return PTR_ERR_OR_ZERO(pd->pd);
}

static inline void kc_pd_free(struct kc_pd *pd)
{
	ib_dealloc_pd(pd->pd);
}

static inline u32 kc_pd_lkey(const struct kc_pd *pd)
{
	return pd->pd->local_dma_lkey;
}

static inline u32 kc_pd_rkey(const struct kc_pd *pd)
{
	return pd->pd->unsafe_global_rkey;
}
#else
struct kc_pd {
	struct ib_pd	*pd;
	struct ib_mr	*all;	/* all memory, NULL if no key needs it */
};

int kc_pd_alloc(struct kc_pd *pd, struct ib_device *dev, bool global_rkey);
void kc_pd_free(struct kc_pd *pd);
u32 kc_pd_lkey(const struct kc_pd *pd);

static inline u32 kc_pd_rkey(const struct kc_pd *pd)
{
	return pd->all->rkey;
}
#endif

/* Of an entry that ib_dma_map_sg() mapped. */
#ifdef KC_HAS_IB_SG_DMA
#define kc_sg_dma_address(dev, sg)	ib_sg_dma_address(dev, sg)
#define kc_sg_dma_len(dev, sg)		ib_sg_dma_len(dev, sg)
#else
#define kc_sg_dma_address(dev, sg)	sg_dma_address(sg)
#define kc_sg_dma_len(dev, sg)		sg_dma_len(sg)
#endif

/*
 * Registration of memory, struct ib_reg_wr: by a work request on most adapters. kc_alloc_mr() makes the region of
 * one, kc_map_mr_sg() says what it is to cover (@pages: as many as the region was made for), kc_arm_reg() comes
 * last before it is posted. Engine for kernels that register lists of pages: compat/src/reg.c.
 */
#ifdef KC_HAS_TYPED_WR
#define KC_WR_REG_MR			IB_WR_REG_MR
#define kc_fr_alloc(reg, pd, type, pages)	ib_alloc_mr(pd, type, pages)
#define kc_fr_free(reg)			ib_dereg_mr((reg)->mr)
#define kc_arm_reg(reg)			do { } while (0)
#define kc_reg_iova(reg)		((reg)->mr->iova)
#define kc_reg_len(reg)			((reg)->mr->length)
#ifdef KC_HAS_MAP_SG_OFFSET
#define KC_FR_TYPE(sg_gaps)		((sg_gaps) ? IB_MR_TYPE_SG_GAPS : IB_MR_TYPE_MEM_REG)
#define kc_fr_map(reg, sg, n, offset, page_size, pages)	\
	ib_map_mr_sg((reg)->mr, sg, n, offset, page_size)
#else
#define KC_FR_TYPE(sg_gaps)		IB_MR_TYPE_MEM_REG
int kc_fr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	      unsigned int page_size, unsigned int pages);
#endif
#else
#include "../../src/pages.h"

enum ib_mr_type {
	IB_MR_TYPE_MEM_REG,
};

struct ib_reg_wr {
	struct ib_send_wr	wr;
	struct ib_mr		*mr;
	u32			key;
	int			access;
	struct ib_fast_reg_page_list *list;
	struct kc_pages		pages;
};

struct ib_rdma_wr {
	struct ib_send_wr	wr;
};

#define KC_WR_REG_MR			IB_WR_FAST_REG_MR
#define KC_FR_TYPE(sg_gaps)		IB_MR_TYPE_MEM_REG
#define kc_reg_iova(reg)		((reg)->pages.iova)
#define kc_reg_len(reg)			((reg)->pages.len)
struct ib_mr *kc_fr_alloc(struct ib_reg_wr *reg, struct ib_pd *pd, enum ib_mr_type type,
			  unsigned int pages);
void kc_fr_free(struct ib_reg_wr *reg);
void kc_arm_reg(struct ib_reg_wr *reg);
int kc_fr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	      unsigned int page_size, unsigned int pages);
#endif

/*
 * Or by the CPU, on adapters that can do no better (FMR, up to 5.7; engine compat/src/fmr.c): kc_map_mr_sg() has
 * done all of it then, and there is nothing to post, neither for that nor for the end. kc_mr_pool_init() comes before
 * the first kc_alloc_mr(), kc_mr_pool_exit() after the last kc_free_mr(). kc_unreg(): the key is not needed any
 * more; true if nothing else has to be done, false if the work request has to be invalidated.
 */
#ifdef KC_HAS_FMR_POOL
struct ib_fmr_pool;

struct kc_mr_pool {
	struct ib_fmr_pool	*fmr;	/* NULL: by work requests */
};

#define kc_can_register(dev, attr)	(kc_max_reg_pages(dev, attr) > 0)
unsigned int kc_max_reg_pages(struct ib_device *dev, const struct ib_device_attr *attr);
enum ib_mr_type kc_mr_type(struct ib_device *dev, const struct ib_device_attr *attr, bool sg_gaps);
int kc_mr_pool_init(struct kc_mr_pool *pool, struct ib_pd *pd, enum ib_mr_type type, unsigned int size,
		    unsigned int page_size, unsigned int pages);
void kc_mr_pool_exit(struct kc_mr_pool *pool);
struct ib_mr *kc_alloc_mr(struct kc_mr_pool *pool, struct ib_reg_wr *reg, struct ib_pd *pd,
			  enum ib_mr_type type, unsigned int pages);
void kc_free_mr(struct ib_reg_wr *reg);
int kc_fmr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	       unsigned int page_size, unsigned int pages);
void kc_fmr_unmap(struct ib_reg_wr *reg);

/* The engine's own belong to no protection domain. */
static inline bool kc_reg_is_wr(const struct ib_reg_wr *reg)
{
	return reg->mr->pd;
}

static inline bool kc_unreg(struct ib_reg_wr *reg)
{
	if (likely(kc_reg_is_wr(reg)))
		return false;
	kc_fmr_unmap(reg);
	return true;
}

static inline int kc_map_mr_sg(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
			       unsigned int page_size, unsigned int pages)
{
	if (likely(kc_reg_is_wr(reg)))
		return kc_fr_map(reg, sg, n, offset, page_size, pages);
	return kc_fmr_map(reg, sg, n, offset, page_size, pages);
}
#else
struct kc_mr_pool {
};

#define kc_can_register(dev, attr)	((attr)->device_cap_flags & IB_DEVICE_MEM_MGT_EXTENSIONS)
#define kc_max_reg_pages(dev, attr)	((attr)->max_fast_reg_page_list_len)
#define kc_mr_type(dev, attr, sg_gaps)	KC_FR_TYPE(sg_gaps)
#define kc_mr_pool_init(pool, pd, type, size, page_size, pages)	0
#define kc_mr_pool_exit(pool)		do { } while (0)
#define kc_alloc_mr(pool, reg, pd, type, pages)	kc_fr_alloc(reg, pd, type, pages)
#define kc_free_mr(reg)			kc_fr_free(reg)
#define kc_map_mr_sg(reg, sg, n, offset, page_size, pages)	\
	kc_fr_map(reg, sg, n, offset, page_size, pages)

static inline bool kc_reg_is_wr(const struct ib_reg_wr *reg)
{
	return true;
}

static inline bool kc_unreg(const struct ib_reg_wr *reg)
{
	return false;
}
#endif

/* The event that the table of GIDs changed, which old kernels do not report. */
#ifdef KC_HAS_GID_CHANGE
#define KC_CASE_GID_CHANGE	case IB_EVENT_GID_CHANGE:
#else
#define KC_CASE_GID_CHANGE
#endif

/* Post a chain. Return: 0, or -errno with an unknown number of them posted. */
static inline int kc_post_send(struct ib_qp *qp, struct ib_send_wr *wr)
{
#ifdef KC_HAS_BAD_WR_CONST
	return ib_post_send(qp, wr, NULL);
#else
	struct ib_send_wr *bad;

	return ib_post_send(qp, wr, &bad);
#endif
}

static inline int kc_post_recv(struct ib_qp *qp, struct ib_recv_wr *wr)
{
#ifdef KC_HAS_BAD_WR_CONST
	return ib_post_recv(qp, wr, NULL);
#else
	struct ib_recv_wr *bad;

	return ib_post_recv(qp, wr, &bad);
#endif
}

/*
 * KC_DEFINE_CLIENT(client, name, add, remove, rename): a struct ib_client.
 *
 * Before devices could be refused, clients were told to remove those, too, whose add failed;
 * before clients were told of new names, nobody calls @rename.
 */
#ifdef KC_HAS_CLIENT_ADD_INT
#define KC_CLIENT_OPS(_add, _remove)	.add = (_add), .remove = (_remove)
#define KC_DEFINE_CLIENT_OPS(client, _add, _remove)
#else
#define KC_CLIENT_OPS(_add, _remove)	.add = _add##_void, .remove = _remove##_added
#ifdef KC_HAS_CLIENT_DATA
#define KC_REMOVE_ARGS(client)	struct ib_device *dev, void *client_data
#define KC_REMOVE_DATA(client)	client_data
#else
#define KC_REMOVE_ARGS(client)	struct ib_device *dev
#define KC_REMOVE_DATA(client)	ib_get_client_data(dev, &(client))
#endif
#define KC_DEFINE_CLIENT_OPS(client, _add, _remove)				\
	static void _add##_void(struct ib_device *dev)				\
	{									\
		_add(dev);							\
	}									\
	static void _remove##_added(KC_REMOVE_ARGS(client))			\
	{									\
		void *data = KC_REMOVE_DATA(client);				\
										\
		if (data)							\
			_remove(dev, data);					\
	}
#endif
#ifdef KC_HAS_CLIENT_RENAME
#define KC_CLIENT_RENAME(_rename)	.rename = (_rename),
#define KC_DEFINE_CLIENT_RENAME(_rename)
#else
#define KC_CLIENT_RENAME(_rename)
#define KC_DEFINE_CLIENT_RENAME(_rename)					\
	static inline const void *_rename##_unused(void)			\
	{									\
		return _rename;							\
	}
#endif
#define KC_DEFINE_CLIENT(client, _name, _add, _remove, _rename)			\
	KC_DEFINE_CLIENT_OPS(client, _add, _remove)				\
	KC_DEFINE_CLIENT_RENAME(_rename)					\
	static struct ib_client client = {					\
		.name = (_name),						\
		KC_CLIENT_RENAME(_rename)					\
		KC_CLIENT_OPS(_add, _remove)					\
	}

#endif /* SRP_COMPAT_IB_VERBS_H */
