// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One fault rule; the grammar is in vib_rule.h.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "vib_rule.h"

#define ALL_CLASSES	(BIT(VIB_SMP) | BIT(VIB_GMP) | BIT(VIB_UD) | BIT(VIB_RC) | BIT(VIB_RC_ACK))
#define MADS		(BIT(VIB_SMP) | BIT(VIB_GMP))
#define DATAGRAMS	(MADS | BIT(VIB_UD))
#define REQUESTS	BIT(VIB_RC)

#define PER_MILLE	1000

struct name {
	const char *name;
	u32 value;
};

/* The value of key "class" is a mask. */
static const struct name class_names[] = {
	{ "smp", BIT(VIB_SMP) }, { "gmp", BIT(VIB_GMP) }, { "ud", BIT(VIB_UD) }, { "rc", BIT(VIB_RC) }, { "ack", BIT(VIB_RC_ACK) },
	{ "all", ALL_CLASSES }, { }
};

static const struct name op_names[] = {
	{ "send", VIB_OP_SEND }, { "write", VIB_OP_WRITE }, { "read", VIB_OP_READ }, { }
};

static const struct name mgmt_names[] = {
	{ "sm", IB_MGMT_CLASS_SUBN_LID_ROUTED }, { "sm-dr", IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE }, { "sa", IB_MGMT_CLASS_SUBN_ADM },
	{ "perf", IB_MGMT_CLASS_PERF_MGMT }, { "dm", IB_MGMT_CLASS_DEVICE_MGMT }, { "cm", IB_MGMT_CLASS_CM }, { }
};

/* A key takes one of its names, or a number up to max unless that is 0. */
static const struct rule_key {
	const char *name;
	const struct name *names;
	u32 max;
} keys[VIB_KEYS] = {
	[VIB_KEY_CLASS] = { "class", class_names },
	[VIB_KEY_OP] = { "op", op_names },
	[VIB_KEY_SLID] = { "slid", NULL, 0xffff },
	[VIB_KEY_DLID] = { "dlid", NULL, 0xffff },
	[VIB_KEY_SRC_QPN] = { "src-qpn", NULL, 0xffffff },
	[VIB_KEY_QPN] = { "qpn", NULL, 0xffffff },
	[VIB_KEY_MGMT] = { "mgmt", mgmt_names, 0xff },
	[VIB_KEY_METHOD] = { "method", NULL, 0xff },
	[VIB_KEY_ATTR] = { "attr", NULL, 0xffff },
	[VIB_KEY_SKIP] = { "skip", NULL, 0xffffffff },
	[VIB_KEY_COUNT] = { "count", NULL, 0xffffffff },
	[VIB_KEY_CHANCE] = { "chance", NULL, PER_MILLE },
	[VIB_KEY_SEED] = { "seed", NULL, 0xffffffff },
};

/* An action is for some classes, and takes an argument up to max unless that is 0. */
static const struct action {
	const char *name;
	u8 classes;
	u32 max;
} actions[] = {
	[VIB_PASS] = { "pass", ALL_CLASSES },
	[VIB_DROP] = { "drop", ALL_CLASSES },
	[VIB_DELAY] = { "delay", ALL_CLASSES, 60 * 1000 * 1000 },
	[VIB_HOLD] = { "hold", ALL_CLASSES },
	[VIB_DUPLICATE] = { "duplicate", DATAGRAMS },
	[VIB_RNR] = { "rnr", REQUESTS },
	[VIB_NAK_ACCESS] = { "nak-access", REQUESTS },
	[VIB_NAK_OP] = { "nak-op", REQUESTS },
	[VIB_NAK_INVALID] = { "nak-invalid", REQUESTS },
	[VIB_BAD_RKEY] = { "bad-rkey", REQUESTS },
	[VIB_FLIP] = { "flip", ALL_CLASSES, 0xffffffff },
	[VIB_BAD_STATUS] = { "bad-status", MADS, 0xffff },
};

/* Text that grows in a buffer. */
struct text {
	char *buf;
	size_t size, len;
};

static __printf(2, 3) void say(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += vscnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
}

static const struct name *find_name(const struct name *names, const char *word)
{
	for (; names && names->name; names++)
		if (!strcmp(names->name, word))
			return names;
	return NULL;
}

static bool parse_number(const char *word, u32 max, u32 *value)
{
	return max && kstrtouint(word, 0, value) == 0 && *value <= max;
}

static bool parse_value(const struct rule_key *key, const char *word, u32 *value)
{
	const struct name *name = find_name(key->names, word);

	if (!name)
		return parse_number(word, key->max, value);
	*value = name->value;
	return true;
}

static void expect_value(struct text *error, const struct rule_key *key)
{
	const struct name *name;

	for (name = key->names; name && name->name; name++)
		say(error, "%s%s", name == key->names ? "" : "|", name->name);
	if (key->max)
		say(error, "%sa number up to %#x", key->names ? " or " : "", key->max);
}

static bool parse_from(struct vib_rule *rule, const char *word)
{
	const char *slash = strchr(word, '/');
	size_t len = strcspn(word, "/");

	if (len == 0 || len >= sizeof(rule->from))
		return false;
	memcpy(rule->from, word, len);
	rule->from[len] = '\0';
	return !slash || (parse_number(slash + 1, VIB_MAX_PORTS, &rule->from_port) && rule->from_port);
}

static int find_key(const char *word)
{
	int i;

	for (i = 0; i < VIB_KEYS; i++)
		if (!strcmp(keys[i].name, word))
			return i;
	return -1;
}

static int find_action(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i].name, word))
			return i;
	return -1;
}

static void expect_word(struct text *error)
{
	unsigned int i;

	say(error, "a condition (from");
	for (i = 0; i < VIB_KEYS; i++)
		say(error, " %s", keys[i].name);
	say(error, ") or an action (");
	for (i = 0; i < ARRAY_SIZE(actions); i++)
		say(error, "%s%s", i ? " " : "", actions[i].name);
	say(error, ")");
}

static bool parse_action(struct vib_rule *rule, bool *have_action, int i, const char *word, const char *value, struct text *error)
{
	if (*have_action) {
		say(error, "\"%s\": expected one action, and there is %s already", word, actions[rule->action].name);
		return false;
	}
	if (!value != !actions[i].max || (value && !parse_number(value, actions[i].max, &rule->arg))) {
		say(error, "\"%s%s%s\": expected %s", word, value ? "=" : "", value ?: "", actions[i].name);
		if (actions[i].max)
			say(error, "= and a number up to %#x", actions[i].max);
		else
			say(error, " without a value");
		return false;
	}
	rule->action = i;
	*have_action = true;
	return true;
}

static bool parse_word(struct vib_rule *rule, bool *have_action, char *word, struct text *error)
{
	char *value = strchr(word, '=');
	int i;

	if (value)
		*value++ = '\0';
	i = find_action(word);
	if (i >= 0)
		return parse_action(rule, have_action, i, word, value, error);
	if (!strcmp(word, "from")) {
		if (value && parse_from(rule, value))
			return true;
		say(error, "\"%s%s%s\": expected from=DEVICE or from=DEVICE/PORT", word, value ? "=" : "", value ?: "");
		return false;
	}
	i = find_key(word);
	if (i < 0) {
		say(error, "\"%s\": expected ", word);
		expect_word(error);
		return false;
	}
	if (!value || !parse_value(&keys[i], value, &rule->value[i])) {
		say(error, "\"%s%s%s\": expected %s=", word, value ? "=" : "", value ?: "", word);
		expect_value(error, &keys[i]);
		return false;
	}
	rule->given |= BIT(i);
	return true;
}

static bool check_class(struct vib_rule *rule, struct text *error)
{
	u32 able = actions[rule->action].classes;
	const struct name *name;
	const char *sep = "";

	if (rule->value[VIB_KEY_CLASS] & able) {
		rule->value[VIB_KEY_CLASS] &= able;
		return true;
	}
	say(error, "\"%s\": expected class=", actions[rule->action].name);
	for (name = class_names; name->name; name++) {
		if (!(name->value & ~able)) {
			say(error, "%s%s", sep, name->name);
			sep = "|";
		}
	}
	return false;
}

int vib_rule_parse(char *text, struct vib_rule *rule, char *error, size_t error_size)
{
	struct text message = { .buf = error, .size = error_size };
	bool have_action = false;
	char *word;

	memset(rule, 0, sizeof(*rule));
	rule->value[VIB_KEY_CLASS] = ALL_CLASSES;
	rule->value[VIB_KEY_CHANCE] = PER_MILLE;
	while ((word = strsep(&text, " \t\n")))
		if (*word && !parse_word(rule, &have_action, word, &message))
			return -EINVAL;
	if (!have_action) {
		say(&message, "no action: expected ");
		expect_word(&message);
		return -EINVAL;
	}
	if (!check_class(rule, &message))
		return -EINVAL;
	rule->random = rule->value[VIB_KEY_SEED];
	return 0;
}

int vib_rule_format(const struct vib_rule *rule, char *buf, size_t size)
{
	struct text t = { .buf = buf, .size = size };
	const struct name *name;
	int i;

	say(&t, "%s", actions[rule->action].name);
	if (actions[rule->action].max)
		say(&t, "=%u", rule->arg);
	if (rule->from[0])
		say(&t, " from=%s", rule->from);
	if (rule->from_port)
		say(&t, "/%u", rule->from_port);
	for (i = 0; i < VIB_KEYS; i++) {
		if (!(rule->given & BIT(i)))
			continue;
		for (name = keys[i].names; name && name->name; name++)
			if (name->value == rule->value[i])
				break;
		if (name && name->name)
			say(&t, " %s=%s", keys[i].name, name->name);
		else
			say(&t, " %s=%u", keys[i].name, rule->value[i]);
	}
	say(&t, " matched=%llu hits=%llu", (unsigned long long)rule->matched, (unsigned long long)rule->hits);
	return t.len;
}

/* What a packet has to compare with a key. Returns false if it has nothing of the kind. */
static bool packet_value(const struct vib_hdr *hdr, enum vib_rule_key key, u32 *value)
{
	switch (key) {
	case VIB_KEY_OP:
		*value = hdr->op;
		return hdr->class == VIB_RC || hdr->class == VIB_RC_ACK;
	case VIB_KEY_SLID:
		*value = hdr->slid;
		return true;
	case VIB_KEY_DLID:
		*value = hdr->dlid;
		return true;
	case VIB_KEY_SRC_QPN:
		*value = hdr->src_qpn;
		return true;
	case VIB_KEY_QPN:
		*value = hdr->dest_qpn;
		return true;
	case VIB_KEY_MGMT:
		*value = hdr->mad ? hdr->mad->mgmt_class : 0;
		return hdr->mad;
	case VIB_KEY_METHOD:
		*value = hdr->mad ? hdr->mad->method : 0;
		return hdr->mad;
	case VIB_KEY_ATTR:
		*value = hdr->mad ? be16_to_cpu(hdr->mad->attr_id) : 0;
		return hdr->mad;
	default:
		return false;
	}
}

bool vib_rule_matches(const struct vib_rule *rule, const struct vib_hdr *hdr, const char *from, u8 from_port)
{
	u32 value;
	int i;

	if (!(rule->value[VIB_KEY_CLASS] & BIT(hdr->class)))
		return false;
	if (rule->from[0] && strcmp(rule->from, from))
		return false;
	if (rule->from_port && rule->from_port != from_port)
		return false;
	for (i = VIB_KEY_CLASS + 1; i < VIB_KEY_SKIP; i++)
		if ((rule->given & BIT(i)) && (!packet_value(hdr, i, &value) || value != rule->value[i]))
			return false;
	return true;
}

/* The next of a sequence that is even for neighbouring seeds, too: a Weyl sequence behind a multiplicative mixer. */
static u32 next_random(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
	return x >> 32;
}

bool vib_rule_due(struct vib_rule *rule)
{
	u32 draw;

	rule->matched++;
	if (rule->matched <= rule->value[VIB_KEY_SKIP])
		return false;
	if (rule->value[VIB_KEY_COUNT] && rule->hits >= rule->value[VIB_KEY_COUNT])
		return false;
	draw = (u64)next_random(&rule->random) * PER_MILLE >> 32;
	if (draw >= rule->value[VIB_KEY_CHANCE])
		return false;
	rule->hits++;
	return true;
}
