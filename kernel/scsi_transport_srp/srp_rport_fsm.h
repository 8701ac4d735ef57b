/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The state machine of a remote port as a table: (state, event, time-outs)
 * gives the next state and what to do. Pure: decides, never acts; any context.
 */
#ifndef SRP_RPORT_FSM_H
#define SRP_RPORT_FSM_H

#include <linux/types.h>
#include "srp_tmo.h"

enum srp_rport_state {
	SRP_RPORT_RUNNING,	/* connected, or nobody noticed yet */
	SRP_RPORT_BLOCKED,	/* connection lost, I/O is held back */
	SRP_RPORT_FAIL_FAST,	/* connection lost, I/O fails at once */
	SRP_RPORT_LOST,		/* final: the host is being removed */
	SRP_RPORT_STATES
};

enum srp_rport_event {
	SRP_EV_ERROR,			/* the connection broke */
	SRP_EV_RECONNECT_START,		/* an attempt to reconnect begins */
	SRP_EV_RECONNECT_OK,
	SRP_EV_RECONNECT_FAILED,
	SRP_EV_FAST_IO_FAIL,		/* fast_io_fail_tmo expired */
	SRP_EV_DEV_LOSS,		/* dev_loss_tmo expired */
	SRP_EV_STOP,			/* removal, whatever its reason */
	SRP_RPORT_EVENTS
};

/* What to do on a transition; executed in this order. */
enum srp_rport_action {
	SRP_DO_STOP_TIMERS	= 1 << 0,
	SRP_DO_START_FAST_FAIL	= 1 << 1,	/* if set and not running */
	SRP_DO_START_DEV_LOSS	= 1 << 2,	/* if set and not running */
	SRP_DO_CLEAR_FAILURES	= 1 << 3,
	SRP_DO_COUNT_FAILURE	= 1 << 4,
	SRP_DO_BLOCK		= 1 << 5,	/* hold back I/O that has to wait */
	SRP_DO_UNBLOCK		= 1 << 6,	/* devices run again */
	SRP_DO_OFFLINE		= 1 << 7,	/* devices become transport-offline */
	SRP_DO_TERMINATE	= 1 << 8,	/* finish what is outstanding */
	SRP_DO_RECONNECT	= 1 << 9,	/* queue an attempt if delay set and none queued */
	SRP_DO_DELETE		= 1 << 10,	/* ask the driver to remove the host */
};

struct srp_rport_step {
	enum srp_rport_state next;
	unsigned int actions;		/* of enum srp_rport_action */
};

/**
 * srp_rport_next - one transition
 * @state: current state
 * @ev: what happened
 * @tmo: the time-outs in force now
 *
 * Return: next state and actions; an event that a state ignores gives the
 * same state and no action. Every pair is defined.
 */
struct srp_rport_step srp_rport_next(enum srp_rport_state state,
				     enum srp_rport_event ev,
				     const struct srp_tmo *tmo);

/* The name shown in sysfs; "???" for an impossible value. */
const char *srp_rport_state_name(enum srp_rport_state state);

#endif /* SRP_RPORT_FSM_H */
