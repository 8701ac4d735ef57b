// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.19: a SCSI host has hardware queues, and a tag tells which. */
#include <linux/blk-mq.h>
#include <scsi/scsi_host.h>
u32 probe(struct Scsi_Host *shost, struct request *rq);
u32 probe(struct Scsi_Host *shost, struct request *rq)
{
	return shost->nr_hw_queues + blk_mq_unique_tag_to_hwq(blk_mq_unique_tag(rq));
}
