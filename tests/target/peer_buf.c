// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "peer_buf.h"
#include "peer_compat.h"

void peer_buf_free(struct peer_buf *buf)
{
	u32 i;

	if (!buf)
		return;
	for (i = 0; i < buf->nr; i++)
		kfree(buf->chunk[i]);
	kvfree(buf);
}

struct peer_buf *peer_buf_alloc(u32 len)
{
	u32 nr = DIV_ROUND_UP(len, PEER_CHUNK);
	struct peer_buf *buf;

	buf = kvcalloc(1, struct_size(buf, chunk, nr), GFP_KERNEL);
	if (!buf)
		return NULL;
	buf->len = len;
	for (; buf->nr < nr; buf->nr++) {
		buf->chunk[buf->nr] = kzalloc(PEER_CHUNK, GFP_KERNEL);
		if (!buf->chunk[buf->nr]) {
			peer_buf_free(buf);
			return NULL;
		}
	}
	return buf;
}

u32 peer_buf_fill(struct peer_buf *buf, u32 at, const void *src, u32 len)
{
	u32 done = 0;

	len = min(len, buf->len - min(at, buf->len));
	while (done < len) {
		u32 n = min_t(u32, len - done, PEER_CHUNK - (at + done) % PEER_CHUNK);

		memcpy(buf->chunk[(at + done) / PEER_CHUNK] + (at + done) % PEER_CHUNK, src + done, n);
		done += n;
	}
	return len;
}

u32 peer_buf_read(const struct peer_buf *buf, u32 at, void *dst, u32 len)
{
	u32 done = 0;

	len = min(len, buf->len - min(at, buf->len));
	while (done < len) {
		u32 n = min_t(u32, len - done, PEER_CHUNK - (at + done) % PEER_CHUNK);

		memcpy(dst + done, buf->chunk[(at + done) / PEER_CHUNK] + (at + done) % PEER_CHUNK, n);
		done += n;
	}
	return len;
}
