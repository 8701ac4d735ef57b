// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Information unit buffers. */
#include <linux/gfp.h>
#include "srp_count.h"
#include "srp_iu.h"

int srp_iu_alloc(struct srp_device *sdev, struct srp_iu *iu, unsigned int size,
		 enum dma_data_direction dir)
{
	/* Whole pages: an 8260-byte IU would take 16 KiB of a slab. */
	iu->buf = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
	if (!iu->buf)
		return -ENOMEM;
	iu->dma = ib_dma_map_single(sdev->dev, iu->buf, size, dir);
	if (ib_dma_mapping_error(sdev->dev, iu->dma))
		goto free_buf;
	iu->size = size;
	iu->dir = dir;
	srp_count_add(SRP_OBJ_IU, 1);
	return 0;

free_buf:
	free_pages_exact(iu->buf, size);
	iu->buf = NULL;
	return -ENOMEM;
}

void srp_iu_free(struct srp_device *sdev, struct srp_iu *iu)
{
	if (!iu->buf)
		return;
	ib_dma_unmap_single(sdev->dev, iu->dma, iu->size, iu->dir);
	free_pages_exact(iu->buf, iu->size);
	iu->buf = NULL;
	srp_count_add(SRP_OBJ_IU, -1);
}
