// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Up to Linux 4.2: who listens gives a mask for the service id, and for what is in the request. */
#include <rdma/ib_cm.h>
int probe(struct ib_cm_id *id, __be64 service_id);
int probe(struct ib_cm_id *id, __be64 service_id)
{
	return ib_cm_listen(id, service_id, 0, NULL);
}
