// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.3: an RDMA client is told its data; a protection domain has a key for local use; queues have a boundary. */
#include <rdma/ib_verbs.h>
u32 probe(struct ib_client *client, struct ib_pd *pd);
u32 probe(struct ib_client *client, struct ib_pd *pd)
{
	client->remove(pd->device, NULL);
	return pd->local_dma_lkey;
}
