// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux up to 5.7: fast memory regions, which the CPU maps, and pools of them. */
#include <rdma/ib_fmr_pool.h>
struct ib_pool_fmr *probe(struct ib_fmr_pool *pool, u64 *pages);
struct ib_pool_fmr *probe(struct ib_fmr_pool *pool, u64 *pages)
{
	return ib_fmr_pool_map_phys(pool, pages, 1, 0);
}
