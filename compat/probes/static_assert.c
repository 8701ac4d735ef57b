// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.1: static_assert() with and without a message. */
#include <linux/build_bug.h>
int probe(void);
int probe(void)
{
	static_assert(sizeof(int) == 4);
	return 0;
}
