// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: registration for kernels whose ib_map_mr_sg() cannot begin inside of a scatterlist entry
 * (before 4.7), or that register lists of pages (before 4.4).
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <rdma/ib_verbs.h>
#include "sg_pages.h"

#ifndef KC_HAS_MAP_SG_OFFSET
#ifdef KC_HAS_TYPED_WR
int kc_fr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	      unsigned int page_size, unsigned int pages)
{
	unsigned int begin = offset ? *offset : 0;
	struct scatterlist part;
	unsigned int room;
	u64 addr;
	int ret;

	if (!begin) {
		ret = ib_map_mr_sg(reg->mr, sg, n, page_size);
		if (ret > 0 || !offset)
			return ret;
	}
	/* The rest of this entry, or as much of it as fits. */
	addr = sg_dma_address(sg) + begin;
	room = pages * page_size - (addr & (page_size - 1));
	sg_init_table(&part, 1);
	sg_dma_address(&part) = addr;
	sg_dma_len(&part) = min(sg_dma_len(sg) - begin, room);
	ret = ib_map_mr_sg(reg->mr, &part, 1, page_size);
	if (ret != 1)
		return ret < 0 ? ret : -EINVAL;
	begin += sg_dma_len(&part);
	if (begin < sg_dma_len(sg)) {
		*offset = begin;
		return 0;
	}
	*offset = 0;
	return 1;
}
#else
struct ib_mr *kc_fr_alloc(struct ib_reg_wr *reg, struct ib_pd *pd, enum ib_mr_type type,
			  unsigned int pages)
{
	struct ib_mr *mr;

	reg->list = ib_alloc_fast_reg_page_list(pd->device, pages);
	if (IS_ERR(reg->list))
		return ERR_CAST(reg->list);
	mr = ib_alloc_fast_reg_mr(pd, pages);
	if (IS_ERR(mr))
		ib_free_fast_reg_page_list(reg->list);
	return mr;
}

void kc_fr_free(struct ib_reg_wr *reg)
{
	ib_dereg_mr(reg->mr);
	ib_free_fast_reg_page_list(reg->list);
}

int kc_fr_map(struct ib_reg_wr *reg, struct scatterlist *sg, int n, unsigned int *offset,
	      unsigned int page_size, unsigned int pages)
{
	kc_pages_init(&reg->pages, reg->list->page_list, pages, page_size);
	return kc_pages_add_sg(&reg->pages, sg, n, offset);
}

void kc_arm_reg(struct ib_reg_wr *reg)
{
	reg->wr.wr.fast_reg.iova_start = reg->pages.iova;
	reg->wr.wr.fast_reg.page_list = reg->list;
	reg->wr.wr.fast_reg.page_list_len = reg->pages.nr;
	reg->wr.wr.fast_reg.page_shift = ilog2(reg->pages.size);
	reg->wr.wr.fast_reg.length = reg->pages.len;
	reg->wr.wr.fast_reg.access_flags = reg->access;
	reg->wr.wr.fast_reg.rkey = reg->key;
}
#endif
#endif
