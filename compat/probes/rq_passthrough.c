// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.11: blk_rq_is_passthrough(). */
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
int probe(struct request *rq);
int probe(struct request *rq)
{
	return blk_rq_is_passthrough(rq);
}
