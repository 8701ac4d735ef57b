// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.0: a tag set has maps of queues, each with a range of hardware queues. */
#include <linux/blk-mq.h>
unsigned int probe(struct blk_mq_tag_set *set);
unsigned int probe(struct blk_mq_tag_set *set)
{
	return set->map[HCTX_TYPE_DEFAULT].nr_queues;
}
