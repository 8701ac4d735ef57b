// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.9 to 4.10: memory may be allocated without I/O for a while; later in linux/sched/mm.h. */
#include <linux/sched.h>
void probe(void);
void probe(void)
{
	memalloc_noio_restore(memalloc_noio_save());
}
