/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The login conversation, the same for both connection managers. */
#ifndef SRP_LOGIN_H
#define SRP_LOGIN_H

#include "srp_ch.h"

/* Registered by srp_main.c. */
extern struct ib_sa_client srp_sa_client;

/*
 * Positive results of a connect that make the IB connection manager try again; everything
 * else is 0 or -errno.
 */
enum srp_cm_redirect {
	SRP_CM_PORT_REDIRECT = 1,	/* new GID: query the path again */
	SRP_CM_DLID_REDIRECT = 2,	/* new LID: send the request there */
};

/* The login parameters of a channel; @multi keeps the channels that exist. */
struct srp_login_params srp_login_params(const struct srp_ch *ch, bool multi);

/*
 * Targets of before SRP2, and those that take less immediate data than max_imm_data, refuse IUs of
 * that length. Whether they can be shorter, and from now on ask for that. No login is
 * waiting for its answer.
 */
bool srp_login_shortens(const struct srp_target *target);
void srp_login_shorten(struct srp_target *target);

/* LOGIN_RSP arrived: fill ch->grant. Return: 0, -ECONNRESET after having logged why. */
int srp_login_granted(struct srp_ch *ch, const void *data, size_t len);

/**
 * srp_login_rejected - a CM REJ: log what it means and what to do
 * @reason: CM reason
 * @data: private data
 * @name: who rejected whom, for the message: "from <gid> to <gid> " or ""
 *
 * Return: -errno for the login.
 */
int srp_login_rejected(struct srp_ch *ch, unsigned int reason, const void *data, size_t len,
		       const char *name);

/* Before something is sent whose answer arrives in the CM handler. */
void srp_cm_begin(struct srp_ch *ch);

/* Called by CM handlers: the answer is there. */
void srp_cm_end(struct srp_ch *ch, int status);

/*
 * Wait for srp_cm_end(). Interruptible.
 * Return: its status, -ERESTARTSYS on a signal, else as srp_target_interrupted().
 */
int srp_cm_wait(struct srp_ch *ch);

/* What to do for every DREQ, disconnect or closing event of a connection manager. */
void srp_cm_closed(struct srp_ch *ch);

#endif /* SRP_LOGIN_H */
