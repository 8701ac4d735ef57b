/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/blk-mq.h>: tags that tell the hardware queue. */
#ifndef SRP_COMPAT_BLK_MQ_H
#define SRP_COMPAT_BLK_MQ_H

#if defined(KC_HAS_HW_QUEUES) || defined(KC_HAS_USE_BLK_MQ)
#include_next <linux/blk-mq.h>
#endif

#ifndef KC_HAS_UNIQUE_TAG
#include <linux/types.h>

#define BLK_MQ_UNIQUE_TAG_BITS	16
#define BLK_MQ_UNIQUE_TAG_MASK	((1 << BLK_MQ_UNIQUE_TAG_BITS) - 1)

static inline u16 blk_mq_unique_tag_to_hwq(u32 unique_tag)
{
	return unique_tag >> BLK_MQ_UNIQUE_TAG_BITS;
}

static inline u16 blk_mq_unique_tag_to_tag(u32 unique_tag)
{
	return unique_tag & BLK_MQ_UNIQUE_TAG_MASK;
}
#endif

#endif /* SRP_COMPAT_BLK_MQ_H */
