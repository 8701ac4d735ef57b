// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.9: a protection domain has a key for all memory if it is asked for. */
#include <rdma/ib_verbs.h>
u32 probe(struct ib_device *dev);
u32 probe(struct ib_device *dev)
{
	struct ib_pd *pd = ib_alloc_pd(dev, IB_PD_UNSAFE_GLOBAL_RKEY);

	return pd->unsafe_global_rkey;
}
