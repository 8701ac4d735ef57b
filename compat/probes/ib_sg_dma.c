// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.20 to 5.0: an HCA may have DMA addresses of its own. */
#include <rdma/ib_verbs.h>
u64 probe(struct ib_device *dev, struct scatterlist *sg);
u64 probe(struct ib_device *dev, struct scatterlist *sg)
{
	return ib_sg_dma_address(dev, sg) + ib_sg_dma_len(dev, sg);
}
