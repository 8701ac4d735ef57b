/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_sa.h>. */
#ifndef SRP_COMPAT_IB_SA_H
#define SRP_COMPAT_IB_SA_H

#include_next <rdma/ib_sa.h>

/* The argument of a path query callback that tells the number of path records, with its comma. */
#if defined(KC_HAS_SA_NUM_PRS_UNSIGNED)
#define KC_NUM_PRS_ARG	unsigned int num_prs,
#elif defined(KC_HAS_SA_NUM_PRS_INT)
#define KC_NUM_PRS_ARG	int num_prs,
#else
#define KC_NUM_PRS_ARG
#endif

#endif /* SRP_COMPAT_IB_SA_H */
