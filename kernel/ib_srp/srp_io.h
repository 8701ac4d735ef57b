/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Submit one command. */
#ifndef SRP_IO_H
#define SRP_IO_H

#include "srp_target.h"

/**
 * srp_queuecommand - Scsi_Host_Template.queuecommand
 *
 * Context: atomic or process. Return: 0 or SCSI_MLQUEUE_HOST_BUSY.
 */
kc_qc_status_t srp_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd);

/**
 * srp_result_disrupted - result of a command whose connection broke
 *
 * Multipath I/O and passthrough commands are told so at once; for other I/O the block
 * layer waits for the rport's decision. Nothing that asks for failover waits for
 * fast_io_fail_tmo, unless that is off.
 */
int srp_result_disrupted(struct srp_ch *ch, const struct scsi_cmnd *cmd);

/* Result of commands that a reset swept away. */
int srp_result_reset(struct srp_ch *ch, const struct scsi_cmnd *cmd);

#endif /* SRP_IO_H */
