// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: tags with hardware queues, for kernels whose SCSI hosts have none (before 3.19).
 *
 * As there: a command that is queued has a queue and a slot of its own in that queue, until it is done or
 * the error handler took it. The queue is that of the CPU if it has a free slot, any other otherwise.
 * cmd->host_scribble points at the tag, or is NULL.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <scsi/scsi_host.h>

#ifndef KC_HAS_HW_QUEUES
struct kc_tag {
	struct kc_tag	*next;
	struct kc_tags	*tags;
	u32		number;		/* queue and slot */
};

static struct kc_tag *kc_get_tag(struct kc_tags *tags)
{
	unsigned int queue = raw_smp_processor_id() % tags->nr_queues, i;
	struct kc_tag *tag = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tags->lock, flags);
	for (i = 0; !tag && i < tags->nr_queues; i++) {
		tag = tags->idle[queue];
		if (tag)
			tags->idle[queue] = tag->next;
		queue = (queue + 1) % tags->nr_queues;
	}
	spin_unlock_irqrestore(&tags->lock, flags);
	return tag;
}

static void kc_put_tag(struct kc_tag *tag)
{
	struct kc_tag **idle = &tag->tags->idle[blk_mq_unique_tag_to_hwq(tag->number)];
	unsigned long flags;

	spin_lock_irqsave(&tag->tags->lock, flags);
	tag->next = *idle;
	*idle = tag;
	spin_unlock_irqrestore(&tag->tags->lock, flags);
}

void kc_cmd_taken(struct scsi_cmnd *cmd)
{
	struct kc_tag *tag = (struct kc_tag *)cmd->host_scribble;

	if (!tag)
		return;
	cmd->host_scribble = NULL;
	kc_put_tag(tag);
}

/* Of a command that has none: any tag, for its slot holds another command or none. */
u32 kc_cmd_tag(struct scsi_cmnd *cmd)
{
	const struct kc_tag *tag = (const struct kc_tag *)READ_ONCE(cmd->host_scribble);

	return tag ? tag->number : 0;
}

int kc_tags_queue(struct kc_tags *tags, struct Scsi_Host *shost, struct scsi_cmnd *cmd,
		  int (*fn)(struct Scsi_Host *shost, struct scsi_cmnd *cmd))
{
	struct kc_tag *tag;
	int ret;

	/* The error handler sends something in the name of a command that is still out. */
	if (cmd->host_scribble)
		return SCSI_MLQUEUE_HOST_BUSY;
	tag = kc_get_tag(tags);
	if (!tag)
		return SCSI_MLQUEUE_HOST_BUSY;
	cmd->host_scribble = (unsigned char *)tag;
	ret = fn(shost, cmd);
	if (ret)
		kc_cmd_taken(cmd);
	return ret;
}

int kc_shost_set_queues(struct Scsi_Host *shost, struct kc_tags *tags, unsigned int nr)
{
	unsigned int depth = shost->can_queue, i;

	spin_lock_init(&tags->lock);
	tags->nr_queues = nr;
	tags->all = kcalloc(nr * depth, sizeof(*tags->all), GFP_KERNEL);
	tags->idle = kcalloc(nr, sizeof(*tags->idle), GFP_KERNEL);
	if (!tags->all || !tags->idle) {
		kc_tags_exit(tags);
		return -ENOMEM;
	}
	for (i = nr * depth; i-- > 0;) {
		tags->all[i].tags = tags;
		tags->all[i].number = (i / depth) << BLK_MQ_UNIQUE_TAG_BITS | i % depth;
		kc_put_tag(&tags->all[i]);
	}
	shost->can_queue = nr * depth;
	return 0;
}

void kc_tags_exit(struct kc_tags *tags)
{
	kfree(tags->idle);
	kfree(tags->all);
	tags->idle = NULL;
	tags->all = NULL;
}
#endif
