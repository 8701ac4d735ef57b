/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The login conversation, the same for both connection managers: what to answer to an SRP_LOGIN_REQ. */
#ifndef PEER_LOGIN_H
#define PEER_LOGIN_H

#include <rdma/ib_cm.h>
#include "peer_ch.h"

#define PEER_LOGIN_MAX	IB_CM_REP_PRIVATE_DATA_SIZE

enum peer_verdict { PEER_ACCEPT, PEER_REFUSE, PEER_SAY_NOTHING };

struct peer_login {
	/* from the request; the connection manager fills in what is needed from its own layout */
	u32 it_iu_len;
	u16 buf_fmt;
	u8 flags;
	u16 imm_offset;
	u64 tag;
	u8 initiator_id[16], target_id[16];

	/* the answer */
	enum peer_verdict verdict;
	unsigned int cm_reason;		/* of PEER_REFUSE: IB_CM_REJ_* */
	u8 data[PEER_LOGIN_MAX];	/* private data */
	u32 len;
	u8 ari[IB_CM_REJ_ARI_LENGTH];	/* additional information of a refusal, IB/CM only */
	u32 ari_len;
	struct peer_plan plan;		/* to be put, or handed to the channel */
};

/* Decides, as a correct target would, and then as the script says. May sleep (verb delay). Locking: port->lock not held. */
void peer_login_decide(struct peer_port *port, struct peer_login *login);

/*
 * Takes over the identifiers and the plan of an accepted login, ends the channels that it replaces, and publishes the
 * channel. Return: 0, -ESHUTDOWN if the port is being removed.
 */
int peer_login_publish(struct peer_ch *ch, struct peer_login *login);

#endif /* PEER_LOGIN_H */
