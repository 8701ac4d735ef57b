/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One fault rule: its text, what it matches, when it is due. Pure: no locks, no allocation, also built in user space.
 *
 *	RULE = one ACTION and any number of conditions, separated by blanks, in any order
 *
 *	conditions, all of which must hold
 *	class=smp|gmp|ud|rc|ack|all	default: every class that the action is for
 *	from=DEVICE[/PORT]		sender
 *	slid=N dlid=N src-qpn=N qpn=N	qpn is that of the destination
 *	op=send|write|read		RC requests and what answers them
 *	mgmt=sm|sm-dr|sa|perf|dm|cm|N method=N attr=N	MADs
 *	and among the packets that match
 *	skip=N		the first N pass
 *	count=N		after N hits the rule is used up; 0, the default: never
 *	chance=N	each is hit with a probability of N per mille, default 1000
 *	seed=N		of the rule's own random numbers: the same seed hits the same packets
 *
 *	actions
 *	pass drop duplicate hold delay=MICROSECONDS flip=OFFSET bad-status=N rnr nak-access nak-op nak-invalid bad-rkey
 */
#ifndef VIB_RULE_H
#define VIB_RULE_H

#include "vib.h"

enum vib_rule_key {
	VIB_KEY_CLASS, VIB_KEY_OP, VIB_KEY_SLID, VIB_KEY_DLID, VIB_KEY_SRC_QPN, VIB_KEY_QPN, VIB_KEY_MGMT, VIB_KEY_METHOD, VIB_KEY_ATTR,
	VIB_KEY_SKIP, VIB_KEY_COUNT, VIB_KEY_CHANCE, VIB_KEY_SEED,
	VIB_KEYS
};

struct vib_rule {
	u32 given;			/* bit per key: was in the text */
	u32 value[VIB_KEYS];
	char from[16];			/* empty: any sender */
	u32 from_port;			/* 0: any */
	enum vib_action action;
	u32 arg;			/* of the action */
	u64 random;			/* state of the random numbers */
	u64 matched, hits;
};

/* Returns 0, or -EINVAL with a message that names the bad word and what was expected. Changes @text. */
int vib_rule_parse(char *text, struct vib_rule *rule, char *error, size_t error_size);
/* The same rule as text, with its figures. Returns the length. */
int vib_rule_format(const struct vib_rule *rule, char *buf, size_t size);

/* Do all conditions hold? @from and @from_port: the sender. */
bool vib_rule_matches(const struct vib_rule *rule, const struct vib_hdr *hdr, const char *from, u8 from_port);
/* Counts a packet that matches. Returns if it is hit. */
bool vib_rule_due(struct vib_rule *rule);

#endif
