// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.37: commands are queued without the lock of the host. */
#include <scsi/scsi_host.h>
int probe(struct scsi_host_template *t, struct Scsi_Host *shost, struct scsi_cmnd *cmd);
int probe(struct scsi_host_template *t, struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	return t->queuecommand(shost, cmd);
}
