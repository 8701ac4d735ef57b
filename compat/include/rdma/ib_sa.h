/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_sa.h>. */
#ifndef SRP_COMPAT_IB_SA_H
#define SRP_COMPAT_IB_SA_H

#include_next <rdma/ib_sa.h>

#ifdef KC_HAS_SA_PATH_REC
static inline void kc_path_set_type(struct sa_path_rec *rec, struct ib_device *dev, u32 port)
{
	rec->rec_type = rdma_cap_opa_ah(dev, port) ? SA_PATH_REC_TYPE_OPA : SA_PATH_REC_TYPE_IB;
}

/* Not sa_path_set_dlid(): its number is big-endian up to 4.14. */
static inline void kc_path_set_dlid(struct sa_path_rec *rec, u32 dlid)
{
	if (rec->rec_type == SA_PATH_REC_TYPE_OPA)
		rec->opa.dlid = cpu_to_be32(dlid);
	else
		rec->ib.dlid = cpu_to_be16(dlid);
}
#else
/* There is one type. */
#define sa_path_rec	ib_sa_path_rec

static inline void kc_path_set_type(struct sa_path_rec *rec, struct ib_device *dev, u32 port)
{
}

static inline void kc_path_set_dlid(struct sa_path_rec *rec, u32 dlid)
{
	rec->dlid = cpu_to_be16(dlid);
}
#endif

/* The argument of a path query callback that tells the number of path records, with its comma. */
#if defined(KC_HAS_SA_NUM_PRS_UNSIGNED)
#define KC_NUM_PRS_ARG	unsigned int num_prs,
#elif defined(KC_HAS_SA_NUM_PRS_INT)
#define KC_NUM_PRS_ARG	int num_prs,
#else
#define KC_NUM_PRS_ARG
#endif

#endif /* SRP_COMPAT_IB_SA_H */
