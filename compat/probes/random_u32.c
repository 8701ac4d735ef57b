// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.11: get_random_u32(). */
#include <linux/random.h>
u32 probe(void);
u32 probe(void)
{
	return get_random_u32();
}
