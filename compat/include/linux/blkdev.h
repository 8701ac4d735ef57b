/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/blkdev.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_BLKDEV_H
#define SRP_COMPAT_BLKDEV_H

#include_next <linux/blkdev.h>

#ifndef KC_HAS_RQ_PASSTHROUGH
static inline bool blk_rq_is_passthrough(struct request *rq)
{
	return rq->cmd_type != REQ_TYPE_FS;
}
#endif

#endif /* SRP_COMPAT_BLKDEV_H */
