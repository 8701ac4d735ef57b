/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory regions for fast registration, two stacks per channel.
 *
 * A command takes a clean MR and registers with REG_MR in front of its SEND. Its key stays
 * valid when the command is done and the MR becomes stale. Every few commands one carries
 * LOCAL_INV for several stale ones in front of its own work requests, so that one command
 * costs one doorbell, and so that not every command waits for the fence that many HCAs put
 * in front of LOCAL_INV (IBA 10.6.5.1). What stays stale longer the watchdog invalidates.
 *
 * Old adapters register without work requests; see kc_reg_is_wr(). Their MRs are always clean.
 */
#ifndef SRP_MR_H
#define SRP_MR_H

#include <rdma/ib_verbs.h>
#include "srp_device.h"

struct srp_mr {
	struct ib_send_wr	inv;
	struct ib_reg_wr	reg;
	struct srp_mr		*next;	/* in the pool or in a request */
	bool			stale;	/* in a request: needs LOCAL_INV before REG_MR */
};

/* Protected by the lock of the channel that owns it. */
struct srp_mr_pool {
	struct srp_mr	*clean;		/* the HCA knows no key, once it has done what is posted */
	struct srp_mr	*stale;		/* the HCA knows a key; their LOCAL_INV form a chain */
	struct srp_mr	*stale_tail;	/* undefined if there are none */
	unsigned int	nr_stale;
	struct srp_mr	*all;		/* array */
	unsigned int	size;
	struct kc_mr_pool kc;
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

/* A clean one if there is any, otherwise a stale one, NULL if all are in use. */
static inline struct srp_mr *srp_mr_get(struct srp_mr_pool *pool)
{
	struct srp_mr *mr = pool->clean;

	if (likely(mr)) {
		pool->clean = mr->next;
		return mr;
	}
	mr = pool->stale;
	if (mr) {
		pool->stale = mr->next;
		pool->nr_stale--;
		mr->stale = true;
	}
	return mr;
}

static inline void srp_mr_put_clean(struct srp_mr_pool *pool, struct srp_mr *mr)
{
	mr->next = pool->clean;
	pool->clean = mr;
}

static inline void srp_mr_put_stale(struct srp_mr_pool *pool, struct srp_mr *mr)
{
	struct srp_mr *head = pool->stale;

	mr->stale = false;
	mr->next = head;
	mr->inv.next = head ? &head->inv : NULL;
	pool->stale = mr;
	if (!head)
		pool->stale_tail = mr;
	pool->nr_stale++;
}

/* Invalidations in one chain; bounds the time with interrupts off. */
#define SRP_MR_MAX_BATCH	64u

/* How many srp_mr_clean_stale() would chain. */
static inline unsigned int srp_mr_batch(const struct srp_mr_pool *pool)
{
	return min(pool->nr_stale, SRP_MR_MAX_BATCH);
}

/**
 * srp_mr_clean_stale - put LOCAL_INV for srp_mr_batch() stale MRs in front of @next
 * @last: last of them
 *
 * There is at least one. The caller posts the chain before it drops the lock, or the channel
 * has failed. Return: first of the chain.
 */
static inline struct ib_send_wr *srp_mr_clean_stale(struct srp_mr_pool *pool,
						    struct ib_send_wr *next,
						    struct ib_send_wr **last)
{
	struct srp_mr *head = pool->stale, *tail = pool->stale_tail, *rest = NULL;
	unsigned int nr = srp_mr_batch(pool), i;

	if (unlikely(nr < pool->nr_stale)) {
		for (tail = head, i = 1; i < nr; i++)
			tail = tail->next;
		rest = tail->next;
	}
	tail->inv.next = next;
	tail->next = pool->clean;
	pool->clean = head;
	pool->stale = rest;
	pool->nr_stale -= nr;
	*last = &tail->inv;
	return &head->inv;
}

#endif /* SRP_MR_H */
