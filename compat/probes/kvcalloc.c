// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.18: kvcalloc() allocates arrays of any size. */
#include <linux/mm.h>
#include <linux/slab.h>
void *probe(void);
void *probe(void)
{
	return kvcalloc(2, 4, GFP_KERNEL);
}
