// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: tags with hardware queues, for kernels whose SCSI hosts have none (before 3.19), or whose dm-multipath
 * does not take the disks of such hosts (3.19).
 *
 * As there: a command that is queued has a queue and a slot of its own in that queue, until it is done or
 * the error handler took it. The queue is that of the CPU if it has a free slot, any other otherwise.
 * cmd->host_scribble points at the tag, or is NULL. A command that comes after the end is refused.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
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
	for (i = 0; tags->idle && !tag && i < tags->nr_queues; i++) {
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

static int kc_queue_with_tag(struct kc_tags *tags, struct Scsi_Host *shost, struct scsi_cmnd *cmd,
			     int (*fn)(struct Scsi_Host *shost, struct scsi_cmnd *cmd))
{
	struct kc_tag *tag;
	int ret;

	/* The error handler sends something in the name of a command that is still out. */
	if (cmd->host_scribble)
		return SCSI_MLQUEUE_HOST_BUSY;
	tag = kc_get_tag(tags);
	if (!tag && READ_ONCE(tags->idle))
		return SCSI_MLQUEUE_HOST_BUSY;
	if (!tag) {
		cmd->result = DID_NO_CONNECT << 16;
		scsi_done(cmd);
		return 0;
	}
	cmd->host_scribble = (unsigned char *)tag;
	ret = fn(shost, cmd);
	if (ret)
		kc_cmd_taken(cmd);
	return ret;
}

int kc_tags_queue(struct kc_tags *tags, struct Scsi_Host *shost, struct scsi_cmnd *cmd,
		  int (*fn)(struct Scsi_Host *shost, struct scsi_cmnd *cmd))
{
	int ret;

	/* The driver and the tags stay while this section lasts; see kc_tags_exit(). */
	rcu_read_lock();
	ret = kc_queue_with_tag(tags, shost, cmd, fn);
	rcu_read_unlock();
	return ret;
}

static void kc_tags_free(struct kc_tags *tags)
{
	kfree(tags->idle);
	kfree(tags->all);
	tags->idle = NULL;
	tags->all = NULL;
}

int kc_shost_set_queues(struct Scsi_Host *shost, struct kc_tags *tags, unsigned int nr)
{
	unsigned int depth = shost->can_queue, i;

	spin_lock_init(&tags->lock);
	tags->nr_queues = nr;
	tags->all = kcalloc(nr * depth, sizeof(*tags->all), GFP_KERNEL);
	tags->idle = kcalloc(nr, sizeof(*tags->idle), GFP_KERNEL);
	if (!tags->all || !tags->idle) {
		kc_tags_free(tags);
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

/* Seconds that the error handler of a host without commands is given to go to sleep. */
#define KC_EH_END_SECS	60

/*
 * Before 3.2 scsi_remove_host() does not wait for the error handler, which goes on to send commands, whatever
 * became of the host.
 */
void kc_tags_exit(struct Scsi_Host *shost, struct kc_tags *tags)
{
	struct kc_tag **idle = tags->idle;
	unsigned long flags;

	if (!idle)
		return;
	spin_lock_irqsave(&tags->lock, flags);
	WRITE_ONCE(tags->idle, NULL);
	spin_unlock_irqrestore(&tags->lock, flags);
	synchronize_rcu();
	if (!wait_event_timeout(shost->host_wait, !scsi_host_in_recovery(shost), KC_EH_END_SECS * HZ))
		shost_printk(KERN_ERR, shost, "the SCSI error handler has not ended within %d s\n",
			     KC_EH_END_SECS);
	kfree(idle);
	kc_tags_free(tags);
}
#endif
