/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the target does wrong: a table of rules, one per line.
 *
 *	on EVENT [WHICH] do VERB [ARGUMENT=VALUE...] [HEX...]
 *
 * EVENT	login; cmd, read, write, op=0x12 (a SCSI operation code); tsk_mgmt, abort, lun_reset; any (cmd or tsk_mgmt);
 *		send (every information unit that the target sends)
 * WHICH	3: the third one from now on; 3-5; 3+: all from the third one on; *: all. Without it the next one.
 *
 * Verbs for requests (cmd ... any), in the order in which they take effect if several rules match:
 *	sense key= asc= ascq=	not carried out, CHECK CONDITION
 *	rdma [rkey_xor=] [va_add=]	data goes to, or is fetched from, another address
 *	early			the response is sent before the data
 *	delay ms=
 *	hold			no answer, until "release"; an abort or reset ends it for ever
 *	late [ms=]		no answer, but one after it was aborted or reset, that much later
 *	set FIELD=...		fields of the response; len= its length, padded with 0xa5
 *	raw HEX			these bytes instead of the response; TAG here and in "iu" stands for the 8 bytes of the request's tag
 *	dup count=		the response as many times more
 *	again			the request arrives a second time, as if the initiator had used its tag and a credit again
 * and before the response: cred_req, aer_req, t_logout, iu, close, qp_error (see below).
 *
 * Verbs for login:
 *	reject reason= [len=] [opcode=]	SRP_LOGIN_REJ
 *	cm_reject reason= [HEX]	refused by the connection manager, without SRP data; HEX: additional information, IB/CM only
 *	hold			no answer
 *	delay ms=
 *	set FIELD=...		fields of the login response; len= the private data's length
 *	raw HEX			this instead of the login response
 * and as soon as the channel is up: cred_req, aer_req, t_logout, iu, close, qp_error.
 *
 * At any time (the file "send"), on all channels or on number ch=:
 *	cred_req [delta=] [count=] [tag=] [len=]
 *	aer_req [delta=] [count=] [lun=] [key=] [asc=] [ascq=] [sense_len=] [tag=] [len=]
 *	t_logout [reason=] [len=]
 *	iu [count=] HEX		credits in it are not counted: requests beyond the others are noticed as too many
 *	close			disconnects; qp_error: without a word
 *	release [reverse=1]	answers what is held
 *
 * Verb for send:
 *	fuzz seed= [replace=1]	a damaged copy goes out before the right one, or instead of it.
 * "fuzz seed=S count=N" alone is short for "on send 1-N do fuzz seed=S".
 */
#ifndef PEER_SCRIPT_H
#define PEER_SCRIPT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

enum peer_verb {
	PEER_SENSE, PEER_RDMA, PEER_EARLY, PEER_DELAY, PEER_HOLD, PEER_LATE, PEER_SET, PEER_RAW, PEER_DUP, PEER_AGAIN,
	PEER_REJECT, PEER_CM_REJECT,
	PEER_CRED_REQ, PEER_AER_REQ, PEER_T_LOGOUT, PEER_IU, PEER_CLOSE, PEER_QP_ERROR, PEER_RELEASE,
	PEER_FUZZ,
};

enum peer_arg {
	ARG_ASC, ARG_ASCQ, ARG_BUF_FMT, ARG_CH, ARG_CODE, ARG_COUNT, ARG_DELTA, ARG_FLAGS, ARG_IN_RES, ARG_KEY, ARG_LEN, ARG_LUN,
	ARG_MAX_IT, ARG_MAX_TI, ARG_MS, ARG_OPCODE, ARG_OUT_RES, ARG_REASON, ARG_REPLACE, ARG_RESP_LEN, ARG_REVERSE, ARG_RKEY_XOR,
	ARG_SEED, ARG_SENSE_LEN, ARG_SOL_NOT, ARG_STATUS, ARG_TAG, ARG_TAG_XOR, ARG_VA_ADD,
	PEER_ARGS
};

struct peer_action {
	enum peer_verb verb;
	u64 given;		/* bit mask of arguments */
	u64 val[PEER_ARGS];	/* negative numbers as two's complement; 0 if not given */
	int tag_at;		/* offset in raw where the request's tag belongs, -1: nowhere */
	u32 raw_len;
	u8 *raw;
};

static inline bool peer_given(const struct peer_action *act, enum peer_arg arg)
{
	return act->given & BIT_ULL(arg);
}

static inline u64 peer_arg_or(const struct peer_action *act, enum peer_arg arg, u64 otherwise)
{
	return peer_given(act, arg) ? act->val[arg] : otherwise;
}

#define PEER_MAX_IU	8192U	/* bytes of anything that is sent */

struct peer_rule {
	struct kref kref;
	struct list_head entry;		/* script.rules; script.lock */
	const struct peer_event_row *event;
	u8 op;				/* of event "op=" */
	u32 from, to;			/* counted from 1 */
	u32 seen;			/* script.lock */
	u32 hits;			/* script.lock */
	struct peer_action act;
};

struct peer_script {
	spinlock_t lock;		/* rules and their counts */
	struct list_head rules;
};

/* What happened. */
enum peer_what { PEER_LOGIN, PEER_CMD, PEER_TSK_MGMT, PEER_SEND };

#define PEER_PLAN_MAX	8

/* The rules that matched one event, each with its number among the matches. */
struct peer_plan {
	unsigned int nr;
	struct peer_rule *rule[PEER_PLAN_MAX];
	u32 hit[PEER_PLAN_MAX];
};

void peer_script_init(struct peer_script *s);
void peer_script_clear(struct peer_script *s);

/**
 * peer_script_add - one line of text
 * @line: without line feed; is changed
 * @why: out: what is wrong with it, a constant string
 * Return: 0, -EINVAL, -ENOMEM.
 */
int peer_script_add(struct peer_script *s, char *line, const char **why);

/* Action of the file "send"; the caller frees it with peer_action_free(). Errors as above. */
struct peer_action *peer_parse_send(char *line, const char **why);
void peer_action_free(struct peer_action *act);

/* Counts the event and collects the rules that match. @code: SCSI operation code or task management function. Any context. */
void peer_script_match(struct peer_script *s, enum peer_what what, u8 code, struct peer_plan *plan);
void peer_plan_put(struct peer_plan *plan);

/* The bytes of verb "raw" or "iu" with this tag, to @to with room for PEER_MAX_IU. Return: their length. */
u32 peer_action_bytes(const struct peer_action *act, u64 tag, u8 *to);

/* The action with this verb, or NULL. */
const struct peer_action *peer_plan_find(const struct peer_plan *plan, enum peer_verb verb);

/* The rules and how often they matched, as text. */
struct seq_file;
void peer_script_show(struct peer_script *s, struct seq_file *m);

/**
 * peer_mutate - damages an information unit, the same way for the same seed
 * @iu: room for @room bytes, @len of them used
 * Return: the new length.
 */
u32 peer_mutate(u8 *iu, u32 len, u32 room, u64 seed);

#endif /* PEER_SCRIPT_H */
