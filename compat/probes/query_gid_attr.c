// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.18: rdma_query_gid() reads an entry of the table of GIDs. */
#include <rdma/ib_cache.h>
int probe(struct ib_device *dev, union ib_gid *gid);
int probe(struct ib_device *dev, union ib_gid *gid)
{
	return rdma_query_gid(dev, 1, 0, gid);
}
