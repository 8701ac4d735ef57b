// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.1: the longest DMA segment of an RDMA device. */
#include <rdma/ib_verbs.h>
unsigned int probe(struct ib_device *dev);
unsigned int probe(struct ib_device *dev)
{
	return ib_dma_max_seg_size(dev);
}
