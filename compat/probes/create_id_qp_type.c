// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.0: the connection manager is told the type of the queue pair. */
#include <rdma/rdma_cm.h>
int probe(rdma_cm_event_handler handler);
int probe(rdma_cm_event_handler handler)
{
	struct rdma_cm_id *(*create)(rdma_cm_event_handler, void *, enum rdma_port_space, enum ib_qp_type) = rdma_create_id;

	return create(handler, NULL, RDMA_PS_TCP, IB_QPT_RC) != NULL;
}
