/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What arrives: which kind of information unit it is, and what carries it out. */
#ifndef PEER_IU_H
#define PEER_IU_H

#include "peer_ch.h"

/* The channel's `received`. */
void peer_received(struct peer_ch *ch, const u8 *iu, u32 len);

/* Work items of struct peer_job: a command (peer_cmd.c), a task management request (peer_tm.c). */
void peer_run_cmd(struct work_struct *work);
void peer_run_tsk_mgmt(struct work_struct *work);

#endif /* PEER_IU_H */
