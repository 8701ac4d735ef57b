/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A port of the target: one place where it listens, with its rules, its channels and its counters.
 * Data only; life is in peer_port.c, which is on a higher floor.
 */
#ifndef PEER_PORT_H
#define PEER_PORT_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include "peer_script.h"

enum peer_count {
	PEER_LOGINS, PEER_REJECTS, PEER_IMM_LOGINS, PEER_CMDS, PEER_ABORTS, PEER_LUN_RESETS, PEER_I_LOGOUTS, PEER_CRED_RSPS, PEER_AER_RSPS,
	PEER_UNKNOWN_IUS, PEER_BAD_IUS, PEER_DIRECT, PEER_INDIRECT, PEER_TABLES, PEER_IMM, PEER_FAILED_RDMA, PEER_SENT, PEER_MUTATED,
	PEER_HELD, PEER_OVERDRAWN, PEER_TAG_REUSES, PEER_COUNTS
};

struct peer_port {
	struct list_head entry;		/* the list of ports and its lock are in peer_port.c */
	char name[32];
	struct peer_script script;

	struct mutex lock;		/* channels; excludes logins and removal from each other */
	struct list_head channels;
	bool removing;			/* lock */
	wait_queue_head_t empty;

	atomic_t count[PEER_COUNTS];

	const struct peer_listen_ops *listen;
	void *listener;			/* struct rdma_cm_id or ib_cm_id; lock */
	struct dentry *dir;
};

static inline void peer_count(struct peer_port *port, enum peer_count what)
{
	atomic_inc(&port->count[what]);
}

#endif /* PEER_PORT_H */
