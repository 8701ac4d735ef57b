/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_cmnd.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_CMND_H
#define SRP_COMPAT_SCSI_CMND_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include_next <scsi/scsi_cmnd.h>

#ifndef KC_HAS_SCSI_CMD_TO_RQ
static inline struct request *scsi_cmd_to_rq(struct scsi_cmnd *cmd)
{
	return cmd->request;
}
#endif

/*
 * kc_cmd_tag(cmd): number of the command's hardware queue and of its slot there, as
 * blk_mq_unique_tag() has them. kc_cmd_taken(cmd): the error handler ends it, not scsi_done().
 */
#ifdef KC_HAS_HW_QUEUES
static inline u32 kc_cmd_tag(struct scsi_cmnd *cmd)
{
	return blk_mq_unique_tag(scsi_cmd_to_rq(cmd));
}

static inline void kc_cmd_taken(struct scsi_cmnd *cmd)
{
}
#else
/* Engine: compat/src/tags.c. */
u32 kc_cmd_tag(struct scsi_cmnd *cmd);
void kc_cmd_taken(struct scsi_cmnd *cmd);
#endif

#ifndef KC_HAS_SCSI_DONE
static inline void scsi_done(struct scsi_cmnd *cmd)
{
	kc_cmd_taken(cmd);
	cmd->scsi_done(cmd);
}
#endif

#endif /* SRP_COMPAT_SCSI_CMND_H */
