/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_cache.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_IB_CACHE_H
#define SRP_COMPAT_IB_CACHE_H

#include_next <rdma/ib_cache.h>

#ifndef KC_HAS_QUERY_GID_ATTR
static inline int rdma_query_gid(struct ib_device *dev, u8 port, int index, union ib_gid *gid)
{
#ifdef KC_HAS_TYPED_WR
	return ib_query_gid(dev, port, index, gid, NULL);
#else
	return ib_query_gid(dev, port, index, gid);
#endif
}
#endif

#endif /* SRP_COMPAT_IB_CACHE_H */
