// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Compiles with no kernel; if it does, probing is broken. */
#include <linux/module.h>
int probe(void);
int probe(void) { return no_kernel_has_this_function(); }
