/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A command's scatterlist to SRP data descriptors (SRP r16a 5.4). */
#ifndef SRP_MAP_H
#define SRP_MAP_H

#include "srp_ch.h"

/**
 * srp_map_data - map the data buffer and write its descriptors into the IU
 * @hdr_len: where they begin, from srp_build_cmd()
 *
 * Leaves in @req: the chain of work requests that registers and sends, the MRs, whether
 * the scatterlist is mapped. Short data-out buffers are copied behind the command instead.
 * Context: atomic, inside rcu_read_lock(), channel lock not held.
 * Return: length of the IU, or -errno with nothing mapped: -ENOMEM if MRs are short now,
 * other values if this command cannot be mapped at all.
 */
int srp_map_data(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd,
		 unsigned int hdr_len);

/* Undo for a command that was not posted. Channel lock not held. */
void srp_map_undo(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd);

#endif /* SRP_MAP_H */
