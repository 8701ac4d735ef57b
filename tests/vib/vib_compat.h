/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The differences between the kernels that vib runs on: 6.1, 6.12 and 7.2. The only place in tests/vib that knows versions. */
#ifndef VIB_COMPAT_H
#define VIB_COMPAT_H

#include <linux/version.h>
#include <rdma/ib_verbs.h>
#include <rdma/uverbs_ioctl.h>

#include "vib_verbs.h"

/* create_cq: the last argument, which vib does not look at. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
typedef struct uverbs_attr_bundle vib_cq_udata;
#else
typedef struct ib_udata vib_cq_udata;
#endif

static inline int vib_op_create_cq(struct ib_cq *cq, const struct ib_cq_init_attr *attr, vib_cq_udata *udata)
{
	return vib_cq_create(cq, attr);
}

/* reg_user_mr: a DMA handle came in. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static inline struct ib_mr *vib_op_reg_user_mr(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_dmah *dmah,
					       struct ib_udata *udata)
{
	return dmah ? ERR_PTR(-EOPNOTSUPP) : vib_mr_reg_user(pd, start, length, iova, access);
}
#else
static inline struct ib_mr *vib_op_reg_user_mr(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_udata *udata)
{
	return vib_mr_reg_user(pd, start, length, iova, access);
}
#endif

/* Completion queues of user space have operations of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
#define VIB_CQ_OPS .create_cq = vib_op_create_cq, .create_user_cq = vib_op_create_cq, .resize_user_cq = vib_cq_resize
#else
#define VIB_CQ_OPS .create_cq = vib_op_create_cq, .resize_cq = vib_cq_resize
#endif

#endif
