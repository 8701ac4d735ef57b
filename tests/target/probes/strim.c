// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.33: a text without blanks around it. */
#include <linux/string.h>
char *probe(char *text);
char *probe(char *text)
{
	return strim(text);
}
