// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 6.0: map_queues returns nothing. */
#include <linux/blk-mq.h>
#include <scsi/scsi_host.h>
void probe(struct scsi_host_template *t, struct Scsi_Host *shost);
void probe(struct scsi_host_template *t, struct Scsi_Host *shost)
{
	void (*map)(struct Scsi_Host *shost) = t->map_queues;

	map(shost);
}
