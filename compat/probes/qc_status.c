// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 7.0: queuecommand returns an enumeration. */
#include <scsi/scsi_host.h>
enum scsi_qc_status probe(struct scsi_host_template *t, struct Scsi_Host *shost, struct scsi_cmnd *cmd);
enum scsi_qc_status probe(struct scsi_host_template *t, struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	enum scsi_qc_status (*queue)(struct Scsi_Host *, struct scsi_cmnd *) = t->queuecommand;

	return queue(shost, cmd);
}
