/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/slab.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SLAB_H
#define SRP_COMPAT_SLAB_H

#include_next <linux/slab.h>

/* compat/src/mem.c. */
#ifndef KC_HAS_KVCALLOC
void *kvcalloc(size_t n, size_t size, gfp_t flags);
void kvfree(const void *p);
#endif

#endif /* SRP_COMPAT_SLAB_H */
