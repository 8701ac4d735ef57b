// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
/* hex2bin() moved there with 6.4. */
#if __has_include(<linux/hex.h>)
#include <linux/hex.h>
#endif
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "peer_compat.h"
#include "peer_script.h"
#include "srp_wire.h"

/* ---- words ------------------------------------------------------------------------------------------------ */

static bool is_read(u8 op)
{
	return op == 0x08 || op == 0x28 || op == 0xa8 || op == 0x88;
}

static bool is_write(u8 op)
{
	return op == 0x0a || op == 0x2a || op == 0xaa || op == 0x8a;
}

static bool is_abort(u8 func)
{
	return func == SRP_TMF_ABORT_TASK;
}

static bool is_lun_reset(u8 func)
{
	return func == SRP_TMF_LUN_RESET;
}

struct peer_event_row {
	const char *name;
	u8 what;			/* bit mask of enum peer_what */
	bool (*match)(u8 code);		/* NULL: all */
	bool takes_op;
};

#define ON(what)	BIT(PEER_ ## what)
#define ON_REQUEST	(ON(CMD) | ON(TSK_MGMT))
#define ON_NOW		BIT(7)		/* the file "send", no event */

static const struct peer_event_row events[] = {
	{ "login", ON(LOGIN) },
	{ "cmd", ON(CMD) },
	{ "read", ON(CMD), is_read },
	{ "write", ON(CMD), is_write },
	{ "op", ON(CMD), NULL, true },
	{ "tsk_mgmt", ON(TSK_MGMT) },
	{ "abort", ON(TSK_MGMT), is_abort },
	{ "lun_reset", ON(TSK_MGMT), is_lun_reset },
	{ "any", ON_REQUEST },
	{ "send", ON(SEND) },
};

#define A(arg)	BIT_ULL(ARG_ ## arg)

#define RSP_FIELDS	(A(OPCODE) | A(SOL_NOT) | A(DELTA) | A(TAG) | A(TAG_XOR) | A(FLAGS) | A(STATUS) | A(OUT_RES) | A(IN_RES) | \
			 A(SENSE_LEN) | A(RESP_LEN) | A(CODE) | A(LEN))
#define LOGIN_FIELDS	(A(OPCODE) | A(DELTA) | A(TAG) | A(MAX_IT) | A(MAX_TI) | A(BUF_FMT) | A(FLAGS) | A(LEN))
#define ANYWHERE	(ON_REQUEST | ON(LOGIN) | ON_NOW)

static const struct verb_row {
	const char *name;
	u8 when;
	bool hex;			/* bytes follow */
	u64 must, may;			/* arguments */
} verbs[] = {
	[PEER_SENSE] = { "sense", ON(CMD), false, A(KEY) | A(ASC) | A(ASCQ) },
	[PEER_RDMA] = { "rdma", ON(CMD), false, 0, A(RKEY_XOR) | A(VA_ADD) },
	[PEER_EARLY] = { "early", ON(CMD) },
	[PEER_DELAY] = { "delay", ON_REQUEST | ON(LOGIN), false, A(MS) },
	[PEER_HOLD] = { "hold", ON_REQUEST | ON(LOGIN) },
	[PEER_LATE] = { "late", ON(CMD), false, 0, A(MS) },
	[PEER_SET] = { "set", ON_REQUEST | ON(LOGIN), false, 0, RSP_FIELDS | LOGIN_FIELDS },
	[PEER_RAW] = { "raw", ON_REQUEST | ON(LOGIN), true },
	[PEER_DUP] = { "dup", ON_REQUEST, false, A(COUNT) },
	[PEER_AGAIN] = { "again", ON_REQUEST },
	[PEER_REJECT] = { "reject", ON(LOGIN), false, A(REASON), A(LEN) | A(OPCODE) },
	[PEER_CM_REJECT] = { "cm_reject", ON(LOGIN), true, A(REASON) },
	[PEER_CRED_REQ] = { "cred_req", ANYWHERE, false, 0, A(DELTA) | A(COUNT) | A(TAG) | A(LEN) | A(CH) },
	[PEER_AER_REQ] = { "aer_req", ANYWHERE, false, 0,
		A(DELTA) | A(COUNT) | A(LUN) | A(KEY) | A(ASC) | A(ASCQ) | A(SENSE_LEN) | A(TAG) | A(LEN) | A(CH) },
	[PEER_T_LOGOUT] = { "t_logout", ANYWHERE, false, 0, A(REASON) | A(LEN) | A(CH) },
	[PEER_IU] = { "iu", ANYWHERE, true, 0, A(COUNT) | A(CH) },
	[PEER_CLOSE] = { "close", ANYWHERE, false, 0, A(CH) },
	[PEER_QP_ERROR] = { "qp_error", ANYWHERE, false, 0, A(CH) },
	[PEER_RELEASE] = { "release", ON_NOW, false, 0, A(REVERSE) | A(CH) },
	[PEER_FUZZ] = { "fuzz", ON(SEND), false, A(SEED), A(REPLACE) },
};

#define S32_OR_U32	S32_MIN, U32_MAX

static const struct arg_row {
	const char *name;
	s64 min;
	u64 max;
} args[PEER_ARGS] = {
	[ARG_ASC] = { "asc", 0, U8_MAX },
	[ARG_ASCQ] = { "ascq", 0, U8_MAX },
	[ARG_BUF_FMT] = { "buf_fmt", 0, U16_MAX },
	[ARG_CH] = { "ch", 0, 255 },
	[ARG_CODE] = { "code", 0, U8_MAX },
	[ARG_COUNT] = { "count", 1, 1000000 },
	[ARG_DELTA] = { "delta", S32_OR_U32 },
	[ARG_FLAGS] = { "flags", 0, U8_MAX },
	[ARG_IN_RES] = { "in_res", S32_OR_U32 },
	[ARG_KEY] = { "key", 0, 15 },
	[ARG_LEN] = { "len", 0, PEER_MAX_IU },
	[ARG_LUN] = { "lun", 0, 16383 },
	[ARG_MAX_IT] = { "max_it", S32_OR_U32 },
	[ARG_MAX_TI] = { "max_ti", S32_OR_U32 },
	[ARG_MS] = { "ms", 0, 600000 },
	[ARG_OPCODE] = { "opcode", 0, U8_MAX },
	[ARG_OUT_RES] = { "out_res", S32_OR_U32 },
	[ARG_REASON] = { "reason", S32_OR_U32 },
	[ARG_REPLACE] = { "replace", 0, 1 },
	[ARG_RESP_LEN] = { "resp_len", S32_OR_U32 },
	[ARG_REVERSE] = { "reverse", 0, 1 },
	[ARG_RKEY_XOR] = { "rkey_xor", 0, U32_MAX },
	[ARG_SEED] = { "seed", 0, U64_MAX },
	[ARG_SENSE_LEN] = { "sense_len", S32_OR_U32 },
	[ARG_SOL_NOT] = { "sol_not", 0, U8_MAX },
	[ARG_STATUS] = { "status", 0, U8_MAX },
	[ARG_TAG] = { "tag", S64_MIN, U64_MAX },
	[ARG_TAG_XOR] = { "tag_xor", 0, U64_MAX },
	[ARG_VA_ADD] = { "va_add", S64_MIN, U64_MAX },
};

/* ---- parsing ---------------------------------------------------------------------------------------------- */

static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t");
	while (word && !*word);
	return word;
}

static const char *parse_number(const char *text, s64 min, u64 max, u64 *val)
{
	s64 negative;

	if (*text == '-') {
		if (kstrtoll(text, 0, &negative))
			return "not a number";
		if (negative < min)
			return "number out of range";
		*val = negative;
		return NULL;
	}
	if (kstrtoull(text, 0, val))
		return "not a number";
	if (*val > max || (min > 0 && *val < min))
		return "number out of range";
	return NULL;
}

static const char *parse_arg(struct peer_action *act, char *word)
{
	const struct verb_row *verb = &verbs[act->verb];
	char *value = strchr(word, '=');
	int i;

	if (!value)
		return "expected ARGUMENT=VALUE";
	*value++ = '\0';
	for (i = 0; i < PEER_ARGS; i++)
		if (!strcmp(args[i].name, word))
			break;
	if (i == PEER_ARGS)
		return "unknown argument";
	if (!((verb->must | verb->may) & BIT_ULL(i)))
		return "this verb does not take that argument";
	act->given |= BIT_ULL(i);
	return parse_number(value, args[i].min, args[i].max, &act->val[i]);
}

/* Words of hexadecimal digits, two per byte, and TAG. */
static const char *parse_hex(struct peer_action *act, const char *word)
{
	size_t n = strlen(word), i;

	if (!strcmp(word, "TAG")) {
		if (act->tag_at >= 0)
			return "TAG twice";
		act->tag_at = act->raw_len;
		act->raw_len += 8;
		return NULL;
	}
	if (n % 2 || strspn(word, "0123456789abcdefABCDEF") != n)
		return "not a row of hexadecimal bytes";
	for (i = 0; i < n; i += 2) {
		const char byte[] = { word[i], word[i + 1], '\0' };

		act->raw[act->raw_len++] = simple_strtoul(byte, NULL, 16);
	}
	return NULL;
}

static const char *parse_action(struct peer_action *act, char *rest, u8 when)
{
	const struct verb_row *verb;
	const char *why;
	char *word;
	int i;

	word = next_word(&rest);
	if (!word)
		return "verb is missing";
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, word))
			break;
	if (i == ARRAY_SIZE(verbs))
		return "unknown verb";
	verb = &verbs[i];
	if ((verb->when & when) != when)
		return "this verb does not go with this event";
	act->verb = i;
	act->tag_at = -1;
	if (verb->hex) {
		/* Two digits make a byte; TAG makes eight of three letters and a blank. */
		act->raw = kzalloc(rest ? strlen(rest) * 2 + 8 : 8, GFP_KERNEL);
		if (!act->raw)
			return "out of memory";
	}
	while ((word = next_word(&rest))) {
		if (verb->hex && !strchr(word, '='))
			why = parse_hex(act, word);
		else
			why = parse_arg(act, word);
		if (why)
			return why;
	}
	if (verb->must & ~act->given)
		return "an argument is missing";
	return NULL;
}

/* N, N-M, N+ or *. Return: whether @word is one of these. */
static bool parse_which(char *word, u32 *from, u32 *to)
{
	size_t n = strlen(word);
	char *dash;

	*from = 1;
	*to = U32_MAX;
	if (!strcmp(word, "*"))
		return true;
	if (word[n - 1] == '+') {
		word[n - 1] = '\0';
		return !kstrtouint(word, 0, from) && *from;
	}
	dash = strchr(word, '-');
	if (dash)
		*dash++ = '\0';
	if (kstrtouint(word, 0, from) || kstrtouint(dash ? : word, 0, to))
		return false;
	return *from && *from <= *to;
}

static const char *parse_event(struct peer_rule *rule, char *word)
{
	char *value = strchr(word, '=');
	unsigned int op = 0;
	int i;

	if (value)
		*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(events[i].name, word))
			break;
	if (i == ARRAY_SIZE(events))
		return "unknown event";
	rule->event = &events[i];
	if (!value != !events[i].takes_op)
		return "event op= takes an operation code, the others none";
	if (value && (kstrtouint(value, 0, &op) || op > 0xff))
		return "bad operation code";
	rule->op = op;
	return NULL;
}

static const char *parse_rule(struct peer_rule *rule, char *rest)
{
	const char *why;
	char *word = next_word(&rest);

	if (!word || strcmp(word, "on"))
		return "a line begins with \"on\" or \"fuzz\"";
	word = next_word(&rest);
	if (!word)
		return "event is missing";
	why = parse_event(rule, word);
	if (why)
		return why;
	rule->from = 1;
	rule->to = 1;
	word = next_word(&rest);
	if (word && strcmp(word, "do")) {
		if (!parse_which(word, &rule->from, &rule->to))
			return "expected N, N-M, N+, * or \"do\"";
		word = next_word(&rest);
	}
	if (!word || strcmp(word, "do"))
		return "\"do\" is missing";
	return parse_action(&rule->act, rest, rule->event->what);
}

/* fuzz seed=S count=N [replace=1] */
static const char *parse_fuzz(struct peer_rule *rule, char *rest)
{
	char text[96] = "", *word;
	u64 count = 0;
	const char *why;

	next_word(&rest);
	while ((word = next_word(&rest))) {
		if (strncmp(word, "count=", 6)) {
			strlcat(text, " ", sizeof(text));
			strlcat(text, word, sizeof(text));
			continue;
		}
		why = parse_number(word + 6, 1, U32_MAX, &count);
		if (why)
			return why;
	}
	if (!count)
		return "count= is missing";
	rule->event = &events[ARRAY_SIZE(events) - 1];
	rule->from = 1;
	rule->to = count;
	word = kasprintf(GFP_KERNEL, "fuzz %s", strim(text));
	if (!word)
		return "out of memory";
	why = parse_action(&rule->act, word, ON(SEND));
	kfree(word);
	return why;
}

/* ---- rules ------------------------------------------------------------------------------------------------ */

static void rule_release(struct kref *kref)
{
	struct peer_rule *rule = container_of(kref, struct peer_rule, kref);

	kfree(rule->act.raw);
	kfree(rule);
}

void peer_script_init(struct peer_script *s)
{
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->rules);
}

void peer_script_clear(struct peer_script *s)
{
	struct peer_rule *rule, *next;
	LIST_HEAD(old);

	spin_lock_irq(&s->lock);
	list_splice_init(&s->rules, &old);
	spin_unlock_irq(&s->lock);
	list_for_each_entry_safe(rule, next, &old, entry)
		kref_put(&rule->kref, rule_release);
}

int peer_script_add(struct peer_script *s, char *line, const char **why)
{
	struct peer_rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL);

	*why = "out of memory";
	if (!rule)
		return -ENOMEM;
	kref_init(&rule->kref);
	*why = !strncmp(line, "fuzz ", 5) ? parse_fuzz(rule, line) : parse_rule(rule, line);
	if (*why) {
		kref_put(&rule->kref, rule_release);
		return -EINVAL;
	}
	spin_lock_irq(&s->lock);
	list_add_tail(&rule->entry, &s->rules);
	spin_unlock_irq(&s->lock);
	return 0;
}

struct peer_action *peer_parse_send(char *line, const char **why)
{
	struct peer_action *act = kzalloc(sizeof(*act), GFP_KERNEL);

	*why = "out of memory";
	if (!act)
		return NULL;
	*why = parse_action(act, line, ON_NOW);
	if (!*why)
		return act;
	peer_action_free(act);
	return NULL;
}

void peer_action_free(struct peer_action *act)
{
	kfree(act->raw);
	kfree(act);
}

static bool rule_matches(const struct peer_rule *rule, enum peer_what what, u8 code)
{
	const struct peer_event_row *event = rule->event;

	if (!(event->what & BIT(what)))
		return false;
	if (event->takes_op)
		return code == rule->op;
	return !event->match || event->match(code);
}

void peer_script_match(struct peer_script *s, enum peer_what what, u8 code, struct peer_plan *plan)
{
	struct peer_rule *rule;
	unsigned long flags;

	plan->nr = 0;
	spin_lock_irqsave(&s->lock, flags);
	list_for_each_entry(rule, &s->rules, entry) {
		if (!rule_matches(rule, what, code))
			continue;
		rule->seen++;
		if (rule->seen < rule->from || rule->seen > rule->to || plan->nr == PEER_PLAN_MAX)
			continue;
		kref_get(&rule->kref);
		plan->hit[plan->nr] = rule->hits++;
		plan->rule[plan->nr++] = rule;
	}
	spin_unlock_irqrestore(&s->lock, flags);
}

void peer_plan_put(struct peer_plan *plan)
{
	while (plan->nr)
		kref_put(&plan->rule[--plan->nr]->kref, rule_release);
}

u32 peer_action_bytes(const struct peer_action *act, u64 tag, u8 *to)
{
	u32 len = min(act->raw_len, PEER_MAX_IU);

	memcpy(to, act->raw, len);
	if (act->tag_at >= 0 && act->tag_at + 8 <= len)
		memcpy(to + act->tag_at, &tag, 8);
	return len;
}

const struct peer_action *peer_plan_find(const struct peer_plan *plan, enum peer_verb verb)
{
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		if (plan->rule[i]->act.verb == verb)
			return &plan->rule[i]->act;
	return NULL;
}

void peer_script_show(struct peer_script *s, struct seq_file *m)
{
	struct peer_rule *rule;

	spin_lock_irq(&s->lock);
	list_for_each_entry(rule, &s->rules, entry)
		seq_printf(m, "on %s %u-%u do %s: seen %u hits %u\n", rule->event->name, rule->from, rule->to,
			   verbs[rule->act.verb].name, rule->seen, rule->hits);
	spin_unlock_irq(&s->lock);
}

/* ---- damage ----------------------------------------------------------------------------------------------- */

static u32 random(u64 *state)
{
	u64 x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x >> 16;
}

/*
 * Any byte but the low half of the tag, which names a command: with the tag of another command that is in flight the
 * initiator would rightly hand back memory that this target is still writing to. The high half makes the tag stale.
 */
static u32 random_place(u32 len, u64 *rng)
{
	u32 at = random(rng) % len;

	return at >= 8 && at < 12 ? at + 4 : at;
}

static void poke(u8 *iu, u32 len, u32 at, const void *value, u32 n)
{
	if (at + n <= len)
		memcpy(iu + at, value, n);
}

static u32 mutate_once(u8 *iu, u32 len, u32 room, u64 *rng)
{
	/* offsets of 32-bit fields of an SRP_RSP: credits, high half of the tag, residuals, lengths */
	static const u8 words[] = { 4, 12, 20, 24, 28, 32 };
	static const u32 borders[] = { 0, 1, 0x7f, 0x100, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	static const u8 opcodes[] = { SRP_OP_LOGIN_RSP, SRP_OP_LOGIN_REJ, SRP_OP_CRED_REQ, SRP_OP_AER_REQ, SRP_OP_RSP,
				      SRP_OP_CMD, SRP_OP_TSK_MGMT, 0x7f, 0xff };
	__be32 word;
	u32 n;
	u8 c;

	if (!len)
		return len;
	switch (random(rng) % 8) {
	case 0:
		n = random_place(len, rng);
		c = n < len ? iu[n] ^ BIT(random(rng) % 8) : 0;
		poke(iu, len, n, &c, 1);
		return len;
	case 1:
		c = random(rng);
		poke(iu, len, random_place(len, rng), &c, 1);
		return len;
	case 2:
	case 3:
		word = cpu_to_be32(borders[random(rng) % ARRAY_SIZE(borders)]);
		poke(iu, len, words[random(rng) % ARRAY_SIZE(words)], &word, 4);
		return len;
	case 4:
		return random(rng) % (len + 1);
	case 5:
		for (n = len + random(rng) % (room - len + 1); len < n; len++)
			iu[len] = random(rng);
		return len;
	case 6:
		c = opcodes[random(rng) % ARRAY_SIZE(opcodes)];
		poke(iu, len, 0, &c, 1);
		return len;
	default:
		c = random(rng);
		poke(iu, len, 18, &c, 1);	/* flags */
		return len;
	}
}

u32 peer_mutate(u8 *iu, u32 len, u32 room, u64 seed)
{
	u64 rng = seed * 0x9e3779b97f4a7c15ULL + 0x123456789abcdefULL;
	u32 n;

	for (n = 0; n < 4; n++)
		random(&rng);
	for (n = 1 + random(&rng) % 3; n; n--)
		len = mutate_once(iu, len, room, &rng);
	return len;
}
