// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.12: path records of several types. */
#include <rdma/ib_sa.h>
void probe(struct ib_device *dev, struct sa_path_rec *rec);
void probe(struct ib_device *dev, struct sa_path_rec *rec)
{
	rec->rec_type = rdma_cap_opa_ah(dev, 1) ? SA_PATH_REC_TYPE_OPA : SA_PATH_REC_TYPE_IB;
	rec->opa.dlid = cpu_to_be32(1);
	rec->ib.dlid = cpu_to_be16(1);
}
