// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.13: linux/build_bug.h. */
#include <linux/build_bug.h>
int probe(void);
int probe(void)
{
	return 0;
}
