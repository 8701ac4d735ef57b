// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The login string: a table of keys, each with its setter and its limits.
 */
#include <linux/errno.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <srp_wire.h>
#include "srp_options.h"

/* A piece of the login string; it does not end with NUL. */
struct span {
	const char *p;
	size_t len;
};

struct parser {
	const struct srp_option_defaults *def;
	struct srp_options *opt;
	struct srp_option_msgs *msgs;
	unsigned int seen;		/* keys so far, one bit each */
	struct span field;		/* the current one, for messages */
};

struct key_row {
	const char *name;
	int (*set)(struct parser *ps, const struct key_row *key, struct span value);
	size_t offset;			/* in struct srp_options */
	unsigned int min, max;		/* of a number, inclusive */
	bool zero_ok;			/* 0 is allowed although it is below min */
	const char *what;		/* the number, in a message about its conversion, or NULL */
	const char *bad;		/* how a message about a bad value begins */
	bool unquoted;			/* that message shows the value without quotes */
};

/* --- messages --- */

/* Longest part of a value or field that is repeated in a message. */
#define SHOWN_LEN	64

struct shown {
	char text[SHOWN_LEN];
};

/* The string comes from user space: keep it short, and control characters out of the log. */
static const char *show(struct shown *buf, struct span s)
{
	size_t n = min(s.len, sizeof(buf->text) - 1);
	size_t i;

	for (i = 0; i < n; i++)
		buf->text[i] = s.p[i] >= ' ' && s.p[i] < 0x7f ? s.p[i] : '?';
	buf->text[n] = '\0';
	if (n < s.len)
		memcpy(buf->text + n - 3, "...", 3);
	return buf->text;
}

static __printf(3, 4) int fail(struct parser *ps, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ps->msgs->error, sizeof(ps->msgs->error), fmt, args);
	va_end(args);
	return err;
}

static int bad_field(struct parser *ps, const char *hint)
{
	struct shown s;

	return fail(ps, -EINVAL,
		    "unknown parameter or missing value '%s' in target creation request%s",
		    show(&s, ps->field), hint);
}

static int bad_value(struct parser *ps, const struct key_row *key, struct span value, int err,
		     const char *hint)
{
	const char *quote = key->unquoted ? "" : "'";
	struct shown s;

	return fail(ps, err, "%s %s%s%s%s", key->bad, quote, show(&s, value), quote, hint);
}

/* --- values --- */

static void *field_of(struct parser *ps, const struct key_row *key)
{
	return (char *)ps->opt + key->offset;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Base 16 takes an optional 0x, base 0 finds its base as in C. @max is below
 * 2^60 unless @base is 16.
 *
 * Return: 0, -EINVAL for text that is no number, -ERANGE for a number above @max.
 */
static int parse_number(struct span s, int base, __u64 max, __u64 *res)
{
	bool has_0x = s.len >= 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');
	bool too_big = false;
	__u64 val = 0;
	size_t i;

	if (base == 0)
		base = has_0x ? 16 : s.len && s.p[0] == '0' ? 8 : 10;
	if (base == 16 && has_0x) {
		s.p += 2;
		s.len -= 2;
	}
	if (s.len == 0)
		return -EINVAL;

	for (i = 0; i < s.len; i++) {
		int digit = digit_value(s.p[i]);

		if (digit < 0 || digit >= base)
			return -EINVAL;
		if (val >> 60)
			too_big = true;
		else
			val = val * base + digit;
	}
	if (too_big || val > max)
		return -ERANGE;
	*res = val;
	return 0;
}

static int set_u64(struct parser *ps, const struct key_row *key, struct span value)
{
	int err = parse_number(value, 16, ~0ull, field_of(ps, key));

	if (err)
		return bad_value(ps, key, value, err, " (must be a hexadecimal number of 64 bits)");
	return 0;
}

static int set_gid(struct parser *ps, const struct key_row *key, struct span value)
{
	__u8 *gid = field_of(ps, key);
	size_t i;

	if (value.len != 32)
		goto bad;
	for (i = 0; i < 16; i++) {
		int high = digit_value(value.p[2 * i]);
		int low = digit_value(value.p[2 * i + 1]);

		if (high < 0 || low < 0)
			goto bad;
		gid[i] = high << 4 | low;
	}
	return 0;

bad:
	return bad_value(ps, key, value, -EINVAL,
			 " (dgid must be 32 hexadecimal digits without colons)");
}

static int set_pkey(struct parser *ps, const struct key_row *key, struct span value)
{
	__u16 *pkey = field_of(ps, key);
	__u64 val;
	int err;

	err = parse_number(value, 16, INT_MAX, &val);
	if (err == -EINVAL)
		return bad_field(ps, " (pkey takes a hexadecimal number)");
	if (err)
		return bad_value(ps, key, value, err, " (pkey must not exceed ffff)");
	if (val > 0xffff)
		return bad_value(ps, key, value, -EINVAL, " (pkey must not exceed ffff)");
	/* The top bit is membership; a partition number of 0 is reserved (IBA 10.9.1.1). */
	if ((val & 0x7fff) == 0)
		return bad_value(ps, key, value, -EINVAL,
				 " (the lower 15 bits of pkey must not be 0)");
	*pkey = val;
	return 0;
}

static int set_io_class(struct parser *ps, const struct key_row *key, struct span value)
{
	__u16 *io_class = field_of(ps, key);
	__u64 val;
	int err;

	err = parse_number(value, 16, INT_MAX, &val);
	if (err == -EINVAL)
		return bad_field(ps, " (io_class takes a hexadecimal number)");
	if (err)
		return bad_value(ps, key, value, err, " (io_class must be ff00 or 100)");
	if (val != SRP_IO_CLASS_REV10 && val != SRP_IO_CLASS_REV16A)
		return fail(ps, -EINVAL,
			    "unknown IO class parameter value %x specified (use %x or %x).",
			    (unsigned int)val, SRP_IO_CLASS_REV10, SRP_IO_CLASS_REV16A);
	*io_class = val;
	return 0;
}

static int not_a_number(struct parser *ps, const struct key_row *key)
{
	char hint[48];

	snprintf(hint, sizeof(hint), " (%s takes a number)", key->name);
	return bad_field(ps, hint);
}

/* Most numbers fit a signed int wherever they end up, in the SCSI core and in sysfs. */
static int too_large_for_int(struct parser *ps, const struct key_row *key, struct span value)
{
	struct shown s;

	if (!key->what)
		return bad_value(ps, key, value, -ERANGE, " (the number is too large)");
	return fail(ps, -ERANGE, "match_int() failed for %s parameter '%s', Error %d",
		    key->what, show(&s, value), -ERANGE);
}

static int out_of_range(struct parser *ps, const struct key_row *key, struct span value,
			unsigned int max)
{
	/* Some of these messages are older than the name of the key. */
	const char *name = strstr(key->bad, key->name) ? "" : key->name;
	const char *blank = *name ? " " : "";
	char hint[80];

	if (key->zero_ok)
		snprintf(hint, sizeof(hint), " (%s%smust be 0 or a number of at least %u)",
			 name, blank, key->min);
	else if (max == INT_MAX)
		snprintf(hint, sizeof(hint), " (%s%smust be a number of at least %u)",
			 name, blank, key->min);
	else
		snprintf(hint, sizeof(hint), " (%s%smust be a number between %u and %u)",
			 name, blank, key->min, max);
	return bad_value(ps, key, value, -EINVAL, hint);
}

static int set_number(struct parser *ps, const struct key_row *key, struct span value,
		      unsigned int max)
{
	unsigned int *field = field_of(ps, key);
	__u64 val;
	int err;

	err = parse_number(value, 0, INT_MAX, &val);
	if (err == -EINVAL)
		return not_a_number(ps, key);
	if (err)
		return too_large_for_int(ps, key, value);
	if ((val < key->min || val > max) && !(key->zero_ok && val == 0))
		return out_of_range(ps, key, value, max);
	*field = val;
	return 0;
}

/* Keys that are signed by tradition: "-1" is a number, but one out of range. */
static int set_int(struct parser *ps, const struct key_row *key, struct span value)
{
	struct span digits = { value.p + 1, value.len - 1 };
	__u64 val;

	if (value.p[0] != '-')
		return set_number(ps, key, value, key->max);
	switch (parse_number(digits, 0, (__u64)INT_MAX + 1, &val)) {
	case -EINVAL:
		return not_a_number(ps, key);
	case -ERANGE:
		return too_large_for_int(ps, key, value);
	default:
		return out_of_range(ps, key, value, key->max);
	}
}

static int set_uint(struct parser *ps, const struct key_row *key, struct span value)
{
	return set_number(ps, key, value, key->max);
}

static int set_sg_tablesize(struct parser *ps, const struct key_row *key, struct span value)
{
	return set_number(ps, key, value, ps->def->max_sg_tablesize);
}

static int set_bool(struct parser *ps, const struct key_row *key, struct span value)
{
	bool *field = field_of(ps, key);
	__u64 val;
	int err;

	err = parse_number(value, 0, INT_MAX, &val);
	if (err == -EINVAL)
		return not_a_number(ps, key);
	if (err)
		return too_large_for_int(ps, key, value);
	*field = val != 0;
	return 0;
}

/* --- addresses --- */

static struct span split_at(struct span *s, const char *at)
{
	struct span rest = { at, s->p + s->len - at };

	s->len = at - s->p;
	return rest;
}

static bool parse_scope(struct span s, char *scope, size_t size)
{
	size_t i;

	if (s.len == 0 || s.len >= size)
		return false;
	for (i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '/')
			return false;
	memcpy(scope, s.p, s.len);
	scope[s.len] = '\0';
	return true;
}

static bool parse_ipv4(struct span host, struct srp_addr *addr)
{
	const char *end;

	addr->family = SRP_ADDR_IPV4;
	return in4_pton(host.p, host.len, addr->ip, -1, &end) && end == host.p + host.len;
}

static bool parse_ipv6(struct span host, struct srp_addr *addr)
{
	const char *percent = memchr(host.p, '%', host.len);
	const char *end;

	addr->family = SRP_ADDR_IPV6;
	if (percent) {
		struct span scope = split_at(&host, percent);

		scope.p++;
		scope.len--;
		if (!parse_scope(scope, addr->scope, sizeof(addr->scope)))
			return false;
	}
	return in6_pton(host.p, host.len, addr->ip, -1, &end) && end == host.p + host.len;
}

static bool parse_host(struct span *text, struct srp_addr *addr)
{
	struct span host = *text;
	const char *end;

	if (host.p[0] == '[') {
		end = memchr(host.p, ']', host.len);
		if (!end)
			return false;
		*text = split_at(&host, end + 1);
		host.p++;
		host.len -= 2;
		return parse_ipv6(host, addr);
	}
	end = memchr(host.p, ':', host.len);
	*text = split_at(&host, end ? end : host.p + host.len);
	return parse_ipv4(host, addr);
}

/* Replaces @addr only if all of @value is right. */
static bool parse_addr(struct span value, bool need_port, struct srp_addr *addr)
{
	struct srp_addr res;
	__u64 port = 0;

	memset(&res, 0, sizeof(res));
	if (!parse_host(&value, &res))
		return false;
	if (value.len) {
		if (value.p[0] != ':')
			return false;
		value.p++;
		value.len--;
		if (parse_number(value, 10, 0xffff, &port))
			return false;
	}
	if (need_port && port == 0)
		return false;
	res.port = port;
	*addr = res;
	return true;
}

static int set_dest(struct parser *ps, const struct key_row *key, struct span value)
{
	if (!parse_addr(value, true, field_of(ps, key)))
		return bad_value(ps, key, value, -EINVAL,
				 " (use a.b.c.d:port or [v6%scope]:port)");
	return 0;
}

static int set_src(struct parser *ps, const struct key_row *key, struct span value)
{
	if (!parse_addr(value, false, field_of(ps, key)))
		return bad_value(ps, key, value, -EINVAL,
				 " (src: use a.b.c.d or [v6%scope], :port may follow)");
	return 0;
}

/* --- keys --- */

enum key_index {
	KEY_ID_EXT,
	KEY_IOC_GUID,
	KEY_DGID,
	KEY_PKEY,
	KEY_SERVICE_ID,
	KEY_DEST,
	KEY_SRC,
	KEY_MAX_SECT,
	KEY_MAX_CMD_PER_LUN,
	KEY_QUEUE_SIZE,
	KEY_TARGET_CAN_QUEUE,
	KEY_IO_CLASS,
	KEY_INITIATOR_EXT,
	KEY_CMD_SG_ENTRIES,
	KEY_ALLOW_EXT_SG,
	KEY_SG_TABLESIZE,
	KEY_COMP_VECTOR,
	KEY_TL_RETRY_COUNT,
	KEY_MAX_IT_IU_SIZE,
	KEY_CH_COUNT,
	KEYS
};

#define SEEN(key)	(1u << (key))
#define COMMON_KEYS	(SEEN(KEY_ID_EXT) | SEEN(KEY_IOC_GUID))
#define IB_KEYS		(SEEN(KEY_DGID) | SEEN(KEY_PKEY) | SEEN(KEY_SERVICE_ID))
#define RDMA_KEYS	(SEEN(KEY_DEST) | SEEN(KEY_SRC))

#define FIELD(member)	offsetof(struct srp_options, member)

static const struct key_row keys[KEYS] = {
	[KEY_ID_EXT] = {
		"id_ext", set_u64, FIELD(id_ext),
		.bad = "invalid id_ext parameter" },
	[KEY_IOC_GUID] = {
		"ioc_guid", set_u64, FIELD(ioc_guid),
		.bad = "invalid ioc_guid parameter" },
	[KEY_DGID] = {
		"dgid", set_gid, FIELD(dgid),
		.bad = "bad dest GID parameter" },
	[KEY_PKEY] = {
		"pkey", set_pkey, FIELD(pkey),
		.bad = "bad P_Key parameter" },
	[KEY_SERVICE_ID] = {
		"service_id", set_u64, FIELD(service_id),
		.bad = "bad service_id parameter" },
	[KEY_DEST] = {
		"dest", set_dest, FIELD(dest),
		.bad = "bad dest parameter" },
	[KEY_SRC] = {
		"src", set_src, FIELD(src),
		.bad = "bad source parameter" },
	[KEY_MAX_SECT] = {
		"max_sect", set_int, FIELD(max_sect),
		SRP_MIN_MAX_SECT, SRP_MAX_MAX_SECT,
		.bad = "bad max sect parameter" },
	[KEY_MAX_CMD_PER_LUN] = {
		"max_cmd_per_lun", set_int, FIELD(max_cmd_per_lun), 1, INT_MAX,
		.what = "max cmd_per_lun", .bad = "bad max cmd_per_lun parameter" },
	[KEY_QUEUE_SIZE] = {
		"queue_size", set_int, FIELD(queue_size), 1, SRP_MAX_QUEUE_SIZE,
		.what = "queue_size", .bad = "bad queue_size parameter" },
	[KEY_TARGET_CAN_QUEUE] = {
		"target_can_queue", set_int, FIELD(target_can_queue), 1, INT_MAX,
		.what = "max target_can_queue", .bad = "bad max target_can_queue parameter" },
	[KEY_IO_CLASS] = {
		"io_class", set_io_class, FIELD(io_class),
		.bad = "bad IO class parameter" },
	[KEY_INITIATOR_EXT] = {
		"initiator_ext", set_u64, FIELD(initiator_ext),
		.bad = "bad initiator_ext value" },
	[KEY_CMD_SG_ENTRIES] = {
		"cmd_sg_entries", set_uint, FIELD(cmd_sg_entries), 1, SRP_MAX_CMD_SG_ENTRIES,
		.what = "max cmd_sg_entries", .bad = "bad max cmd_sg_entries parameter" },
	[KEY_ALLOW_EXT_SG] = {
		"allow_ext_sg", set_bool, FIELD(allow_ext_sg),
		.bad = "bad allow_ext_sg parameter" },
	[KEY_SG_TABLESIZE] = {
		"sg_tablesize", set_sg_tablesize, FIELD(sg_tablesize), 1,
		.what = "max sg_tablesize", .bad = "bad max sg_tablesize parameter" },
	[KEY_COMP_VECTOR] = {
		"comp_vector", set_uint, FIELD(comp_vector), 0, SRP_MAX_COMP_VECTOR,
		.what = "comp_vector", .bad = "bad comp_vector parameter" },
	[KEY_TL_RETRY_COUNT] = {
		"tl_retry_count", set_uint, FIELD(tl_retry_count), 2, 7,
		.what = "tl_retry_count", .bad = "bad tl_retry_count parameter" },
	[KEY_MAX_IT_IU_SIZE] = {
		"max_it_iu_size", set_int, FIELD(max_it_iu_size), SRP_MIN_IT_IU_LEN, INT_MAX,
		.zero_ok = true, .what = "max it_iu_size",
		.bad = "bad maximum initiator to target IU size" },
	[KEY_CH_COUNT] = {
		"ch_count", set_uint, FIELD(ch_count), 1, SRP_MAX_CH_COUNT,
		.what = "channel count", .bad = "bad channel count", .unquoted = true },
};

static int find_key(struct span name)
{
	unsigned int i;

	for (i = 0; i < KEYS; i++)
		if (strlen(keys[i].name) == name.len && memcmp(keys[i].name, name.p, name.len) == 0)
			return i;
	return -1;
}

static int parse_field(struct parser *ps)
{
	struct span name = ps->field, value;
	const char *equals;
	int key, err;

	if (memchr(ps->field.p, '\0', ps->field.len))
		return bad_field(ps, " (it contains a NUL byte)");
	equals = memchr(name.p, '=', name.len);
	if (!equals)
		return bad_field(ps, " (use key=value)");
	value = split_at(&name, equals);
	value.p++;
	value.len--;
	key = find_key(name);
	if (key < 0)
		return bad_field(ps, "");
	if (value.len == 0)
		return bad_field(ps, " (the value is missing)");
	err = keys[key].set(ps, &keys[key], value);
	if (err)
		return err;

	ps->seen |= SEEN(key);
	if (key == KEY_QUEUE_SIZE && !(ps->seen & SEEN(KEY_MAX_CMD_PER_LUN)))
		ps->opt->max_cmd_per_lun = ps->opt->queue_size;
	return 0;
}

static int parse_fields(struct parser *ps, const char *text, size_t len)
{
	const char *end = text + len;
	int err;

	while (text < end) {
		ps->field.p = text;
		while (text < end && *text != ',' && *text != '\n')
			text++;
		ps->field.len = text - ps->field.p;
		text++;
		if (ps->field.len == 0)
			continue;
		err = parse_field(ps);
		if (err)
			return err;
	}
	return 0;
}

/* --- what the keys must say together --- */

static const char *first_name(unsigned int set)
{
	unsigned int i;

	for (i = 0; i < KEYS - 1; i++)
		if (set & SEEN(i))
			break;
	return keys[i].name;
}

static int missing_keys(struct parser *ps, unsigned int missing)
{
	char *buf = ps->msgs->error;
	size_t size = sizeof(ps->msgs->error);
	const char *sep = ": ";
	unsigned int i;
	size_t n;

	n = scnprintf(buf, size, "target creation request is missing one or more parameters");
	for (i = 0; i < KEYS; i++) {
		if (!(missing & SEEN(i)))
			continue;
		n += scnprintf(buf + n, size - n, "%s%s", sep, keys[i].name);
		sep = ", ";
	}
	if (!(ps->seen & (IB_KEYS | RDMA_KEYS)))
		scnprintf(buf + n, size - n,
			  "%sdgid, pkey and service_id (IB/CM) or dest (RDMA/CM)", sep);
	return -EINVAL;
}

static int check_keys(struct parser *ps)
{
	unsigned int ib = ps->seen & IB_KEYS;
	unsigned int rdma = ps->seen & RDMA_KEYS;
	unsigned int wanted = COMMON_KEYS;

	if (ib && rdma)
		return fail(ps, -EINVAL,
			    "parameters %s and %s exclude each other (use dgid, pkey and service_id for IB/CM, or dest and src for RDMA/CM)",
			    first_name(ib), first_name(rdma));
	if (ib)
		wanted |= IB_KEYS;
	if (rdma)
		wanted |= SEEN(KEY_DEST);
	if ((ps->seen & wanted) != wanted || (!ib && !rdma))
		return missing_keys(ps, wanted & ~ps->seen);
	ps->opt->cm = rdma ? SRP_CM_RDMA : SRP_CM_IB;
	return 0;
}

int srp_options_parse(const char *text, size_t len,
		      const struct srp_option_defaults *def,
		      struct srp_options *opt, struct srp_option_msgs *msgs)
{
	struct parser ps = { .def = def, .opt = opt, .msgs = msgs };
	int err;

	msgs->error[0] = '\0';
	msgs->warning[0] = '\0';
	memset(opt, 0, sizeof(*opt));
	opt->io_class = SRP_IO_CLASS_REV16A;
	opt->queue_size = SRP_DEFAULT_QUEUE_SIZE;
	opt->max_cmd_per_lun = SRP_DEFAULT_CMD_PER_LUN;
	opt->tl_retry_count = SRP_DEFAULT_TL_RETRY_COUNT;
	opt->cmd_sg_entries = def->cmd_sg_entries;
	opt->sg_tablesize = def->sg_tablesize;
	opt->allow_ext_sg = def->allow_ext_sg;

	err = parse_fields(&ps, text, len);
	if (err)
		return err;
	err = check_keys(&ps);
	if (err)
		return err;

	if ((ps.seen & SEEN(KEY_MAX_CMD_PER_LUN)) && opt->max_cmd_per_lun > opt->queue_size)
		snprintf(msgs->warning, sizeof(msgs->warning),
			 "cmd_per_lun = %d > queue_size = %d",
			 (int)opt->max_cmd_per_lun, (int)opt->queue_size);
	return 0;
}

/* --- addresses as text --- */

/* The longest run of zero groups, of at least two, is written as "::" (RFC 5952 4.2). */
static void find_zero_run(const __u8 *ip, int *start, int *len)
{
	int i, run = 0;

	*start = -1;
	*len = 1;
	for (i = 0; i < 8; i++) {
		run = ip[2 * i] || ip[2 * i + 1] ? 0 : run + 1;
		if (run > *len) {
			*len = run;
			*start = i - run + 1;
		}
	}
}

static int format_ipv6(char *buf, size_t size, const __u8 *ip)
{
	int start, len, i, n = 0;

	find_zero_run(ip, &start, &len);
	for (i = 0; i < 8; i++) {
		if (i == start) {
			n += scnprintf(buf + n, size - n, "::");
			i += len - 1;
			continue;
		}
		n += scnprintf(buf + n, size - n, "%s%x",
			       i && i != start + len ? ":" : "", ip[2 * i] << 8 | ip[2 * i + 1]);
	}
	return n;
}

int srp_addr_format(char *buf, size_t size, const struct srp_addr *addr)
{
	const __u8 *ip = addr->ip;
	char port[8] = "";
	char v6[40];

	if (addr->port)
		snprintf(port, sizeof(port), ":%u", addr->port);
	switch (addr->family) {
	case SRP_ADDR_IPV4:
		return snprintf(buf, size, "%u.%u.%u.%u%s", ip[0], ip[1], ip[2], ip[3], port);
	case SRP_ADDR_IPV6:
		format_ipv6(v6, sizeof(v6), ip);
		return snprintf(buf, size, "[%s%s%s]%s", v6, addr->scope[0] ? "%" : "",
				addr->scope, port);
	case SRP_ADDR_NONE:
		break;
	}
	return snprintf(buf, size, "%s", "");
}
