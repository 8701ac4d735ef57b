// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.2: ports have protocols; events and statuses have names. */
#include <rdma/rdma_cm.h>
const char *probe(struct ib_device *dev);
const char *probe(struct ib_device *dev)
{
	if (rdma_protocol_ib(dev, rdma_start_port(dev)))
		return ib_wc_status_msg(IB_WC_SUCCESS);
	return rdma_event_msg(RDMA_CM_EVENT_ADDR_RESOLVED);
}
