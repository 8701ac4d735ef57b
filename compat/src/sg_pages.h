/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A mapped scatterlist as a list of pages. */
#ifndef SRP_COMPAT_SG_PAGES_H
#define SRP_COMPAT_SG_PAGES_H

#include <linux/scatterlist.h>
#include "pages.h"

/**
 * kc_pages_add_sg - append as much of a scatterlist as one registration takes
 * @offset: in the first entry, updated to where it ended inside an entry; or NULL for 0
 *
 * Return: entries used up.
 */
static inline int kc_pages_add_sg(struct kc_pages *p, struct scatterlist *sg, int n, unsigned int *offset)
{
	unsigned int begin = offset ? *offset : 0;
	unsigned int rest, len;
	int i;

	for (i = 0; i < n; i++, sg = sg_next(sg), begin = 0) {
		rest = sg_dma_len(sg) - begin;
		len = kc_pages_add(p, sg_dma_address(sg) + begin, rest);
		if (len < rest) {
			begin += len;
			break;
		}
	}
	if (offset)
		*offset = begin;
	return i;
}

#endif /* SRP_COMPAT_SG_PAGES_H */
