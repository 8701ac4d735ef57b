// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.7: a registration may begin inside of a scatterlist entry. Since 4.6: with gaps between entries. */
#include <rdma/ib_verbs.h>
int probe(struct ib_mr *mr, struct scatterlist *sg, unsigned int *offset);
int probe(struct ib_mr *mr, struct scatterlist *sg, unsigned int *offset)
{
	return ib_map_mr_sg(mr, sg, 1, offset, 4096) + IB_MR_TYPE_SG_GAPS;
}
