// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Per-command state. */
#include <linux/slab.h>
#include "srp_ch.h"
#include "srp_count.h"
#include "srp_req.h"

static int srp_req_init(struct srp_device *sdev, struct srp_req *req, unsigned int tag,
			unsigned int iu_len, unsigned int table_len)
{
	int ret;

	req->tag = tag;
	ret = srp_iu_alloc(sdev, &req->iu, iu_len, DMA_TO_DEVICE);
	if (ret)
		return ret;
	req->sge.addr = req->iu.dma;
	req->sge.lkey = kc_pd_lkey(&sdev->pd);
	req->wr.opcode = IB_WR_SEND;
	req->wr.sg_list = &req->sge;
	req->wr.num_sge = 1;
	return table_len ? srp_iu_alloc(sdev, &req->table, table_len, DMA_TO_DEVICE) : 0;
}

struct srp_req *srp_reqs_alloc(struct srp_device *sdev, unsigned int n, unsigned int hwq,
			       unsigned int iu_len, unsigned int table_len)
{
	struct srp_req *reqs = kvcalloc(n, sizeof(*reqs), GFP_KERNEL);
	unsigned int i;

	if (!reqs)
		return NULL;
	for (i = 0; i < n; i++)
		if (srp_req_init(sdev, &reqs[i], (hwq << BLK_MQ_UNIQUE_TAG_BITS) | i,
				 iu_len, table_len))
			goto free_reqs;
	return reqs;

free_reqs:
	srp_reqs_free(sdev, reqs, n);
	return NULL;
}

void srp_reqs_free(struct srp_device *sdev, struct srp_req *reqs, unsigned int n)
{
	unsigned int i;

	if (!reqs)
		return;
	for (i = 0; i < n; i++) {
		if (reqs[i].cmd)
			srp_count_add(SRP_OBJ_COMMAND, 1);
		srp_iu_free(sdev, &reqs[i].table);
		srp_iu_free(sdev, &reqs[i].iu);
	}
	kvfree(reqs);
}

bool srp_req_finish(struct srp_ch *ch, struct srp_req *req, u64 tag, srp_result_fn result)
{
	struct scsi_cmnd *cmd = NULL;
	unsigned long flags;

	/* The error handler waits for the end of this section before it takes commands back. */
	rcu_read_lock();
	spin_lock_irqsave(&ch->lock, flags);
	if (req->tag == tag)
		cmd = srp_ch_claim(ch, req);
	spin_unlock_irqrestore(&ch->lock, flags);
	if (cmd) {
		srp_req_unmap(ch->sdev, req, cmd);
		scsi_set_resid(cmd, 0);
		cmd->result = result(ch, cmd);
		scsi_done(cmd);
	}
	rcu_read_unlock();
	return cmd;
}

void srp_reqs_finish_all(struct srp_ch *ch, srp_result_fn result)
{
	unsigned int i;

	if (!ch->reqs)
		return;
	for (i = 0; i < ch->queue_size; i++)
		srp_req_finish(ch, &ch->reqs[i], READ_ONCE(ch->reqs[i].tag), result);
}
