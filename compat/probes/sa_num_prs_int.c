// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 6.1: a path query callback is told the number of path records. */
#include <rdma/ib_sa.h>
static void done(int status, struct sa_path_rec *rec, int num_prs, void *ctx) { }
int probe(struct sa_path_rec *rec, struct ib_sa_query **query);
int probe(struct sa_path_rec *rec, struct ib_sa_query **query)
{
	return ib_sa_path_rec_get(NULL, NULL, 1, rec, 0, 0, GFP_KERNEL, done, NULL, query);
}
