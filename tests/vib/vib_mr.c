// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Memory regions and copying between them.
 *
 * A copy pins the regions that it touches; invalidation marks the region and waits until the last pin is gone. So nobody touches
 * the memory after a LOCAL_INV was completed, and two copies of one region never block each other.
 *
 * With CONFIG_INFINIBAND_VIRT_DMA the addresses in scatterlists and work requests are the kernel's own.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vib_verbs.h"

#define VIB_REMOTE_ACCESS (IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE | IB_ACCESS_REMOTE_ATOMIC)

/* ---- life ----------------------------------------------------------------------------------------------- */

static void mr_free(struct vib_mr *mr)
{
	kvfree(mr->lens);
	kvfree(mr->next_lens);
	kvfree(mr->next_pages);
	kvfree(mr->pages);
	kfree(mr);
}

static struct vib_mr *mr_alloc(struct ib_pd *pd, enum vib_mr_kind kind, u32 pages, bool gaps)
{
	struct vib_hca *hca = vib_hca(pd->device);
	struct vib_mr *mr;
	int ret;

	mr = kzalloc(sizeof(*mr), GFP_KERNEL);
	if (!mr)
		return ERR_PTR(-ENOMEM);
	mr->kind = kind;
	mr->max_pages = pages;
	mr->gaps = gaps;
	init_waitqueue_head(&mr->idle);
	ret = -ENOMEM;
	mr->pages = kvcalloc(max(pages, 1u), sizeof(u64), GFP_KERNEL);
	if (!mr->pages)
		goto free_mr;
	if (kind == VIB_MR_FAST) {
		mr->next_pages = kvcalloc(max(pages, 1u), sizeof(u64), GFP_KERNEL);
		if (!mr->next_pages)
			goto free_mr;
	}
	if (gaps) {
		mr->lens = kvcalloc(max(pages, 1u), sizeof(u32), GFP_KERNEL);
		mr->next_lens = kvcalloc(max(pages, 1u), sizeof(u32), GFP_KERNEL);
		if (!mr->lens || !mr->next_lens)
			goto free_mr;
	}
	/* Not index 0: that is where the local DMA key is. */
	ret = vib_table_add(&hca->mrs, &mr->index, mr, 1, 0xffffff, &hca->next_mr);
	if (ret < 0)
		goto free_mr;
	mr->key = mr->index << 8;
	mr->ib.pd = pd;
	mr->ib.lkey = mr->key;
	mr->ib.rkey = mr->key;
	return mr;

free_mr:
	mr_free(mr);
	return ERR_PTR(ret);
}

int vib_mr_dereg(struct ib_mr *ibmr, struct ib_udata *udata)
{
	struct vib_hca *hca = vib_hca(ibmr->device);
	struct vib_mr *mr = vib_mr(ibmr);

	spin_lock_irq(&hca->mr_lock);
	vib_table_remove(&hca->mrs, mr->index);
	mr->valid = false;
	wait_event_lock_irq(mr->idle, !mr->users && !mr->invalidations, hca->mr_lock);
	spin_unlock_irq(&hca->mr_lock);
	if (mr->umem)
		ib_umem_release(mr->umem);
	mr_free(mr);
	return 0;
}

/* The last step of making a region that is valid at once. */
static void mr_publish(struct vib_hca *hca, struct vib_mr *mr, u64 iova, u64 length, int access)
{
	spin_lock_irq(&hca->mr_lock);
	mr->iova = iova;
	mr->length = length;
	mr->access = access;
	mr->page_shift = PAGE_SHIFT;
	mr->valid = true;
	spin_unlock_irq(&hca->mr_lock);
}

struct ib_mr *vib_mr_get_dma(struct ib_pd *pd, int access)
{
	struct vib_mr *mr;

	if ((access & VIB_REMOTE_ACCESS) && vib_knobs.strict && !vib_knobs.global_rkey) {
		pr_notice("vib: %s: no R_Key for all memory; parameter global_rkey=1 allows it\n", dev_name(&pd->device->dev));
		return ERR_PTR(-EPERM);
	}
	mr = mr_alloc(pd, VIB_MR_DMA, 0, false);
	if (IS_ERR(mr))
		return ERR_CAST(mr);
	mr_publish(vib_hca(pd->device), mr, 0, U64_MAX, access);
	return &mr->ib;
}

struct ib_mr *vib_mr_reg_user(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access)
{
	struct vib_page_iter pages;
	struct ib_umem *umem;
	struct vib_mr *mr;
	size_t count;
	u32 i = 0;

	if ((iova ^ start) & ~PAGE_MASK)
		return ERR_PTR(-EINVAL);
	count = (PAGE_ALIGN(start + length) - (start & PAGE_MASK)) >> PAGE_SHIFT;
	if (count > U32_MAX / sizeof(u64))
		return ERR_PTR(-EINVAL);
	umem = vib_umem_get(pd, start, length, access);
	if (IS_ERR(umem))
		return ERR_CAST(umem);
	mr = mr_alloc(pd, VIB_MR_USER, count, false);
	if (IS_ERR(mr)) {
		ib_umem_release(umem);
		return ERR_CAST(mr);
	}
	mr->umem = umem;
	vib_umem_for_each_page(umem, &pages) {
		if (WARN_ON_ONCE(i == count))
			break;
		mr->pages[i++] = (uintptr_t)page_address(vib_page(&pages));
	}
	mr_publish(vib_hca(pd->device), mr, iova, length, access);
	return &mr->ib;
}

struct ib_mr *vib_mr_alloc(struct ib_pd *pd, enum ib_mr_type type, u32 max_sg)
{
	bool gaps = type == IB_MR_TYPE_SG_GAPS && vib_knobs.sg_gaps;
	struct vib_mr *mr;

	if (type != IB_MR_TYPE_MEM_REG && !gaps)
		return ERR_PTR(-EOPNOTSUPP);
	if (max_sg > VIB_MAX_PAGES)
		return ERR_PTR(-EINVAL);
	if (vib_refused(pd->device, VIB_ALLOC_MR))
		return ERR_PTR(-ENOMEM);
	mr = mr_alloc(pd, VIB_MR_FAST, max_sg, gaps);
	return IS_ERR(mr) ? ERR_CAST(mr) : &mr->ib;
}

static int mr_set_page(struct ib_mr *ibmr, u64 addr)
{
	struct vib_mr *mr = vib_mr(ibmr);

	if (mr->next_npages == mr->max_pages)
		return -ENOMEM;
	mr->next_pages[mr->next_npages++] = addr;
	return 0;
}

/* The elements as they are, the first one from *@offset on. */
static int mr_map_gaps(struct vib_mr *mr, struct scatterlist *sgl, int n, unsigned int *offset)
{
	unsigned int skip = offset ? *offset : 0;
	struct scatterlist *sg;
	int i;

	vib_next(mr)->iova = sg_dma_address(sgl) + skip;
	vib_next(mr)->length = 0;
	for_each_sg(sgl, sg, min_t(int, n, mr->max_pages), i) {
		mr->next_pages[i] = sg_dma_address(sg) + skip;
		mr->next_lens[i] = sg_dma_len(sg) - skip;
		vib_next(mr)->length += mr->next_lens[i];
		skip = 0;
	}
	if (offset)
		*offset = 0;
	mr->next_npages = i;
	return i;
}

int vib_mr_map_sg(struct ib_mr *ibmr, struct scatterlist *sg, int n, unsigned int *offset)
{
	if (vib_mr(ibmr)->gaps)
		return mr_map_gaps(vib_mr(ibmr), sg, n, offset);
	vib_mr(ibmr)->next_npages = 0;
	return ib_sg_to_pages(ibmr, sg, n, offset, mr_set_page);
}

/* ---- work requests -------------------------------------------------------------------------------------- */

enum ib_wc_status vib_mr_register(struct ib_pd *pd, const struct vib_reg *reg)
{
	struct vib_hca *hca = vib_hca(pd->device);
	enum ib_wc_status status = IB_WC_MW_BIND_ERR;
	struct vib_mr *mr;

	spin_lock_irq(&hca->mr_lock);
	mr = vib_reg_load(hca, reg);
	if (!mr || mr->kind != VIB_MR_FAST || mr->ib.pd != pd || reg->key >> 8 != mr->index || mr->valid || mr->users || !mr->next_npages)
		goto unlock;
	memcpy(mr->pages, mr->next_pages, mr->next_npages * sizeof(u64));
	if (mr->gaps)
		memcpy(mr->lens, mr->next_lens, mr->next_npages * sizeof(u32));
	mr->key = reg->key;
	mr->access = reg->access;
	mr->iova = vib_next(mr)->iova;
	mr->length = vib_next(mr)->length;
	mr->page_shift = ilog2(vib_next(mr)->page_size);
	mr->valid = true;
	status = IB_WC_SUCCESS;
unlock:
	spin_unlock_irq(&hca->mr_lock);
	return status;
}

enum ib_wc_status vib_mr_invalidate(struct vib_hca *hca, struct ib_pd *pd, u32 key)
{
	enum ib_wc_status status = IB_WC_MW_BIND_ERR;
	struct vib_mr *mr;

	spin_lock_irq(&hca->mr_lock);
	mr = vib_table_find(&hca->mrs, key >> 8);
	if (!mr || mr->kind != VIB_MR_FAST || mr->ib.pd != pd || mr->key != key || !mr->valid)
		goto unlock;
	mr->valid = false;
	mr->invalidations++;
	wait_event_lock_irq(mr->idle, !mr->users, hca->mr_lock);
	mr->invalidations--;
	wake_up(&mr->idle);
	status = IB_WC_SUCCESS;
unlock:
	spin_unlock_irq(&hca->mr_lock);
	return status;
}

/* ---- pinning -------------------------------------------------------------------------------------------- */

/* The region that lets [addr, addr + len) be used so, pinned; or NULL. */
static struct vib_mr *mr_pin(struct vib_hca *hca, struct ib_pd *pd, u32 key, u64 addr, u64 len, int access)
{
	struct vib_mr *mr;

	lockdep_assert_held(&hca->mr_lock);
	mr = vib_table_find(&hca->mrs, key >> 8);
	if (!mr || !mr->valid || mr->key != key || mr->ib.pd != pd || (mr->access & access) != access)
		return NULL;
	if (addr < mr->iova || len > mr->length || addr - mr->iova > mr->length - len)
		return NULL;
	mr->users++;
	return mr;
}

void vib_sgl_unpin(struct vib_hca *hca, struct vib_sgl *sgl)
{
	unsigned long flags;
	u32 i;

	for (i = 0; i < sgl->n; i++) {
		struct vib_mr *mr = sgl->seg[i].mr;

		if (!mr)
			continue;
		spin_lock_irqsave(&hca->mr_lock, flags);
		/* Woken under the lock: whoever waits cannot free the region before we have let go. */
		if (!--mr->users)
			wake_up(&mr->idle);
		spin_unlock_irqrestore(&hca->mr_lock, flags);
	}
	sgl->n = 0;
	sgl->len = 0;
}

static bool kernel_address_ok(u64 addr, u64 len)
{
	void *first = (void *)(uintptr_t)addr, *last = (void *)(uintptr_t)(addr + len - 1);

	return !READ_ONCE(vib_knobs.strict) || (addr + len > addr && virt_addr_valid(first) && virt_addr_valid(last));
}

bool vib_sgl_pin(struct vib_hca *hca, struct ib_pd *pd, const struct ib_sge *sge, u32 n, int access, struct vib_sgl *sgl)
{
	unsigned long flags;
	struct vib_seg *seg;
	u32 i;

	sgl->n = 0;
	sgl->len = 0;
	for (i = 0; i < n; i++) {
		if (!sge[i].length)
			continue;
		seg = &sgl->seg[sgl->n];
		*seg = (struct vib_seg){ .addr = sge[i].addr, .len = sge[i].length };
		if (sge[i].lkey != VIB_LOCAL_DMA_LKEY || pd->uobject) {
			spin_lock_irqsave(&hca->mr_lock, flags);
			seg->mr = mr_pin(hca, pd, sge[i].lkey, seg->addr, seg->len, access);
			spin_unlock_irqrestore(&hca->mr_lock, flags);
			if (!seg->mr)
				goto unpin;
		} else if (!kernel_address_ok(seg->addr, seg->len)) {
			goto unpin;
		}
		sgl->n++;
		sgl->len += seg->len;
	}
	return true;

unpin:
	vib_sgl_unpin(hca, sgl);
	return false;
}

bool vib_sgl_pin_remote(struct vib_hca *hca, struct ib_pd *pd, u32 rkey, u64 addr, u64 len, int access, struct vib_sgl *sgl)
{
	unsigned long flags;
	struct vib_mr *mr;

	sgl->n = 0;
	sgl->len = 0;
	/* IBA 9.7.4.1.3: the R_Key of an operation without data is not looked at. */
	if (!len)
		return true;
	spin_lock_irqsave(&hca->mr_lock, flags);
	mr = mr_pin(hca, pd, rkey, addr, len, access);
	spin_unlock_irqrestore(&hca->mr_lock, flags);
	if (!mr)
		return false;
	sgl->seg[0] = (struct vib_seg){ .mr = mr, .addr = addr, .len = len };
	sgl->n = 1;
	sgl->len = len;
	if (mr->kind != VIB_MR_DMA || kernel_address_ok(addr, len))
		return true;
	vib_sgl_unpin(hca, sgl);
	return false;
}

void vib_sgl_plain(struct vib_sgl *sgl, void *addr, u32 len)
{
	sgl->n = len ? 1 : 0;
	sgl->len = len;
	sgl->seg[0] = (struct vib_seg){ .addr = (uintptr_t)addr, .len = len };
}

/* ---- copying -------------------------------------------------------------------------------------------- */

struct cursor {
	struct vib_seg *seg;
	u64 at;		/* in the segment */
};

/* Where the byte at the cursor is, and how many follow it there. */
static void *cursor_map(struct cursor *c, u64 *chunk)
{
	const struct vib_seg *seg = c->seg;
	const struct vib_mr *mr = seg->mr;
	u64 rest = seg->len - c->at, pos, page_size;
	u32 i;

	if (!mr || mr->kind == VIB_MR_DMA) {
		*chunk = rest;
		return (void *)(uintptr_t)(seg->addr + c->at);
	}
	if (mr->gaps) {
		pos = seg->addr - mr->iova + c->at;
		for (i = 0; pos >= mr->lens[i]; i++)
			pos -= mr->lens[i];
		*chunk = min(rest, mr->lens[i] - pos);
		return (void *)(uintptr_t)(mr->pages[i] + pos);
	}
	page_size = BIT_ULL(mr->page_shift);
	pos = (mr->iova & (page_size - 1)) + seg->addr - mr->iova + c->at;
	*chunk = min(rest, page_size - (pos & (page_size - 1)));
	return (void *)(uintptr_t)(mr->pages[pos >> mr->page_shift] + (pos & (page_size - 1)));
}

static void cursor_advance(struct cursor *c, u64 n)
{
	c->at += n;
	while (c->at >= c->seg->len) {
		c->at -= c->seg->len;
		c->seg++;
		if (!c->at)
			break;
	}
}

void vib_sgl_copy(struct vib_sgl *dst, u64 at, struct vib_sgl *src, u64 len)
{
	struct cursor to = { dst->seg, 0 }, from = { src->seg, 0 };
	u64 a, b, n;
	void *p, *q;

	if (!len)
		return;
	if (at)
		cursor_advance(&to, at);
	for (; len; len -= n) {
		p = cursor_map(&to, &a);
		q = cursor_map(&from, &b);
		n = min3(a, b, len);
		memcpy(p, q, n);
		if (n == len)
			break;
		cursor_advance(&to, n);
		cursor_advance(&from, n);
	}
}

void vib_sgl_flip(struct vib_sgl *sgl, u64 at)
{
	struct cursor c = { sgl->seg, 0 };
	u64 chunk;

	if (at >= sgl->len)
		return;
	if (at)
		cursor_advance(&c, at);
	*(u8 *)cursor_map(&c, &chunk) ^= 0xff;
}
