// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arrays of any size, for kernels without kvcalloc() (before 4.18) or kvfree() (before 3.15). */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#ifndef KC_HAS_KVCALLOC
/* For GFP_KERNEL only, as main code needs it. Freed with kvfree(). */
void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	void *p = kcalloc(n, size, flags | __GFP_NOWARN);

	if (p || (size && n > SIZE_MAX / size))
		return p;
	return __vmalloc(n * size, flags | __GFP_HIGHMEM | __GFP_ZERO, PAGE_KERNEL);
}

#ifndef KC_HAS_KVFREE
void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}
#endif
#endif
