// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The state machine of a remote port as a table.
 */
#include <linux/kernel.h>
#include "srp_rport_fsm.h"

/* What must hold about the time-outs for a row to apply. */
enum guard {
	ANY,
	FAST_SET,	/* fast_io_fail_tmo is set */
	LOSS_SET,	/* dev_loss_tmo is set */
	BOTH_OFF,	/* neither is set */
};

#define RECOVERED	(SRP_DO_STOP_TIMERS | SRP_DO_CLEAR_FAILURES | SRP_DO_UNBLOCK)
#define GIVEN_UP	(SRP_DO_STOP_TIMERS | SRP_DO_OFFLINE | SRP_DO_TERMINATE)

/*
 * The first row that matches wins; an event without a row is ignored. Two rules
 * shape the table: devices are never blocked once they were set transport-offline,
 * because the SCSI core has no way back from there to blocked; and whoever enters
 * fail-fast starts the dev_loss timer, so that no port stays there for ever unless
 * the user switched that timer off.
 */
static const struct {
	unsigned char state;
	unsigned char event;
	unsigned char guard;
	unsigned char next;
	unsigned int actions;
} transitions[] = {
	{ SRP_RPORT_RUNNING, SRP_EV_ERROR, BOTH_OFF, SRP_RPORT_RUNNING,
	  SRP_DO_RECONNECT },
	{ SRP_RPORT_RUNNING, SRP_EV_ERROR, ANY, SRP_RPORT_BLOCKED,
	  SRP_DO_START_FAST_FAIL | SRP_DO_START_DEV_LOSS | SRP_DO_BLOCK | SRP_DO_RECONNECT },
	{ SRP_RPORT_RUNNING, SRP_EV_RECONNECT_START, ANY, SRP_RPORT_RUNNING,
	  SRP_DO_BLOCK },
	{ SRP_RPORT_RUNNING, SRP_EV_RECONNECT_OK, ANY, SRP_RPORT_RUNNING,
	  RECOVERED },
	{ SRP_RPORT_RUNNING, SRP_EV_RECONNECT_FAILED, FAST_SET, SRP_RPORT_FAIL_FAST,
	  SRP_DO_START_DEV_LOSS | SRP_DO_COUNT_FAILURE | SRP_DO_OFFLINE |
	  SRP_DO_TERMINATE | SRP_DO_RECONNECT },
	{ SRP_RPORT_RUNNING, SRP_EV_RECONNECT_FAILED, LOSS_SET, SRP_RPORT_BLOCKED,
	  SRP_DO_START_DEV_LOSS | SRP_DO_COUNT_FAILURE | SRP_DO_BLOCK | SRP_DO_RECONNECT },
	{ SRP_RPORT_RUNNING, SRP_EV_RECONNECT_FAILED, BOTH_OFF, SRP_RPORT_RUNNING,
	  SRP_DO_COUNT_FAILURE | SRP_DO_UNBLOCK | SRP_DO_RECONNECT },
	{ SRP_RPORT_RUNNING, SRP_EV_STOP, ANY, SRP_RPORT_LOST,
	  GIVEN_UP },

	{ SRP_RPORT_BLOCKED, SRP_EV_ERROR, ANY, SRP_RPORT_BLOCKED,
	  SRP_DO_RECONNECT },
	{ SRP_RPORT_BLOCKED, SRP_EV_RECONNECT_OK, ANY, SRP_RPORT_RUNNING,
	  RECOVERED },
	{ SRP_RPORT_BLOCKED, SRP_EV_RECONNECT_FAILED, ANY, SRP_RPORT_BLOCKED,
	  SRP_DO_COUNT_FAILURE | SRP_DO_RECONNECT },
	{ SRP_RPORT_BLOCKED, SRP_EV_FAST_IO_FAIL, ANY, SRP_RPORT_FAIL_FAST,
	  SRP_DO_START_DEV_LOSS | SRP_DO_OFFLINE | SRP_DO_TERMINATE },
	{ SRP_RPORT_BLOCKED, SRP_EV_DEV_LOSS, ANY, SRP_RPORT_LOST,
	  GIVEN_UP | SRP_DO_DELETE },
	{ SRP_RPORT_BLOCKED, SRP_EV_STOP, ANY, SRP_RPORT_LOST,
	  GIVEN_UP },

	{ SRP_RPORT_FAIL_FAST, SRP_EV_ERROR, ANY, SRP_RPORT_FAIL_FAST,
	  SRP_DO_RECONNECT },
	{ SRP_RPORT_FAIL_FAST, SRP_EV_RECONNECT_OK, ANY, SRP_RPORT_RUNNING,
	  RECOVERED },
	/* Offline and terminate again: the attempt may have left devices and commands behind. */
	{ SRP_RPORT_FAIL_FAST, SRP_EV_RECONNECT_FAILED, ANY, SRP_RPORT_FAIL_FAST,
	  SRP_DO_COUNT_FAILURE | SRP_DO_OFFLINE | SRP_DO_TERMINATE | SRP_DO_RECONNECT },
	{ SRP_RPORT_FAIL_FAST, SRP_EV_DEV_LOSS, ANY, SRP_RPORT_LOST,
	  GIVEN_UP | SRP_DO_DELETE },
	{ SRP_RPORT_FAIL_FAST, SRP_EV_STOP, ANY, SRP_RPORT_LOST,
	  GIVEN_UP },
};

static bool guard_holds(enum guard guard, const struct srp_tmo *tmo)
{
	bool fast = tmo->fast_io_fail >= 0;
	bool loss = tmo->dev_loss >= 0;

	switch (guard) {
	case FAST_SET:
		return fast;
	case LOSS_SET:
		return loss;
	case BOTH_OFF:
		return !fast && !loss;
	case ANY:
		break;
	}
	return true;
}

struct srp_rport_step srp_rport_next(enum srp_rport_state state,
				     enum srp_rport_event ev,
				     const struct srp_tmo *tmo)
{
	struct srp_rport_step step = { .next = state };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++) {
		if (transitions[i].state != state || transitions[i].event != ev ||
		    !guard_holds(transitions[i].guard, tmo))
			continue;
		step.next = transitions[i].next;
		step.actions = transitions[i].actions;
		break;
	}
	return step;
}

static const char * const state_names[SRP_RPORT_STATES] = {
	[SRP_RPORT_RUNNING] = "running",
	[SRP_RPORT_BLOCKED] = "blocked",
	[SRP_RPORT_FAIL_FAST] = "fail-fast",
	[SRP_RPORT_LOST] = "lost",
};

const char *srp_rport_state_name(enum srp_rport_state state)
{
	if ((unsigned int)state >= ARRAY_SIZE(state_names))
		return "???";
	return state_names[state];
}
