/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_sa.h>. */
#ifndef SRP_COMPAT_IB_SA_H
#define SRP_COMPAT_IB_SA_H

#include_next <rdma/ib_sa.h>

/* Type of the num_prs argument of a path query callback. */
#ifdef KC_HAS_SA_NUM_PRS_UNSIGNED
typedef unsigned int kc_num_prs_t;
#else
typedef int kc_num_prs_t;
#endif

#endif /* SRP_COMPAT_IB_SA_H */
