// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.15: kvfree(). */
#include <linux/mm.h>
#include <linux/slab.h>
void probe(void *p);
void probe(void *p)
{
	kvfree(p);
}
