// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.11: linux/sched/mm.h and linux/sched/signal.h. */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
int probe(void);
int probe(void)
{
	return 0;
}
