// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux up to 5.0: softirqs have a grace period of their own; from 4.20 on every one waits for them. */
#include <linux/rcupdate.h>
void probe(void);
void probe(void)
{
	synchronize_sched();
}
