/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Life of a remote port, for spin: every order in which connections break and come back, timers expire, attempts end and users
 * change time-outs. The state machine is the kernel's own, srp_rport_fsm.c; what surrounds it in srp_rport.c is modelled here.
 * One step of the loop is what happens under rport->mutex at once. Time is not modelled: what is armed may expire at any moment.
 */

c_decl {
\#include <limits.h>
\#include "srp_rport_fsm.h"
}

/* What users and the fabric may still do; when it is used up everything has to come to rest. */
byte changes = 7;
/* Attempts while nothing changes: more of them change nothing. */
#define TRIES	2
byte tries = TRIES;

byte state;		/* enum srp_rport_state */
int actions;		/* enum srp_rport_action, of the last event */
bool valid;		/* of the last combination of time-outs */
bool fast_on = true, loss_on = true, recon_on = true;
bool was_off;		/* reconnecting, before the last change of the time-outs */

bool path = true;	/* an attempt would work */
bool connected = true;
bool error_due;		/* the driver will report the loss */
bool fast_due, loss_due, recon_due;	/* armed, queued */
bool may_hold, hold_due;
bool held;		/* devices are blocked */
bool offline;		/* devices are transport-offline */
bool delete_due;	/* the driver was asked to remove the host */
bool gone;		/* srp_stop_rport() has returned */
byte attempt;		/* 0: none; 1: it connects; 2: it connected; 3: it failed */

#define RUNNING		(state == 0)
#define BLOCKED		(state == 1)
#define FAIL_FAST	(state == 2)
#define LOST		(state == 3)

#define DO(bit)		((actions >> bit) & 1)

/* srp_do(), in its order */
inline act()
{
	if :: DO(0) -> fast_due = false; loss_due = false :: else fi;
	if :: DO(1) && fast_on -> fast_due = true :: else fi;
#ifndef FORGET_DEV_LOSS
	if :: DO(2) && loss_on -> loss_due = true :: else fi;
#endif
	if :: DO(5) -> may_hold = true :: else fi;
	if :: DO(6) || DO(7) -> may_hold = false :: else fi;
	if :: DO(6) -> held = false; offline = false :: else fi;
	if :: DO(7) -> held = false; offline = true :: else fi;
#ifndef FORGET_RECONNECT
	if :: DO(9) && recon_on -> recon_due = true :: else fi;
#endif
	if :: DO(10) -> delete_due = true :: else fi;
	actions = 0
}

#define TMO	{ now.recon_on ? 10 : SRP_TMO_OFF, now.fast_on ? 15 : SRP_TMO_OFF, now.loss_on ? 600 : SRP_TMO_OFF }

/* srp_event() */
#define EVENT(ev)						\
	c_code {						\
		const struct srp_tmo tmo = TMO;			\
		struct srp_rport_step step = srp_rport_next(now.state, ev, &tmo); \
		if (now.state == SRP_RPORT_LOST && step.next != SRP_RPORT_LOST) \
			Uerror("lost is final");		\
		now.state = step.next;				\
		now.actions = step.actions;			\
	};							\
	act()

/* After a change attempts are worth something again. */
inline change() { changes--; tries = TRIES }

/* srp_rport_set_tmo(), the time-outs being set already */
inline time_outs_changed()
{
	if
	:: LOST
	:: else ->
		if
		:: !fast_on -> fast_due = false
		:: fast_on && BLOCKED -> fast_due = true
		:: else
		fi;
		if
		:: !loss_on -> loss_due = false
		:: loss_on && (BLOCKED || FAIL_FAST) -> loss_due = true
		:: else
		fi;
		if
		:: !recon_on -> recon_due = false
		:: recon_on && was_off && !connected -> recon_due = true
		:: else
		fi;
		if
		:: RUNNING && !connected -> EVENT(SRP_EV_ERROR)
		:: else
		fi
	fi
}

/* One of the three is switched; the kernel's own rules say whether that is possible. */
#define SWITCH(which)						\
	changes > 0 && !gone ->					\
		was_off = !recon_on;				\
		which = !which;					\
		c_code {					\
			const struct srp_tmo tmo = TMO;		\
			now.valid = !srp_tmo_check(&tmo, LONG_MAX / 100); \
		};						\
		if						\
		:: valid -> change(); time_outs_changed()	\
		:: else -> which = !which			\
		fi

inline invariants()
{
	/* I/O that should fail does not wait. */
	assert(!(FAIL_FAST && held));
	assert(!(LOST && held));
	/* No disk fails I/O over a path that works. */
	assert(!(offline && RUNNING));
	assert(!(offline && BLOCKED));
	/* Whatever ends the waiting is on its way. */
	assert(!(BLOCKED && fast_on && !fast_due));
	assert(!((BLOCKED || FAIL_FAST) && loss_on && !loss_due))
}

/* Nothing is left to happen. */
inline rest()
{
	if
	:: LOST -> assert(!held)
	:: !LOST && connected -> assert(RUNNING && !held && !offline)
	:: else ->
		/* It reconnects if it can, and whatever was set has happened. */
		assert(!(path && recon_on));
		assert(!loss_on);
		assert(!(fast_on && !FAIL_FAST))
	fi
}

active proctype rport()
{
	do
	/* No more of them. */
	:: atomic { changes > 0 -> changes = 0 }

	/* --- the fabric --- */
	:: atomic { changes > 0 && path -> path = false; change() }
	:: atomic { changes > 0 && !path -> path = true; change();
		/* The port may say so: srp_rport_kick() */
		if
		:: !LOST && recon_on && !connected -> recon_due = true
		:: true
		fi }
	:: atomic { connected && !path && !gone -> connected = false; error_due = true }
	:: atomic { changes > 0 && connected && !gone -> connected = false; error_due = true; change() }
	:: atomic { error_due -> error_due = false;
		if
		:: !connected -> EVENT(SRP_EV_ERROR)
		:: else
		fi; invariants() }

	/* --- timers --- */
	:: atomic { fast_due -> fast_due = false;
		if
		:: BLOCKED && fast_on -> EVENT(SRP_EV_FAST_IO_FAIL)
		:: else
		fi; invariants() }
	:: atomic { loss_due -> loss_due = false;
		if
		:: BLOCKED && fast_on -> EVENT(SRP_EV_FAST_IO_FAIL)
		:: else
		fi;
		if
		:: BLOCKED || FAIL_FAST -> EVENT(SRP_EV_DEV_LOSS)
		:: else
		fi; invariants() }

	/* --- an attempt: two steps with the mutex, connecting in between without --- */
	:: atomic { recon_due && attempt == 0 && (path || tries > 0) -> recon_due = false;
		if
		:: LOST || (RUNNING && connected)
		:: else ->
			if
			:: RUNNING -> EVENT(SRP_EV_ERROR); recon_due = false
			:: else
			fi;
			EVENT(SRP_EV_RECONNECT_START);
			attempt = 1
		fi; invariants() }
	:: atomic { attempt == 1 -> connected = false;
		if
		:: path -> connected = true; attempt = 2
		:: !path -> attempt = 3
		/* A target refuses, memory is short; not for ever. */
		:: tries > 0 -> tries--; attempt = 3
		fi }
	:: atomic { attempt >= 2 ->
		if
		:: attempt == 3 && !path && tries > 0 -> tries--
		:: else
		fi;
		if
		:: LOST
		:: !LOST && attempt == 2 && connected -> EVENT(SRP_EV_RECONNECT_OK)
		:: else -> EVENT(SRP_EV_RECONNECT_FAILED)
		fi;
		attempt = 0; invariants() }

	/* --- a command waits: srp_rport_hold_io() --- */
	:: atomic { may_hold && !connected && !held && !hold_due -> hold_due = true }
	:: atomic { hold_due -> hold_due = false;
		if
		:: may_hold -> held = true
		:: else
		fi; invariants() }

	/* --- users --- */
	:: atomic { SWITCH(fast_on); invariants() }
	:: atomic { SWITCH(loss_on); invariants() }
	:: atomic { SWITCH(recon_on); invariants() }
	:: atomic { changes > 0 && !gone -> change(); delete_due = true }
	/* srp_stop_rport() waits for what is queued; an attempt returns early. */
	:: atomic { delete_due -> delete_due = false; EVENT(SRP_EV_STOP);
		recon_due = false; fast_due = false; loss_due = false; hold_due = false;
		connected = false; error_due = false; gone = true; invariants() }

	:: timeout -> rest(); break
	od
}
