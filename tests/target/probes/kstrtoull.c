// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.39: numbers of 64 bits from text. */
#include <linux/kernel.h>
int probe(const char *text, unsigned long long *val);
int probe(const char *text, unsigned long long *val)
{
	return kstrtoull(text, 0, val);
}
