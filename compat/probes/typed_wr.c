// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.4: each kind of work request has a type, ib_map_mr_sg() fills regions; the connection manager knows namespaces. */
#include <rdma/rdma_cm.h>
int probe(struct ib_reg_wr *reg, rdma_cm_event_handler handler);
int probe(struct ib_reg_wr *reg, rdma_cm_event_handler handler)
{
	reg->mr->length = 0;
	reg->wr.opcode = IB_WR_REG_MR;
	return rdma_create_id(NULL, handler, NULL, RDMA_PS_TCP, IB_QPT_RC) != NULL;
}
