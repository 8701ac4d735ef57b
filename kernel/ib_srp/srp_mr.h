/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory regions for fast registration, a stack per channel.
 *
 * A command registers with REG_MR in front of its SEND. Its key stays valid when
 * the command is done and the MR returns to the stack, marked stale; whoever takes
 * that MR next puts LOCAL_INV in front of REG_MR. So one command costs one doorbell.
 * Stale MRs that nobody takes are invalidated by srp_mr_collect_stale() some time later.
 */
#ifndef SRP_MR_H
#define SRP_MR_H

#include <rdma/ib_verbs.h>
#include "srp_device.h"

struct srp_mr {
	struct ib_send_wr	inv;	/* its next is always &reg.wr */
	struct ib_reg_wr	reg;
	struct srp_mr		*next;	/* in the pool or in a request */
	bool			stale;	/* the HCA knows a key of an earlier command */
	bool			cold;	/* stale and not used since the last collection */
};

/* Protected by the lock of the channel that owns it. */
struct srp_mr_pool {
	struct srp_mr	*free;
	struct srp_mr	*all;		/* array */
	unsigned int	size;
};

/**
 * srp_mr_pool_create - allocate @size memory regions
 * @pages: pages per region
 * @reg_cqe, @inv_cqe: called for REG_MR and LOCAL_INV that fail
 *
 * Context: may sleep. Return: 0 or -errno, with nothing allocated.
 */
int srp_mr_pool_create(struct srp_mr_pool *pool, struct srp_device *sdev,
		       unsigned int size, unsigned int pages,
		       struct ib_cqe *reg_cqe, struct ib_cqe *inv_cqe);

/* All MRs, wherever they are; no work request may be outstanding. */
void srp_mr_pool_destroy(struct srp_mr_pool *pool);

static inline struct srp_mr *srp_mr_get(struct srp_mr_pool *pool)
{
	struct srp_mr *mr = pool->free;

	if (mr)
		pool->free = mr->next;
	return mr;
}

static inline void srp_mr_put(struct srp_mr_pool *pool, struct srp_mr *mr)
{
	mr->next = pool->free;
	pool->free = mr;
}

/* A list linked by next; registered ones become stale. */
static inline void srp_mr_put_list(struct srp_mr_pool *pool, struct srp_mr *list,
				   bool registered)
{
	struct srp_mr *mr = list, *next;

	for (; mr; mr = next) {
		next = mr->next;
		if (registered) {
			mr->inv.ex.invalidate_rkey = mr->reg.key;
			mr->stale = true;
			mr->cold = false;
		}
		srp_mr_put(pool, mr);
	}
}

/**
 * srp_mr_collect_stale - chain LOCAL_INV for stale MRs that stayed unused since the last call
 * @max: at most so many work requests
 * @last: last of the chain
 *
 * The caller posts the chain before it drops the lock.
 * Return: number of work requests.
 */
unsigned int srp_mr_collect_stale(struct srp_mr_pool *pool, unsigned int max,
				  struct ib_send_wr **first, struct ib_send_wr **last);

#endif /* SRP_MR_H */
