// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory regions for fast registration. */
#include <linux/err.h>
#include <linux/slab.h>
#include "srp_count.h"
#include "srp_mr.h"

int srp_mr_pool_create(struct srp_mr_pool *pool, struct srp_device *sdev,
		       unsigned int size, unsigned int pages,
		       struct ib_cqe *reg_cqe, struct ib_cqe *inv_cqe)
{
	struct srp_mr *mr;
	struct ib_mr *ibmr;
	unsigned int i;
	int ret;

	pool->clean = NULL;
	pool->stale = NULL;
	pool->nr_stale = 0;
	pool->size = 0;
	pool->all = kvcalloc(size, sizeof(*pool->all), GFP_KERNEL);
	if (!pool->all)
		return -ENOMEM;
	ret = kc_mr_pool_init(&pool->kc, sdev->pd.pd, sdev->mr_type, size, sdev->hca.mr_page_size, pages);
	if (ret) {
		kvfree(pool->all);
		pool->all = NULL;
		return ret;
	}

	for (i = 0; i < size; i++) {
		ibmr = kc_alloc_mr(&pool->kc, &pool->all[i].reg, sdev->pd.pd, sdev->mr_type, pages);
		if (IS_ERR(ibmr))
			goto destroy_pool;
		mr = &pool->all[i];
		mr->inv.opcode = IB_WR_LOCAL_INV;
		kc_wr_set_cqe(&mr->inv, inv_cqe);
		mr->reg.wr.opcode = KC_WR_REG_MR;
		kc_wr_set_cqe(&mr->reg.wr, reg_cqe);
		mr->reg.mr = ibmr;
		srp_mr_put_clean(pool, mr);
		pool->size++;
	}
	srp_count_add(SRP_OBJ_MR, size);
	return 0;

destroy_pool:
	srp_count_add(SRP_OBJ_MR, pool->size);
	srp_mr_pool_destroy(pool);
	return PTR_ERR(ibmr);
}

void srp_mr_pool_destroy(struct srp_mr_pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->size; i++)
		kc_free_mr(&pool->all[i].reg);
	kc_mr_pool_exit(&pool->kc);
	srp_count_add(SRP_OBJ_MR, -(int)pool->size);
	kvfree(pool->all);
	memset(pool, 0, sizeof(*pool));
}
