// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.19: a tag tells its hardware queue. */
#include <linux/blk-mq.h>
u32 probe(struct request *rq);
u32 probe(struct request *rq)
{
	return blk_mq_unique_tag_to_hwq(blk_mq_unique_tag(rq));
}
