// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.2: rdma_for_each_port() iterates over the ports of a device. */
#include <rdma/ib_verbs.h>
unsigned int probe(struct ib_device *dev);
unsigned int probe(struct ib_device *dev)
{
	unsigned int port, sum = 0;
	
	rdma_for_each_port(dev, port)
		sum += port;
	return sum;
}
