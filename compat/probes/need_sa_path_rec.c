// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* it lacks path records of several types (Linux 4.12). */
#include <rdma/ib_sa.h>
int probe(const struct sa_path_rec *rec);
int probe(const struct sa_path_rec *rec)
{
	return rec->rec_type == SA_PATH_REC_TYPE_IB;
}
