/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The login string that is written to add_target. Pure: a table of setters
 * fills a plain value; nothing is allocated, so a bad string leaves nothing behind.
 */
#ifndef SRP_OPTIONS_H
#define SRP_OPTIONS_H

#include <linux/types.h>

/* How to reach the target. */
enum srp_cm_kind {
	SRP_CM_IB,	/* dgid, pkey, service_id */
	SRP_CM_RDMA,	/* dest, src */
};

/* An address as written in a login string. */
struct srp_addr {
	enum { SRP_ADDR_NONE, SRP_ADDR_IPV4, SRP_ADDR_IPV6 } family;
	__u8 ip[16];		/* network order, the first 4 for IPv4 */
	__u16 port;		/* host order, 0 if not given */
	char scope[16];		/* IPv6 scope: interface name or index, "" if none */
};

struct srp_options {
	enum srp_cm_kind cm;
	__u64 id_ext;
	__u64 ioc_guid;
	__u64 initiator_ext;
	__u16 io_class;
	/* SRP_CM_IB */
	__u8 dgid[16];
	__u16 pkey;
	__u64 service_id;
	/* SRP_CM_RDMA */
	struct srp_addr dest;
	struct srp_addr src;

	unsigned int max_sect;		/* 512-byte sectors, 0 = not given */
	unsigned int queue_size;	/* commands per channel */
	unsigned int max_cmd_per_lun;
	unsigned int target_can_queue;	/* 0 = not limited */
	unsigned int cmd_sg_entries;	/* descriptors inside an SRP_CMD */
	unsigned int sg_tablesize;	/* S/G entries per command */
	unsigned int comp_vector;	/* first completion vector */
	unsigned int tl_retry_count;	/* RC retries */
	unsigned int max_it_iu_size;	/* bytes, 0 = not limited */
	unsigned int ch_count;		/* 0 = not given */
	bool allow_ext_sg;
};

#define SRP_DEFAULT_QUEUE_SIZE		62
#define SRP_DEFAULT_CMD_PER_LUN		62
#define SRP_DEFAULT_TL_RETRY_COUNT	2

/* Limits of numeric keys (inclusive). */
#define SRP_MIN_MAX_SECT	8u
#define SRP_MAX_MAX_SECT	65535u
#define SRP_MAX_QUEUE_SIZE	8192u
#define SRP_MAX_CMD_SG_ENTRIES	255u
#define SRP_MAX_CH_COUNT	4096u
#define SRP_MAX_COMP_VECTOR	65535u

/* Values that module parameters give to keys that a string leaves out. */
struct srp_option_defaults {
	unsigned int cmd_sg_entries;
	unsigned int sg_tablesize;	/* indirect_sg_entries */
	unsigned int max_sg_tablesize;	/* SG_MAX_SEGMENTS of this kernel */
	bool allow_ext_sg;
};

/* What to tell the user. */
struct srp_option_msgs {
	char error[192];	/* one sentence without newline, "" if none; names the key */
	char warning[96];	/* likewise */
};

/**
 * srp_options_parse - login string to options
 * @text: need not end with NUL; key=value fields separated by "," or newline,
 *	empty fields are skipped, a key given twice counts as given last
 * @len: bytes in @text
 * @opt: the result; contents undefined on failure
 * @msgs: always initialised
 *
 * Return: 0; -EINVAL for an unknown key, a missing value, a value that cannot be
 * parsed or is out of range, missing mandatory keys, IB/CM keys mixed with
 * RDMA/CM keys; -ERANGE for a number that does not fit its type.
 */
int srp_options_parse(const char *text, size_t len,
		      const struct srp_option_defaults *def,
		      struct srp_options *opt, struct srp_option_msgs *msgs);

/**
 * srp_addr_format - "a.b.c.d:port" or "[v6%scope]:port"
 *
 * Return: number of characters, as snprintf().
 */
int srp_addr_format(char *buf, size_t size, const struct srp_addr *addr);

#endif /* SRP_OPTIONS_H */
