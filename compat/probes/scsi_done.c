// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.16: the SCSI core's own scsi_done() ends a command. */
#include <scsi/scsi_cmnd.h>
void probe(struct scsi_cmnd *cmd);
void probe(struct scsi_cmnd *cmd)
{
	scsi_done(cmd);
}
