// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.10: what the peer said in its reject. */
#include <rdma/rdma_cm.h>
const void *probe(struct rdma_cm_id *id, struct rdma_cm_event *event, u8 *len);
const void *probe(struct rdma_cm_id *id, struct rdma_cm_event *event, u8 *len)
{
	return rdma_consumer_reject_data(id, event, len);
}
