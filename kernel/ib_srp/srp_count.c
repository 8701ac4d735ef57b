// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Object counters for the leak report at unload. */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include "srp_count.h"
#include "srp_log.h"

static atomic_t srp_counts[SRP_OBJ_KINDS];

void srp_count_add(enum srp_object kind, int n)
{
	atomic_add(n, &srp_counts[kind]);
}

void srp_count_report(void)
{
	static const char * const names[SRP_OBJ_KINDS] = {
		[SRP_OBJ_TARGET] = "targets",
		[SRP_OBJ_QP] = "queue pairs",
		[SRP_OBJ_CQ] = "completion queues",
		[SRP_OBJ_MR] = "memory regions",
		[SRP_OBJ_IU] = "information units",
		[SRP_OBJ_CM_ID] = "communication identifiers",
		[SRP_OBJ_COMMAND] = "unfinished commands",
	};
	int i;

	for (i = 0; i < SRP_OBJ_KINDS; i++)
		if (atomic_read(&srp_counts[i]))
			pr_err(SRP_PFX "leak: %d %s\n", atomic_read(&srp_counts[i]), names[i]);
}
