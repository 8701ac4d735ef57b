/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the peer needs of kernels besides the names and house names of ../../compat, which it is built with. */
#ifndef PEER_COMPAT_H
#define PEER_COMPAT_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <rdma/ib_cm.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>
#include <scsi/scsi.h>

#ifndef struct_size
#define struct_size(p, member, n)	(sizeof(*(p)) + sizeof(*(p)->member) * (n))
#endif
#ifndef U8_MAX
#define U8_MAX	((u8)~0U)
#define U16_MAX	((u16)~0U)
#define U32_MAX	((u32)~0U)
#define S32_MIN	((s32)(-(int)(U32_MAX >> 1) - 1))
#define U64_MAX	((u64)~0ULL)
#define S64_MIN	((s64)(-(s64)(U64_MAX >> 1) - 1))
#endif
#ifndef pr_warn_ratelimited
#define pr_warn_ratelimited(...)	do { if (printk_ratelimit()) pr_warn(__VA_ARGS__); } while (0)
#endif

#ifndef SYNCHRONIZE_CACHE_16
#define SYNCHRONIZE_CACHE_16	0x91
#endif
#ifndef SERVICE_ACTION_IN_16
#define SERVICE_ACTION_IN_16	0x9e
#endif

/* Before 2.6.33, and before 2.6.39. */
#ifndef KC_HAS_STRIM
#define strim	strstrip
#endif
#ifndef KC_HAS_KSTRTOULL
#define kstrtoull	strict_strtoull
#define kstrtoll	strict_strtoll
#endif

/* Listens for one service id. */
static inline int peer_cm_listen(struct ib_cm_id *id, __be64 service_id)
{
#if defined(KC_HAS_CM_LISTEN_COMPARE)
	return ib_cm_listen(id, service_id, 0, NULL);
#elif defined(KC_HAS_CM_LISTEN_MASK)
	return ib_cm_listen(id, service_id, 0);
#else
	return ib_cm_listen(id, service_id);
#endif
}

/* Before 5.8 the RDMA connection manager knows one reason. */
static inline int peer_rdma_reject(struct rdma_cm_id *id, const void *data, u8 len, u8 reason)
{
#ifdef KC_HAS_REJECT_REASON
	return rdma_reject(id, data, len, reason);
#else
	return rdma_reject(id, data, len);
#endif
}

static inline void peer_rdma_wr(struct ib_rdma_wr *wr, u64 remote_addr, u32 rkey)
{
#ifdef KC_HAS_TYPED_WR
	wr->remote_addr = remote_addr;
	wr->rkey = rkey;
#else
	wr->wr.wr.rdma.remote_addr = remote_addr;
	wr->wr.wr.rdma.rkey = rkey;
#endif
}

#endif /* PEER_COMPAT_H */
