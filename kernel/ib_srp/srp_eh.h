/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SCSI error handler callbacks. Process context; each returns SUCCESS, FAILED or FAST_IO_FAIL. */
#ifndef SRP_EH_H
#define SRP_EH_H

#include <scsi/scsi_cmnd.h>

int srp_abort(struct scsi_cmnd *cmd);
int srp_reset_device(struct scsi_cmnd *cmd);
int srp_reset_host(struct scsi_cmnd *cmd);

#endif /* SRP_EH_H */
