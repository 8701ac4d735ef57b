/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_cmnd.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_CMND_H
#define SRP_COMPAT_SCSI_CMND_H

#include_next <scsi/scsi_cmnd.h>

#ifndef KC_HAS_SCSI_CMD_TO_RQ
static inline struct request *scsi_cmd_to_rq(struct scsi_cmnd *cmd)
{
	return cmd->request;
}
#endif

#ifndef KC_HAS_SCSI_DONE
static inline void scsi_done(struct scsi_cmnd *cmd)
{
	cmd->scsi_done(cmd);
}
#endif

#endif /* SRP_COMPAT_SCSI_CMND_H */
