/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many of each kind of object exist. Looked at when the module is unloaded:
 * every number must be back at zero. Control path only.
 */
#ifndef SRP_COUNT_H
#define SRP_COUNT_H

enum srp_object {
	SRP_OBJ_TARGET,
	SRP_OBJ_QP,
	SRP_OBJ_CQ,
	SRP_OBJ_MR,
	SRP_OBJ_IU,
	SRP_OBJ_CM_ID,
	SRP_OBJ_COMMAND,	/* commands that a channel still owned when it was freed */
	SRP_OBJ_KINDS
};

void srp_count_add(enum srp_object kind, int n);

/* Log one line for each kind that is not at zero. */
void srp_count_report(void);

#endif /* SRP_COUNT_H */
