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

/* The fields of a request @req, which both connection managers have under the same names in different places. */
#define peer_login_read(login, req) do {						\
	(login)->it_iu_len = be32_to_cpu((req)->req_it_iu_len);				\
	(login)->buf_fmt = be16_to_cpu((req)->req_buf_fmt);				\
	(login)->flags = (req)->req_flags;						\
	(login)->imm_offset = be16_to_cpu((req)->imm_data_offset);			\
	(login)->tag = (req)->tag;							\
	memcpy((login)->initiator_id, (req)->initiator_port_id, 16);			\
	memcpy((login)->target_id, (req)->target_port_id, 16);				\
} while (0)

/* Decides, as a correct target would, and then as the script says. May sleep (verb delay). Locking: port->lock not held. */
void peer_login_decide(struct peer_port *port, struct peer_login *login);

/*
 * A channel for a login that is not refused: it gets the identifiers and the plan, replaces older channels, is published, and owns
 * @cm_id. Return: channel, or ERR_PTR as of peer_ch_create() or -ESHUTDOWN if the port is being removed: @cm_id is the caller's.
 */
struct peer_ch *peer_login_channel(struct peer_port *port, struct ib_device *dev, const struct peer_cm_ops *cm, void *cm_id,
				   struct peer_login *login);

#endif /* PEER_LOGIN_H */
