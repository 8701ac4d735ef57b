/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name: a mapped list, one array. */
#ifndef SHIM_LINUX_SCATTERLIST_H
#define SHIM_LINUX_SCATTERLIST_H

#include <linux/types.h>

struct scatterlist {
	u64		addr;
	unsigned int	len;
};

#define sg_dma_address(sg)	((sg)->addr)
#define sg_dma_len(sg)		((sg)->len)

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg + 1;
}

#endif
