// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.0: what an RDMA device can do is in a structure of its own. */
#include <rdma/ib_verbs.h>
bool probe(struct ib_device *dev);
bool probe(struct ib_device *dev)
{
	return dev->ops.dereg_mr;
}
