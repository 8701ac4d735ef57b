// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Compiles with every kernel; if it does not, probing is broken. */
#include <linux/module.h>
int probe(void);
int probe(void) { return 0; }
