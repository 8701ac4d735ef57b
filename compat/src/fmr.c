// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: registration by fast memory regions (FMR), which the CPU maps, for adapters without fast registration work
 * requests (mthca, ehca). Linux has them up to 5.7.
 *
 * struct ib_reg_wr then has a struct ib_mr of the engine's own, that of a struct kc_fmr; kc_reg_is_wr() tells it.
 * The key of a region that was given back works until the region is mapped again, or its pool is gone.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <rdma/ib_verbs.h>
#include "sg_pages.h"

#ifdef KC_HAS_FMR_POOL
#include <rdma/ib_fmr_pool.h>

/* All adapters with FMR can do that much. */
#define KC_FMR_MAX_PAGES	256
#define KC_MR_TYPE_FMR		((enum ib_mr_type)0x464d52)

static bool prefer_fr = true;
module_param(prefer_fr, bool, 0444);
MODULE_PARM_DESC(prefer_fr,
		 "Use fast registration work requests if the HCA has these and fast memory regions (default true)");

struct kc_fmr {
	struct ib_mr		mr;
	struct ib_fmr_pool	*pool;
	struct ib_pool_fmr	*mapped;	/* or NULL */
	u64			*page;		/* list for the next map */
};

static struct kc_fmr *kc_to_fmr(const struct ib_reg_wr *reg)
{
	return container_of(reg->mr, struct kc_fmr, mr);
}

static bool kc_has_fr(const struct ib_device_attr *attr)
{
	return attr->device_cap_flags & IB_DEVICE_MEM_MGT_EXTENSIONS;
}

static bool kc_has_fmr(const struct ib_device *dev)
{
#ifdef KC_HAS_DEVICE_OPS
	return dev->ops.alloc_fmr && dev->ops.dealloc_fmr && dev->ops.map_phys_fmr && dev->ops.unmap_fmr;
#else
	return dev->alloc_fmr && dev->dealloc_fmr && dev->map_phys_fmr && dev->unmap_fmr;
#endif
}

static bool kc_uses_fmr(const struct ib_device *dev, const struct ib_device_attr *attr)
{
	return kc_has_fmr(dev) && !(kc_has_fr(attr) && prefer_fr);
}

unsigned int kc_max_reg_pages(struct ib_device *dev, const struct ib_device_attr *attr)
{
	if (kc_uses_fmr(dev, attr))
		return KC_FMR_MAX_PAGES;
	return kc_has_fr(attr) ? attr->max_fast_reg_page_list_len : 0;
}

enum ib_mr_type kc_mr_type(struct ib_device *dev, const struct ib_device_attr *attr, bool sg_gaps)
{
	return kc_uses_fmr(dev, attr) ? KC_MR_TYPE_FMR : KC_FR_TYPE(sg_gaps);
}

int kc_mr_pool_init(struct kc_mr_pool *pool, struct ib_pd *pd, enum ib_mr_type type, unsigned int size,
		    unsigned int page_size, unsigned int pages)
{
	/* Those that were given back and wait for the adapter to forget them. */
	unsigned int dirty = size / 4 + 1;
	struct ib_fmr_pool_param param = {
		.max_pages_per_fmr = pages,
		.page_shift = ilog2(page_size),
		.access = IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE,
		.pool_size = size + dirty,
		.dirty_watermark = dirty,
	};
	struct ib_fmr_pool *fmr;

	pool->fmr = NULL;
	if (type != KC_MR_TYPE_FMR)
		return 0;
	fmr = ib_create_fmr_pool(pd, &param);
	if (IS_ERR(fmr))
		return PTR_ERR(fmr);
	pool->fmr = fmr;
	return 0;
}

void kc_mr_pool_exit(struct kc_mr_pool *pool)
{
	if (pool->fmr)
		ib_destroy_fmr_pool(pool->fmr);
	pool->fmr = NULL;
}

struct ib_mr *kc_alloc_mr(struct kc_mr_pool *pool, struct ib_reg_wr *reg, struct ib_pd *pd,
			  enum ib_mr_type type, unsigned int pages)
{
	struct kc_fmr *fmr;

	if (!pool->fmr)
		return kc_fr_alloc(reg, pd, type, pages);
	fmr = kzalloc(sizeof(*fmr), GFP_KERNEL);
	if (!fmr)
		return ERR_PTR(-ENOMEM);
	fmr->page = kcalloc(pages, sizeof(*fmr->page), GFP_KERNEL);
	if (!fmr->page) {
		kfree(fmr);
		return ERR_PTR(-ENOMEM);
	}
	fmr->pool = pool->fmr;
	return &fmr->mr;
}

void kc_free_mr(struct ib_reg_wr *reg)
{
	struct kc_fmr *fmr = kc_to_fmr(reg);

	if (kc_reg_is_wr(reg)) {
		kc_fr_free(reg);
		return;
	}
	kfree(fmr->page);
	kfree(fmr);
}

/* Where a descriptor has it from; see kc_reg_iova() and kc_reg_len(). */
static void kc_reg_set_range(struct ib_reg_wr *reg, const struct kc_pages *p)
{
#ifdef KC_HAS_TYPED_WR
	reg->mr->iova = p->iova;
	reg->mr->length = p->len;
#else
	reg->pages = *p;
#endif
}

/* Any context. -ENOMEM: all regions are in use, or wait for the adapter to forget them. */
int kc_fmr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	       unsigned int page_size, unsigned int pages)
{
	struct kc_fmr *fmr = kc_to_fmr(reg);
	struct ib_pool_fmr *mapped;
	struct kc_pages p;
	int used;

	kc_pages_init(&p, fmr->page, pages, page_size);
	used = kc_pages_add_sg(&p, sg, n, offset);
	/* Nothing, or less than all where nothing else is of use. */
	if (!p.nr || (!offset && used < n))
		return used;
	mapped = ib_fmr_pool_map_phys(fmr->pool, fmr->page, p.nr, kc_pages_base(&p));
	if (IS_ERR(mapped))
		return PTR_ERR(mapped) == -EAGAIN ? -ENOMEM : PTR_ERR(mapped);
	fmr->mapped = mapped;
	reg->key = mapped->fmr->rkey;
	kc_reg_set_range(reg, &p);
	return used;
}

/* Any context; also if it was not mapped. */
void kc_fmr_unmap(struct ib_reg_wr *reg)
{
	struct kc_fmr *fmr = kc_to_fmr(reg);

	if (fmr->mapped)
		ib_fmr_pool_unmap(fmr->mapped);
	fmr->mapped = NULL;
}
#endif
