// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.9: who rejects says why. */
#include <rdma/rdma_cm.h>
int probe(struct rdma_cm_id *id);
int probe(struct rdma_cm_id *id)
{
	return rdma_reject(id, NULL, 0, 0);
}
