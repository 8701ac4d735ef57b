/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Buffers for information units, mapped for DMA for as long as they exist. */
#ifndef SRP_IU_H
#define SRP_IU_H

#include <linux/dma-mapping.h>
#include "srp_device.h"

struct srp_iu {
	void			*buf;	/* page aligned */
	u64			dma;
	unsigned int		size;	/* bytes */
	enum dma_data_direction	dir;
};

/* Return: 0, -ENOMEM. May sleep. An IU of zeroes is a valid argument to free. */
int srp_iu_alloc(struct srp_device *sdev, struct srp_iu *iu, unsigned int size,
		 enum dma_data_direction dir);
void srp_iu_free(struct srp_device *sdev, struct srp_iu *iu);

/* Before the HCA reads or fills the first @len bytes. */
static inline void srp_iu_to_device(struct srp_device *sdev, const struct srp_iu *iu,
				    unsigned int len)
{
	ib_dma_sync_single_for_device(sdev->dev, iu->dma, len, iu->dir);
}

/* Before the CPU looks at @len bytes that were received or rewrites them. */
static inline void srp_iu_to_cpu(struct srp_device *sdev, const struct srp_iu *iu,
				 unsigned int len)
{
	ib_dma_sync_single_for_cpu(sdev->dev, iu->dma, len, iu->dir);
}

#endif /* SRP_IU_H */
