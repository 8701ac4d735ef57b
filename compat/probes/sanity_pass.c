// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Compiles with every kernel; if it does not, probing is broken. */
#include <linux/module.h>
#if defined(CONFIG_X86_64) && defined(__SSE2__)
/* Old kernels drop the flags that a compiler refuses, and one that makes PIE by default refuses most. */
#error "the kernel's own flags let SSE instructions in, which would destroy user space's registers; try CC='gcc -fno-pie'"
#endif
int probe(void);
int probe(void) { return 0; }
