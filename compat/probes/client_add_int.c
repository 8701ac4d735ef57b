// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.8: an RDMA client can refuse a device. */
#include <rdma/ib_verbs.h>
int probe(struct ib_client *client, struct ib_device *dev);
int probe(struct ib_client *client, struct ib_device *dev)
{
	int (*add)(struct ib_device *) = client->add;
	
	return add(dev);
}
