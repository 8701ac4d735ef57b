// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 6.2: the number of path records handed to a path query callback is unsigned. */
#include <rdma/ib_sa.h>
static void done(int status, struct sa_path_rec *rec, unsigned int num_prs, void *ctx) { }
int probe(struct sa_path_rec *rec, struct ib_sa_query **query);
int probe(struct sa_path_rec *rec, struct ib_sa_query **query)
{
	return ib_sa_path_rec_get(NULL, NULL, 1, rec, 0, 0, GFP_KERNEL, done, NULL, query);
}
