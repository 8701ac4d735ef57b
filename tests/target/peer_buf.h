/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A buffer for the data of one command, in pieces that the kernel can always allocate and an HCA can reach. */
#ifndef PEER_BUF_H
#define PEER_BUF_H

#include <linux/types.h>

#define PEER_CHUNK	32768		/* bytes */
#define PEER_MAX_DATA	(32U << 20)	/* bytes in one command */

struct peer_buf {
	u32 len;			/* bytes, all chunks together */
	u32 nr;
	void *chunk[];			/* PEER_CHUNK bytes each */
};

/* May sleep. Return: zeroed buffer of @len bytes (0 is all right), or NULL. */
struct peer_buf *peer_buf_alloc(u32 len);
void peer_buf_free(struct peer_buf *buf);

/* Copies at most what lies inside the buffer. Return: bytes copied. */
u32 peer_buf_fill(struct peer_buf *buf, u32 at, const void *src, u32 len);
u32 peer_buf_read(const struct peer_buf *buf, u32 at, void *dst, u32 len);

#endif /* PEER_BUF_H */
