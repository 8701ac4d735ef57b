/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who owns a command, for spin: the commands that go through one slot of a channel, a target that answers late, twice or never,
 * the error handler, and a connection that dies at any moment and is made anew. The rule is in kernel/ib_srp/srp_req.h, the code in
 * srp_io.c, srp_rsp.c, srp_eh.c and srp_channels.c. Atomic is what happens under the channel lock, or is one instruction.
 */

#define COMMANDS	3
#define DEATHS		2	/* of the connection */
#define ANSWERS		4	/* of the target */
#define NONE		255

/* --- the channel --- */
bool live = true;
byte cmd = NONE;		/* req->cmd: it is outstanding */
byte tag;			/* req->tag */
bool mapped;			/* its data are mapped for DMA */
bool mrs;			/* it holds MRs of the pool */
bool pool = true;		/* QP, completion queues and MRs exist */
byte connection;		/* counts */
byte mrs_of;			/* connection of these MRs */

/* RCU: a grace period waits for the readers that were there when it began. */
byte readers[2];
bit epoch;

/* --- the block layer --- */
bool queued[COMMANDS];
byte done[COMMANDS];

/* --- the fabric --- */
byte sent_tag = NONE, sent_cmd = NONE;	/* the last SEND of this connection */
byte late_tag = NONE, late_cmd = NONE;	/* the one before */
byte answers = ANSWERS, deaths;
/* Receive completions: tag, and for the model only, the command that it was sent with. */
chan arrived = [2] of { byte, byte };
bool handling;			/* a completion is being handled */

inline hand_back(c)
{
	atomic { assert(queued[c] && done[c] == 0); queued[c] = false; done[c]++ }
}

inline put_mrs() { assert(mrs && pool && mrs_of == connection); mrs = false }
inline unmap() { atomic { assert(mapped && !mrs); mapped = false } }

/* srp_ch_claim() */
inline claim(c)
{
	c = cmd;
	if
	:: c != NONE -> put_mrs()
	:: else
	fi;
#ifndef CLAIM_TWICE
	cmd = NONE
#endif
}

/* What was claimed under the lock is unmapped and handed back without it. */
inline finish(c)
{
	if
	:: c != NONE -> unmap(); hand_back(c); c = NONE
	:: else
	fi
}

/* srp_queuecommand(), one command after the other because they have the same tag in the block layer */
active proctype submitter()
{
	byte n = 0;
	bit mine;

	do
	:: n == COMMANDS -> break
	:: n < COMMANDS ->
		queued[n] = true;
again:		atomic { mine = epoch; readers[mine]++ };
		if
		:: atomic { live ->
			/* Nobody else builds in this slot. */
			assert(!mapped && cmd == NONE);
#ifndef TAG_AGAIN
			tag++
#endif
			};
			/* srp_map_data() */
			atomic { assert(pool); mapped = true; mrs = true; mrs_of = connection };
			/* srp_commit() */
			if
			:: atomic { live ->
				cmd = n;
				late_tag = sent_tag; late_cmd = sent_cmd;
				sent_tag = tag; sent_cmd = n };
				readers[mine]--
			:: atomic { !live -> put_mrs() };
				unmap();
				readers[mine]--;
				/* Wait for another connection, or fail. */
				if
				:: goto again
				:: hand_back(n)
				fi
			fi
		:: atomic { !live -> readers[mine]-- };
			if
			:: goto again
			:: hand_back(n)
			fi
		fi;
		/* Whoever hands it back gives the tag to the next one. */
		done[n] > 0;
		n++
	od
}

active proctype target()
{
end:	do
	:: atomic { answers > 0 && pool && sent_tag != NONE && nfull(arrived) -> answers--; arrived!sent_tag,sent_cmd }
	:: atomic { answers > 0 && pool && late_tag != NONE && nfull(arrived) -> answers--; arrived!late_tag,late_cmd }
	od
}

/* srp_recv_done() */
active proctype receiver()
{
	byte t, about, c = NONE;

end:	do
	:: atomic { nempty(arrived) -> arrived?t,about; handling = true };
		atomic {
			if
			:: t == tag -> claim(c)
			:: else
			fi;
			/* A late or repeated answer never hits another command. */
			assert(c == NONE || c == about)
		};
		finish(c);
		handling = false
	od
}

/* A task management request was answered, or the command's answer came while it was on its way. */
active proctype error_handler()
{
	byte t, c = NONE;

end:	do
	:: atomic { cmd != NONE -> t = tag };
		atomic {
			if
			:: t == tag -> claim(c)
			:: else
			fi
		};
		finish(c)
	od
}

/* srp_rport_reconnect(): down in the order dead, idle, gone, and up again */
active proctype connection_manager()
{
	byte c = NONE;
	bit old;

end:	do
	:: deaths < DEATHS ->
		deaths++;
		/* srp_channels_kill() */
		live = false;
		atomic { claim(c) };
		finish(c);
#ifndef FORGET_GRACE
		/* synchronize_rcu() */
		atomic { old = epoch; epoch = 1 - epoch };
		readers[old] == 0;
#endif
		/* Freeing a completion queue waits for its handler, what else arrived is flushed. */
		atomic { !handling ->
			do
			:: nempty(arrived) -> arrived?_,_
			:: empty(arrived) -> break
			od;
			pool = false;
			sent_tag = NONE; sent_cmd = NONE; late_tag = NONE; late_cmd = NONE };
		atomic { connection++; pool = true };
		live = true
	od
}

/* When nothing is left to happen every command was handed back, once. */
active proctype judge()
{
	byte n;

	timeout;
	for (n : 0 .. COMMANDS - 1) {
		assert(done[n] == 1)
	}
	assert(cmd == NONE && !mapped && !mrs)
}
