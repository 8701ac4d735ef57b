// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.12 to 5.19: map_queues returns an error number. */
#include <linux/blk-mq.h>
#include <scsi/scsi_host.h>
int probe(struct scsi_host_template *t, struct Scsi_Host *shost);
int probe(struct scsi_host_template *t, struct Scsi_Host *shost)
{
	int (*map)(struct Scsi_Host *shost) = t->map_queues;

	return map(shost);
}
