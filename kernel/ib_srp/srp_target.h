/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One target: a SCSI host with its channels. States, error work, reconnect, removal.
 */
#ifndef SRP_TARGET_H
#define SRP_TARGET_H

#include <linux/list.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <scsi/scsi_host.h>
#include <srp_transport.h>
#include "srp_ch.h"
#include "srp_log.h"
#include "srp_options.h"
#include "srp_sizing.h"

struct srp_host;
struct srp_cm_ops;

enum srp_target_state {
	SRP_TARGET_LOGIN,	/* the writer of add_target owns it */
	SRP_TARGET_LIVE,	/* rport and SCSI host are published */
	SRP_TARGET_REMOVED,	/* removal is queued or runs; final */
};

struct srp_target {
	struct Scsi_Host	*shost;		/* this is its private data */
	struct srp_host		*host;		/* HCA port */
	struct srp_device	*sdev;
	u32			port_num;
	struct srp_rport	*rport;		/* valid while live, NULL before; see srp_target_publish() */
	const struct srp_cm_ops	*cm;
	struct net		*net;		/* of the writer of add_target */

	struct srp_options	opt;
	struct srp_sizes	sizes;
	union ib_gid		sgid;		/* of the current connection */
	bool			topspin;
	struct srp_login_params	login;
	char			name[72];	/* dgid or dest, for messages */
	char			info[32];	/* SRP.T10:<id_ext> */

	struct srp_ch		*ch;		/* array */
	unsigned int		ch_count;
	struct kc_tags		tags;

	/* Protected by @lock (interrupts off). */
	spinlock_t		lock;
	enum srp_target_state	state;
	bool			aborting;	/* connects return at once */
	unsigned long		attempt_at;	/* jiffies when the last reconnect began */
	bool			restart;	/* it waits for something outdated; read without the lock */
	char			last_error[SRP_ERROR_LEN];	/* see srp_path_err() */
	bool			error_told;	/* in the current attempt to connect */

	wait_queue_head_t	cm_wait;	/* an answer for some channel, or aborting */

	unsigned int		rq_timeout;	/* jiffies; what disks were given last, 0 before */
	unsigned long		ticked_at;	/* jiffies of the last watchdog tick */

	struct mutex		connect_mutex;	/* queue pairs come and go under it */
	struct rw_semaphore	eh_sem;		/* held for reading by the error handler */
	bool			gone;		/* channels are being freed; @eh_sem */
	struct list_head	node;		/* of host->targets */
	struct work_struct	error_work;
	struct work_struct	remove_work;
	struct delayed_work	kick_work;
	struct delayed_work	rescan_work;
	struct delayed_work	watchdog;
};

static inline struct srp_target *srp_host_to_target(struct Scsi_Host *shost)
{
	return shost_priv(shost);
}

/* --- floor 3 asks ---------------------------------------------------------- */

/*
 * Does a connect in progress have to return? Any context.
 * Return: 0, -ENODEV if the target is being removed, -EAGAIN to start all over.
 */
static inline int srp_target_interrupted(const struct srp_target *target)
{
	if (READ_ONCE(target->aborting))
		return -ENODEV;
	return READ_ONCE(target->restart) ? -EAGAIN : 0;
}

/* --- srp_target.c ----------------------------------------------------------- */

int srp_target_init_wq(void);
void srp_target_exit_wq(void);

/**
 * srp_target_init - a target in state login inside a SCSI host that was just allocated
 *
 * @opt: is copied. Context: may sleep.
 */
void srp_target_init(struct srp_target *target, struct Scsi_Host *shost, struct srp_host *host,
		     const struct srp_options *opt);

/**
 * srp_target_connect - allocate channels, connect as many as possible, at least one
 *
 * Context: process; a signal interrupts it. Return: 0; -errno of the first channel, with
 * everything undone.
 */
int srp_target_connect(struct srp_target *target);

/* Undo srp_target_connect(); also safe if it failed. Context: may sleep. */
void srp_target_disconnect(struct srp_target *target);

/*
 * The SCSI host is added: create the rport, go live. From then on removal may be faster than
 * the caller, who gets a reference to target->rport.
 * Return: 0 or -errno.
 */
int srp_target_publish(struct srp_target *target);

/* Unlink a disconnected target and drop the reference of its creator. */
void srp_target_free(struct srp_target *target);

/*
 * Begin to remove: connects in progress return, a live target is queued for removal.
 * Any context. Return: true if it was live, false if somebody else was faster.
 */
bool srp_target_remove(struct srp_target *target);

/*
 * A disk command must not time out before the HCA reports a dead path: the error handler
 * would start on a path that is about to be replaced. Context: may sleep.
 */
void srp_target_set_rq_timeout(struct srp_target *target, struct scsi_device *sdev);

/* All channels work as far as known. Any context; the channels exist. */
bool srp_target_connected(struct srp_target *target);

/* Likewise for somebody who holds no more than the SCSI host. Context: may sleep. */
bool srp_target_usable(struct srp_target *target);

/* Smallest request limit that a channel was granted; complains if it is too small (below 2). */
s32 srp_target_min_req_lim(struct srp_target *target);

/*
 * S/G entries of a command as the last login allows them: without MRs every entry takes a
 * descriptor, and the target may have granted short IUs. Any context while connected.
 */
unsigned int srp_target_sg_limit(struct srp_target *target);

/*
 * Host reset: drop the connection, finish all commands with DID_RESET, reconnect.
 * Context: may sleep. Return: as srp_reconnect_rport().
 */
int srp_target_reset(struct srp_target *target);

/* The local port or device is gone: fail over at once. Any context. */
void srp_target_port_down(struct srp_target *target);

/* The fabric changed for the better: reconnect now if not connected. Any context. */
void srp_target_port_up(struct srp_target *target);

/* The P_Key table changed: fail over if our P_Key left or moved, else as port_up. Any context. */
void srp_target_pkey_change(struct srp_target *target);

/* What the transport class calls. */
extern const struct srp_function_template srp_transport_functions;

#endif /* SRP_TARGET_H */
