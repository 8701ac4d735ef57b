// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.37: a port has a link layer. Since 2.6.36: usleep_range(). */
#include <linux/delay.h>
#include <rdma/ib_verbs.h>
int probe(struct ib_device *dev);
int probe(struct ib_device *dev)
{
	usleep_range(500, 1000);
	return rdma_port_get_link_layer(dev, 1) == IB_LINK_LAYER_INFINIBAND;
}
