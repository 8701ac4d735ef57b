/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The protocol: what arrives is carried out and answered, as far as the script lets it. */
#ifndef PEER_IU_H
#define PEER_IU_H

#include "peer_ch.h"

/* The channel's callbacks. */
void peer_received(struct peer_ch *ch, const u8 *iu, u32 len);
void peer_drop_held(struct peer_ch *ch);

/* Carries out the part of a plan that is sent as soon as the channel is up: a work item, ch->greeting_work. */
void peer_greet(struct work_struct *work);

/* What the target does on its own: cred_req, aer_req, t_logout, iu, close, qp_error, release. May sleep. */
void peer_act(struct peer_ch *ch, const struct peer_action *act);

#endif /* PEER_IU_H */
