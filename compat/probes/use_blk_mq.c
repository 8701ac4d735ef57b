// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.17 to 4.20: a SCSI host may use blk-mq. */
#include <linux/blk-mq.h>
#include <scsi/scsi_host.h>
void probe(struct Scsi_Host *shost, struct request_queue *q);
void probe(struct Scsi_Host *shost, struct request_queue *q)
{
	shost->use_blk_mq = 1;
	blk_mq_start_stopped_hw_queues(q, true);
}
