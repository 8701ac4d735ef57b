// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.39: kstrtouint() and relatives. */
#include <linux/kernel.h>
int probe(const char *s, unsigned int *u, int *i);
int probe(const char *s, unsigned int *u, int *i)
{
	return kstrtouint(s, 0, u) + kstrtoint(s, 0, i);
}
