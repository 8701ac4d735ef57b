/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SRP transport class: remote ports (rports), their state machine and their
 * sysfs files in /sys/class/srp_remote_ports. One rport belongs to one SCSI host.
 *
 * The driver reports what happens to its connection; the transport decides when
 * devices are blocked, when I/O fails, when to reconnect and when to give up.
 */
#ifndef SRP_TRANSPORT_H
#define SRP_TRANSPORT_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <scsi/scsi_transport.h>
#include "../scsi_transport_srp/srp_rport_fsm.h"
#include "../scsi_transport_srp/srp_tmo.h"

struct Scsi_Host;
struct scsi_device;

#define SRP_RPORT_ROLE_INITIATOR	0
#define SRP_RPORT_ROLE_TARGET		1

/*
 * A remote port. Created by srp_rport_add(), gone when its device is released.
 * All of it is read-only for drivers except @lld_data.
 */
struct srp_rport {
	struct device		dev;
	void			*lld_data;
	u8			port_id[16];
	u8			roles;

	/* Protects what follows, and is held while the actions of a step run. */
	struct mutex		mutex;
	enum srp_rport_state	state;		/* may be read without the mutex */
	struct srp_tmo		tmo;
	unsigned int		failed_reconnects;
	unsigned long		connected_at;	/* jiffies */
	unsigned int		begun;		/* reconnects begun, wraps */
	unsigned int		attempts;	/* reconnects finished, wraps */
	bool			may_hold;	/* devices may be blocked; may be read without the mutex */

	wait_queue_head_t	wait;		/* @attempts or @state changed */
	struct work_struct	hold_work;
	struct delayed_work	reconnect_work;
	struct delayed_work	fast_io_fail_work;
	struct delayed_work	dev_loss_work;
	unsigned long		fast_io_fail_at;	/* jiffies; when the timer is due */
	unsigned long		dev_loss_at;
};

/*
 * What a driver offers. All callbacks are called in process context.
 */
struct srp_function_template {
	/* Initial time-outs of each new rport. */
	const struct srp_tmo *tmo;
	/*
	 * Tear down what is left of the connection and set up a new one. May take
	 * minutes; no transport lock is held, the timers go on. Must return soon
	 * after the driver began to remove the host. Returns 0 or -errno.
	 */
	int (*reconnect)(struct srp_rport *rport);
	/*
	 * Does the connection work as far as known? Called with rport->mutex held;
	 * must not sleep. Decides whether an error report is about an older connection.
	 */
	bool (*is_connected)(struct srp_rport *rport);
	/* Finish everything outstanding with an error. rport->mutex is held. */
	void (*terminate_rport_io)(struct srp_rport *rport);
	/* The path to the target port is known to be gone: fail over now. Must not sleep long. */
	void (*path_gone)(struct srp_rport *rport);
	/* Start removing the SCSI host; must not wait for it. rport->mutex may be held. */
	void (*rport_delete)(struct srp_rport *rport);
};

/**
 * srp_attach_transport - register a driver
 * @ft: stays valid until srp_release_transport()
 *
 * Context: module init, may sleep. Return: template for Scsi_Host.transportt, NULL if out of memory.
 */
struct scsi_transport_template *srp_attach_transport(const struct srp_function_template *ft);

/* Undo srp_attach_transport(). No host may use it any more. */
void srp_release_transport(struct scsi_transport_template *t);

/**
 * srp_rport_add - create the remote port of a host
 * @shost: after scsi_add_host()
 * @port_id: 16 bytes, id_ext then ioc_guid
 * @roles: SRP_RPORT_ROLE_*
 * @lld_data: see struct srp_rport; callbacks may be called before this returns
 *
 * Context: may sleep. Return: rport in state running, or ERR_PTR().
 */
struct srp_rport *srp_rport_add(struct Scsi_Host *shost, const u8 *port_id,
				u8 roles, void *lld_data);

/* Remove all rports of a host from sysfs. The caller holds a reference if it needs one. */
void srp_remove_host(struct Scsi_Host *shost);

void srp_rport_get(struct srp_rport *rport);
void srp_rport_put(struct srp_rport *rport);

/**
 * srp_rport_error - the connection of this rport broke
 *
 * Lets srp_rport_hold_io() block devices, starts the timers and queues a reconnect as the time-outs say.
 * Ignored while ft->is_connected() says that there is a newer, working connection.
 * Context: may sleep; not from callbacks of the transport.
 */
void srp_rport_error(struct srp_rport *rport);

/**
 * srp_rport_hold_io - the driver refused a command that has to wait for the connection
 * @sdev: whose command; its hostdata is the transport's
 *
 * Blocks the device, if the state of the rport wants that, so that its commands wait in their
 * queue. Until then, and on the host's other devices, commands that multipath has another
 * path for fail at once instead of waiting with the others.
 * Context: any; the host's commands are not all finished yet.
 */
void srp_rport_hold_io(struct srp_rport *rport, struct scsi_device *sdev);

/* A reason to believe that reconnecting succeeds now: try at once. May sleep. */
void srp_rport_kick(struct srp_rport *rport);

/**
 * srp_reconnect_rport - reconnect and wait for the result
 *
 * For host reset. Gives up waiting when the rport leaves running and blocked.
 * Context: may sleep.
 * Return: 0 if connected, -EAGAIN if the attempt failed, -ENOTCONN if the rport
 * is fail-fast or lost (I/O has been terminated).
 */
int srp_reconnect_rport(struct srp_rport *rport);

/**
 * srp_rport_lost - final: state lost, all I/O fails from now on
 *
 * For a host that is being removed while its path is dead. Context: may sleep; not from
 * callbacks of the transport.
 */
void srp_rport_lost(struct srp_rport *rport);

/**
 * srp_stop_rport - final: state lost, I/O terminated, no timer or reconnect runs any more
 *
 * Context: may sleep; not from callbacks of the transport. The driver has to make
 * a reconnect in progress return first.
 */
void srp_stop_rport(struct srp_rport *rport);

/**
 * srp_check_module_tmo - validate a change of a module-wide default
 * @tmo: complete new set
 *
 * Return: 0, or -EINVAL after having logged the reason.
 */
int srp_check_module_tmo(const struct srp_tmo *tmo);

#endif /* SRP_TRANSPORT_H */
