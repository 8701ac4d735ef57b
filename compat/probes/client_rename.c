// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.20: RDMA clients are told of new device names. */
#include <rdma/ib_verbs.h>
void probe(struct ib_client *client, struct ib_device *dev);
void probe(struct ib_client *client, struct ib_device *dev)
{
	client->rename(dev, NULL);
}
