// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: completion queues that call a function for each work request, for kernels whose RDMA core
 * does not poll (before 4.5).
 *
 * As there: IB_POLL_SOFTIRQ polls in softirq context, one CPU at a time; IB_POLL_DIRECT only when
 * ib_process_cq_direct() is called, which the caller serialises; IB_POLL_WORKQUEUE in a work item.
 */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <rdma/ib_verbs.h>

#ifndef KC_HAS_IB_CQE
/* Completions that are taken at once, and in one run before others have their turn. */
#define KC_CQ_BATCH	16
#define KC_CQ_BUDGET	256

/* The context of the queue as the core knows it. */
struct kc_cq {
	struct ib_cq		*cq;
	void			*context;	/* of the user */
	enum ib_poll_context	where;
	struct tasklet_struct	tasklet;
	struct work_struct	work;
	bool			dying;	/* events have no effect any more */
	struct ib_wc		wc[KC_CQ_BATCH];
};

void *kc_cq_context(const struct ib_cq *cq)
{
	const struct kc_cq *kcq = cq->cq_context;

	return kcq->context;
}

int ib_process_cq_direct(struct ib_cq *cq, int budget)
{
	struct kc_cq *kcq = cq->cq_context;
	int i, n, done = 0;

	do {
		n = ib_poll_cq(cq, KC_CQ_BATCH, kcq->wc);
		for (i = 0; i < n; i++)
			kc_wc_cqe(&kcq->wc[i])->done(cq, &kcq->wc[i]);
		if (n > 0)
			done += n;
	} while (n == KC_CQ_BATCH && (budget < 0 || done < budget));
	return done;
}

static void kc_cq_schedule(struct kc_cq *kcq)
{
	if (kcq->where == IB_POLL_WORKQUEUE)
		kc_schedule_work(&kcq->work);
	else
		tasklet_schedule(&kcq->tasklet);
}

static void kc_cq_poll(struct kc_cq *kcq)
{
	if (READ_ONCE(kcq->dying))
		return;
	/* Nothing that arrives between the last poll and the request to be told is missed. */
	if (ib_process_cq_direct(kcq->cq, KC_CQ_BUDGET) >= KC_CQ_BUDGET ||
	    ib_req_notify_cq(kcq->cq, IB_CQ_NEXT_COMP | IB_CQ_REPORT_MISSED_EVENTS) > 0)
		kc_cq_schedule(kcq);
}

static void kc_cq_tasklet(unsigned long data)
{
	kc_cq_poll((struct kc_cq *)data);
}

static void kc_cq_work(struct work_struct *work)
{
	kc_cq_poll(container_of(work, struct kc_cq, work));
}

static void kc_cq_event(struct ib_cq *cq, void *context)
{
	kc_cq_schedule(context);
}

/* Nobody asks to be told, but some adapters tell whoever has outstanding work requests at the end. */
static void kc_cq_no_event(struct ib_cq *cq, void *context)
{
}

static struct ib_cq *kc_create_cq(struct ib_device *dev, void (*handler)(struct ib_cq *, void *),
				  struct kc_cq *kcq, int nr_cqe, int comp_vector)
{
#ifdef KC_HAS_RDMA_PORTS
	struct ib_cq_init_attr attr = { .cqe = nr_cqe, .comp_vector = comp_vector };

	return ib_create_cq(dev, handler, NULL, kcq, &attr);
#else
	return ib_create_cq(dev, handler, NULL, kcq, nr_cqe, comp_vector);
#endif
}

struct ib_cq *ib_alloc_cq(struct ib_device *dev, void *context, int nr_cqe, int comp_vector,
			  enum ib_poll_context poll_ctx)
{
	struct kc_cq *kcq = kzalloc(sizeof(*kcq), GFP_KERNEL);
	struct ib_cq *cq;
	int ret;

	if (!kcq)
		return ERR_PTR(-ENOMEM);
	kcq->context = context;
	kcq->where = poll_ctx;
	tasklet_init(&kcq->tasklet, kc_cq_tasklet, (unsigned long)kcq);
	INIT_WORK(&kcq->work, kc_cq_work);
	cq = kc_create_cq(dev, poll_ctx == IB_POLL_DIRECT ? kc_cq_no_event : kc_cq_event, kcq,
			  nr_cqe, comp_vector);
	if (IS_ERR(cq)) {
		ret = PTR_ERR(cq);
		goto free_kcq;
	}
	kcq->cq = cq;
	if (poll_ctx == IB_POLL_DIRECT)
		return cq;
	ret = ib_req_notify_cq(cq, IB_CQ_NEXT_COMP);
	if (ret)
		goto destroy_cq;
	return cq;

destroy_cq:
	ib_destroy_cq(cq);
free_kcq:
	kfree(kcq);
	return ERR_PTR(ret);
}

static void kc_cq_wait(struct kc_cq *kcq)
{
	tasklet_kill(&kcq->tasklet);
	cancel_work_sync(&kcq->work);
}

void ib_free_cq(struct ib_cq *cq)
{
	struct kc_cq *kcq = cq->cq_context;

	/* The queue pairs are gone: what would be found are flushes at most. */
	WRITE_ONCE(kcq->dying, true);
	kc_cq_wait(kcq);
	ib_destroy_cq(cq);
	/* An event that was on its way. */
	kc_cq_wait(kcq);
	kfree(kcq);
}
#endif
