/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the target sends: every information unit passes here, so that the script can damage it; and the requests and other
 * things that it does on its own. All may sleep.
 */
#ifndef PEER_ACT_H
#define PEER_ACT_H

#include "peer_ch.h"

/* Counts the credits in it as granted. Errors as of peer_ch_send(). */
int peer_send_iu(struct peer_ch *ch, const void *iu, u32 len);

/* An SRP_T_LOGOUT, cut to @len (SRP r16a 6.6). */
void peer_send_t_logout(struct peer_ch *ch, u32 reason, u32 len);

/*
 * Does cred_req, aer_req, t_logout, iu, close, qp_error; other verbs are not its business. plan: all of them, in order.
 * @tag: of the request that it is done for, otherwise 0
 */
void peer_act(struct peer_ch *ch, const struct peer_action *act, u64 tag);
void peer_act_plan(struct peer_ch *ch, const struct peer_plan *plan, u64 tag);

/* Work item ch->greeting_work: what is to be said as soon as the channel is up. */
void peer_greet(struct work_struct *work);

#endif /* PEER_ACT_H */
