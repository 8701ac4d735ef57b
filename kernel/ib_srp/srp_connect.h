/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One channel up or down, over either connection manager.
 *
 * CM handlers only record what they were told and wake the connecting thread, which
 * does all work on the queue pair.
 */
#ifndef SRP_CONNECT_H
#define SRP_CONNECT_H

#include "srp_ch.h"

/*
 * A connection manager. All may sleep; somebody holds target->connect_mutex and waits for
 * what is called on a work queue.
 */
struct srp_cm_ops {
	/* A fresh CM identifier and the way to the target. Interruptible. */
	int (*resolve)(struct srp_ch *ch);
	int (*create_qp)(struct srp_ch *ch, struct ib_qp_init_attr *attr);
	/* @qp: what create_qp left in ch->qp, which is NULL by now. */
	void (*destroy_qp)(struct srp_ch *ch, struct ib_qp *qp);
	/* Send the login, wait for the answer, make the QP ready. Interruptible. */
	int (*connect)(struct srp_ch *ch, bool multi);
	/* Tell the target that we go, without waiting. */
	void (*disconnect)(struct srp_ch *ch);
	/* Undo resolve; cancels what is in progress. Safe if there is nothing. */
	void (*release)(struct srp_ch *ch);
};

extern const struct srp_cm_ops srp_cm_ib_ops;
extern const struct srp_cm_ops srp_cm_rdma_ops;

/**
 * srp_ch_connect - log in
 * @multi: keep the channels of this nexus that exist
 *
 * Return: 0 and ready for srp_ch_set_live(), or -errno with nothing left behind.
 */
int srp_ch_connect(struct srp_ch *ch, bool multi);

/*
 * Send an SRP_I_LOGOUT on a live channel and give it a moment to arrive (SRP r16a 6.5).
 * Context: may sleep. For an orderly end only.
 */
void srp_ch_logout(struct srp_ch *ch);

/* Begin to log out: tell the target; the channel is dead already. */
void srp_ch_disconnect(struct srp_ch *ch);

/* Destroy QP and CM identifier; see srp_ch_destroy_qp() for the conditions. */
void srp_ch_release(struct srp_ch *ch, unsigned long drain_end);

#endif /* SRP_CONNECT_H */
