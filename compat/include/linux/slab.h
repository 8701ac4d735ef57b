/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/slab.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SLAB_H
#define SRP_COMPAT_SLAB_H

#include_next <linux/slab.h>

#ifndef KC_HAS_KVCALLOC
#include <linux/mm.h>
#include <linux/vmalloc.h>

/* For GFP_KERNEL only, as main code needs it. Freed with kvfree(). */
static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	void *p = kcalloc(n, size, flags | __GFP_NOWARN);

	if (p || (size && n > SIZE_MAX / size))
		return p;
	return vzalloc(n * size);
}
#endif

#endif /* SRP_COMPAT_SLAB_H */
