/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one registration covers, as a list of pages. Pure arithmetic. */
#ifndef SRP_COMPAT_PAGES_H
#define SRP_COMPAT_PAGES_H

#include <linux/types.h>

struct kc_pages {
	u64		*page;	/* DMA addresses of pages; @max entries */
	unsigned int	max;
	unsigned int	size;	/* bytes of a page, a power of two */
	unsigned int	nr;
	u64		iova;	/* where it begins, in the first page */
	u64		end;	/* where the last piece ended */
	unsigned int	len;	/* bytes */
};

/* Nothing yet; @page: room for @max pages of @size bytes. */
static inline void kc_pages_init(struct kc_pages *p, u64 *page, unsigned int max, unsigned int size)
{
	p->page = page;
	p->max = max;
	p->size = size;
	p->nr = 0;
	p->iova = 0;
	p->end = 0;
	p->len = 0;
}

/* Where the first page begins, which FMRs are told, while the target is told iova. */
static inline u64 kc_pages_base(const struct kc_pages *p)
{
	return p->iova & ~(u64)(p->size - 1);
}

/**
 * kc_pages_add - append a piece of memory
 * @addr, @len: DMA address and bytes, at least one
 *
 * A gap is possible only between whole pages (IBA 10.6.4: all pages but the first and the
 * last are covered completely).
 * Return: bytes that were appended; less than @len if the list is full, 0 also if there is a gap.
 */
static inline unsigned int kc_pages_add(struct kc_pages *p, u64 addr, unsigned int len)
{
	u64 mask = p->size - 1;
	u64 page = addr & ~mask;
	u64 end = addr + len;

	if (!p->len) {
		p->iova = addr;
	} else if (addr != p->end) {
		if ((addr | p->end) & mask)
			return 0;
	} else if (addr & mask) {
		page += p->size;	/* the one that it begins in is there */
	}
	for (; page < end && p->nr < p->max; page += p->size)
		p->page[p->nr++] = page;
	if (end > page)
		end = page;
	if (end <= addr)
		return 0;
	len = end - addr;
	p->len += len;
	p->end = end;
	return len;
}

#endif /* SRP_COMPAT_PAGES_H */
