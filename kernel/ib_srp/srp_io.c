// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Submit one command. */
#include <linux/blk-mq.h>
#include "srp_io.h"
#include "srp_log.h"
#include "srp_map.h"

/* --- results of commands that end early --------------------------------------- */

int srp_result_disrupted(struct srp_ch *ch, const struct scsi_cmnd *cmd)
{
	const struct request *rq = scsi_cmd_to_rq((struct scsi_cmnd *)cmd);
	const struct srp_rport *rport = READ_ONCE(ch->target->rport);

	if (blk_rq_is_passthrough((struct request *)rq))
		return DID_TRANSPORT_DISRUPTED << 16;
	/* "Disrupted" would be retried, that is, held back with the device. */
	if ((rq->cmd_flags & REQ_FAILFAST_TRANSPORT) && rport &&
	    READ_ONCE(rport->tmo.fast_io_fail) >= 0)
		return DID_TRANSPORT_FAILFAST << 16;
	return DID_REQUEUE << 16;
}

int srp_result_reset(struct srp_ch *ch, const struct scsi_cmnd *cmd)
{
	return DID_RESET << 16;
}

/* --- submit --------------------------------------------------------------------- */

static int srp_complete_now(struct scsi_cmnd *cmd, int result)
{
	cmd->result = result;
	scsi_done(cmd);
	return 0;
}

/* The path is given up, for now or for ever; without rport it is a user's scan during login. */
static int srp_refuse_given_up(struct scsi_cmnd *cmd, const struct srp_rport *rport)
{
	bool for_now = rport && READ_ONCE(rport->state) == SRP_RPORT_FAIL_FAST;

	return srp_complete_now(cmd, (for_now ? DID_TRANSPORT_FAILFAST : DID_NO_CONNECT) << 16);
}

/* A passthrough command that was never sent is safe to try later. */
static bool srp_may_wait(struct srp_ch *ch, struct scsi_cmnd *cmd)
{
	struct request *rq = scsi_cmd_to_rq(cmd);

	if (blk_rq_is_passthrough(rq))
		return !(rq->cmd_flags & REQ_FAILFAST_TRANSPORT);
	return srp_result_disrupted(ch, cmd) == DID_REQUEUE << 16;
}

/* The channel is down and the rport has not decided yet. */
static int srp_refuse_dead(struct srp_ch *ch, struct scsi_cmnd *cmd)
{
	struct srp_rport *rport = READ_ONCE(ch->target->rport);

	if (!srp_may_wait(ch, cmd))
		return srp_complete_now(cmd, srp_result_disrupted(ch, cmd));
	/* A path checker's command repeats itself; it must not make the others wait. */
	if (rport && !blk_rq_is_passthrough(scsi_cmd_to_rq(cmd)))
		srp_rport_hold_io(rport, cmd->device);
	return SCSI_MLQUEUE_HOST_BUSY;
}

static int srp_map_failed(struct scsi_cmnd *cmd, int err)
{
	/* Fewer commands at a time need fewer MRs; other reasons do not go away. */
	if (err == -ENOMEM)
		return srp_complete_now(cmd, SAM_STAT_TASK_SET_FULL);
	return srp_complete_now(cmd, DID_ERROR << 16);
}

/* A number whose first byte on the wire is its most significant (SAM-5 4.7). */
static u64 srp_sam_lun(u64 lun)
{
	if (likely(lun < 0x10000))
		return lun << 48;
	return (lun & 0xffff) << 48 | (lun >> 16 & 0xffff) << 32 |
		(lun >> 32 & 0xffff) << 16 | lun >> 48;
}

/*
 * So many stale MRs make the next command carry their invalidation: enough for the HCA to
 * fence rarely, few enough not to delay that command.
 */
#define SRP_STALE_MRS	8u

static int srp_commit(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd)
{
	struct ib_send_wr *first = req->first_wr, *last;
	struct srp_mr_pool *pool = &ch->mr_pool;
	unsigned int nr_wr = req->nr_wr;
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&ch->lock, flags);
	if (unlikely(ch->credits <= SRP_CREDIT_RESERVE)) {
		ch->zero_req_lim++;
		ret = -EAGAIN;
		goto unlock;
	}
	/* Owned before it is posted: the answer may be faster than the return. */
	req->cmd = cmd;
	/* Posting must not fail for want of room then. */
	if (unlikely(pool->nr_stale >= SRP_STALE_MRS &&
		     ch->sq_free >= nr_wr + srp_mr_batch(pool))) {
		nr_wr += srp_mr_batch(pool);
		first = srp_mr_clean_stale(pool, first, &last);
	}
	ret = srp_ch_post(ch, first, &req->wr, nr_wr);
	if (unlikely(ret)) {
		req->cmd = NULL;
		goto unlock;
	}
	ch->credits--;
	ch->outstanding++;
unlock:
	spin_unlock_irqrestore(&ch->lock, flags);
	return ret;
}

static int srp_submit(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd)
{
	unsigned int hdr_len;
	int len, ret;

	/* The error handler may send something in the name of a command that is still out. */
	if (unlikely(req->cmd))
		return SCSI_MLQUEUE_HOST_BUSY;
	req->tag += SRP_TAG_GENERATION;
	hdr_len = srp_build_cmd(req->iu.buf, req->tag, srp_sam_lun(cmd->device->lun),
				cmd->cmnd, cmd->cmd_len);
	len = srp_map_data(ch, req, cmd, hdr_len);
	if (unlikely(len < 0))
		return srp_map_failed(cmd, len);
	req->sge.length = len;
	srp_iu_to_device(ch->sdev, &req->iu, len);
	ret = srp_commit(ch, req, cmd);
	if (likely(!ret))
		return 0;
	srp_map_undo(ch, req, cmd);
	switch (ret) {
	case -EAGAIN:
		return SCSI_MLQUEUE_HOST_BUSY;
	case -ENOTCONN:
		return srp_refuse_dead(ch, cmd);
	default:
		/* The HCA does not take it. Retries are counted, so that this ends. */
		return srp_complete_now(cmd, DID_ERROR << 16);
	}
}

kc_qc_status_t srp_queuecommand(struct Scsi_Host *shost, struct scsi_cmnd *cmd)
{
	struct srp_target *target = srp_host_to_target(shost);
	u32 tag = kc_cmd_tag(cmd);
	struct srp_ch *ch = &target->ch[blk_mq_unique_tag_to_hwq(tag)];
	const struct srp_rport *rport;
	int ret;

	/* The rport, MRs and the QP stay while this section lasts; see srp_ch_destroy_qp(). */
	rcu_read_lock();
	rport = READ_ONCE(target->rport);
	if (unlikely(!rport || READ_ONCE(rport->state) >= SRP_RPORT_FAIL_FAST))
		ret = srp_refuse_given_up(cmd, rport);
	/* Pairs with srp_ch_set_live(): what was granted is visible. */
	else if (likely(kc_load_acquire(&ch->live)))
		ret = srp_submit(ch, &ch->reqs[blk_mq_unique_tag_to_tag(tag)], cmd);
	else
		ret = srp_refuse_dead(ch, cmd);
	rcu_read_unlock();
	return ret;
}
