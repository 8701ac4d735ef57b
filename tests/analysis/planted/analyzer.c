// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A mistake that gcc -fanalyzer has to find, across a call: memory is freed twice. */
#include <stdlib.h>

void drop(char *p);
void drop_twice(char *p);

void drop(char *p)
{
	free(p);
}

void drop_twice(char *p)
{
	drop(p);
	drop(p);
}
