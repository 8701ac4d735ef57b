/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_verbs.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_IB_VERBS_H
#define SRP_COMPAT_IB_VERBS_H

#include_next <rdma/ib_verbs.h>

/* Can one registration cover entries with gaps between them? */
static inline bool kc_has_sg_gaps(const struct ib_device_attr *attr)
{
#ifdef KC_HAS_KERNEL_CAP_FLAGS
	return attr->kernel_cap_flags & IBK_SG_GAPS_REG;
#else
	return attr->device_cap_flags & IB_DEVICE_SG_GAPS_REG;
#endif
}

#ifndef KC_HAS_VECTOR_AFFINITY
/* NULL: unknown. */
static inline const struct cpumask *ib_get_vector_affinity(struct ib_device *dev, int vector)
{
	return NULL;
}
#endif

#endif /* SRP_COMPAT_IB_VERBS_H */
