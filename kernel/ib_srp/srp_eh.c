// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * SCSI error handler: abort, LUN reset, host reset.
 *
 * A command belongs to its channel until a finisher claims it. A task management
 * request that fails claims nothing, so that the next step still finds the command.
 */
#include <linux/blk-mq.h>
#include <scsi/scsi_eh.h>
#include "srp_channels.h"
#include "srp_eh.h"
#include "srp_io.h"
#include "srp_log.h"
#include "srp_target.h"

#define SRP_TSK_MGMT_TIMEOUT_MS	5000

/* Remember which commands of @sdev are out on this channel. Channel lock and tm_mutex held. */
static void srp_doom(struct srp_ch *ch, const struct scsi_device *sdev)
{
	unsigned int i;

	lockdep_assert_held(&ch->lock);
	for (i = 0; i < ch->queue_size; i++) {
		struct srp_req *req = &ch->reqs[i];

		req->doomed_tag = req->cmd && req->cmd->device == sdev ? req->tag : 0;
	}
}

/*
 * Send one task management request and wait for its answer. @doomed: device whose
 * outstanding commands are marked at the moment of sending, or NULL.
 * Context: tm_mutex held. Return: response code (0 = complete), or -errno.
 */
static int srp_tm_request(struct srp_ch *ch, u64 lun, u8 func, u64 task_tag,
			  const struct scsi_device *doomed)
{
	unsigned long flags;
	int ret;

	lockdep_assert_held(&ch->tm_mutex);
	spin_lock_irqsave(&ch->lock, flags);
	/* The send queue may go at any time then. */
	if (!ch->live) {
		ret = -ENOTCONN;
		goto unlock;
	}
	if (ch->credits < 1) {
		ret = -EAGAIN;
		goto unlock;
	}
	/* Bit 31 set, bit 30 clear: neither a command's nor a probe's tag. */
	ch->tm_tag = ((ch->tm_tag + 1) & ~SRP_TAG_PROBE) | SRP_TAG_TSK_MGMT;
	if (ch->tm.busy)
		srp_ch_poll_send(ch);
	if (ch->tm.busy) {
		ret = -EBUSY;
		goto unlock;
	}
	if (doomed)
		srp_doom(ch, doomed);
	reinit_completion(&ch->tm_done);
	srp_build_tsk_mgmt(ch->tm.iu.buf, ch->tm_tag, lun, func, task_tag);
	ch->tm_status = SRP_TM_WAITING;
	ret = srp_ctl_post(&ch->tm, sizeof(struct srp_tsk_mgmt));
	if (ret) {
		ch->tm_status = ret;
		goto unlock;
	}
	ch->credits--;
	spin_unlock_irqrestore(&ch->lock, flags);

	wait_for_completion_timeout(&ch->tm_done, msecs_to_jiffies(SRP_TSK_MGMT_TIMEOUT_MS));

	spin_lock_irqsave(&ch->lock, flags);
	if (ch->tm_status == SRP_TM_WAITING)
		ch->tm_status = -ETIMEDOUT;
	ret = ch->tm_status;
	/* An answer without response data says nothing. */
	if (ret == -1)
		ret = -EPROTO;
unlock:
	spin_unlock_irqrestore(&ch->lock, flags);
	return ret;
}

static bool srp_owns(struct srp_ch *ch, const struct srp_req *req,
		     const struct scsi_cmnd *cmd, u64 *tag)
{
	unsigned long flags;
	bool owns;

	spin_lock_irqsave(&ch->lock, flags);
	owns = req->cmd == cmd;
	*tag = req->tag;
	spin_unlock_irqrestore(&ch->lock, flags);
	return owns;
}

/* Take the command without completing it: the error handler does that. */
static void srp_take_aborted(struct srp_ch *ch, struct srp_req *req, u64 tag)
{
	struct scsi_cmnd *cmd = NULL;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	if (req->tag == tag)
		cmd = srp_ch_claim(ch, req);
	spin_unlock_irqrestore(&ch->lock, flags);
	if (!cmd)
		return;
	srp_req_unmap(ch->sdev, req, cmd);
	cmd->result = DID_ABORT << 16;
	kc_cmd_taken(cmd);
}

/*
 * What to answer when the transport is the problem. While a channel owns a command the
 * error handler must not have it: it goes on to the host reset.
 */
static int srp_eh_failed(struct srp_target *target)
{
	return READ_ONCE(target->rport->state) >= SRP_RPORT_FAIL_FAST && srp_channels_idle(target) ?
		FAST_IO_FAIL : FAILED;
}

static int srp_do_abort(struct srp_target *target, struct scsi_cmnd *cmd)
{
	u32 utag = kc_cmd_tag(cmd);
	struct srp_ch *ch = &target->ch[blk_mq_unique_tag_to_hwq(utag)];
	struct srp_req *req = &ch->reqs[blk_mq_unique_tag_to_tag(utag)];
	struct scsi_lun lun;
	u64 tag;
	int ret;

	if (!srp_owns(ch, req, cmd, &tag))
		return SUCCESS;
	shost_printk(KERN_ERR, target->shost, "Sending SRP abort for tag %#x\n", utag);
	int_to_scsilun(cmd->device->lun, &lun);
	mutex_lock(&ch->tm_mutex);
	ret = srp_tm_request(ch, be64_to_cpup((__be64 *)&lun), SRP_TMF_ABORT_TASK, tag, NULL);
	mutex_unlock(&ch->tm_mutex);
	/* Its response may have arrived meanwhile, or the connection broke and it was finished. */
	if (!srp_owns(ch, req, cmd, &tag))
		return SUCCESS;
	if (ret) {
		srp_err(target->shost, "abort of tag %#x failed (%d)\n", utag, ret);
		return srp_eh_failed(target);
	}
	srp_take_aborted(ch, req, tag);
	return SUCCESS;
}

static bool srp_carries(struct srp_ch *ch, const struct scsi_device *sdev)
{
	unsigned long flags;
	bool found = false;
	unsigned int i;

	spin_lock_irqsave(&ch->lock, flags);
	for (i = 0; !found && i < ch->queue_size; i++)
		found = ch->reqs[i].cmd && ch->reqs[i].cmd->device == sdev;
	spin_unlock_irqrestore(&ch->lock, flags);
	return found;
}

/*
 * One channel delivers in order: everything that was doomed has arrived before the
 * reset, and is no more.
 */
static int srp_reset_lun_on(struct srp_ch *ch, struct scsi_device *sdev)
{
	struct scsi_lun lun;
	unsigned int i;
	int ret;

	int_to_scsilun(sdev->lun, &lun);
	mutex_lock(&ch->tm_mutex);
	ret = srp_tm_request(ch, be64_to_cpup((__be64 *)&lun), SRP_TMF_LUN_RESET, 0xffffffffULL,
			     sdev);
	for (i = 0; !ret && i < ch->queue_size; i++)
		if (ch->reqs[i].doomed_tag)
			srp_req_finish(ch, &ch->reqs[i], ch->reqs[i].doomed_tag,
				       srp_result_reset);
	mutex_unlock(&ch->tm_mutex);
	if (ret)
		srp_err(ch->shost, "reset of LUN %llu on channel %u failed (%d)\n",
			(u64)sdev->lun, ch->index, ret);
	return ret;
}

/* On every channel that carries commands for the LUN, in any case on the first. */
static int srp_do_reset_device(struct srp_target *target, struct scsi_cmnd *cmd)
{
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		if ((i == 0 || srp_carries(&target->ch[i], cmd->device)) &&
		    srp_reset_lun_on(&target->ch[i], cmd->device))
			return srp_eh_failed(target);
	return SUCCESS;
}

static int srp_do_reset_host(struct srp_target *target, struct scsi_cmnd *cmd)
{
	switch (srp_target_reset(target)) {
	case 0:
		return SUCCESS;
	case -ENOTCONN:
		return FAST_IO_FAIL;
	default:
		return FAILED;
	}
}

/* Keep the channels in place meanwhile; without them everything has been finished. */
static int srp_eh(struct scsi_cmnd *cmd,
		  int (*fn)(struct srp_target *target, struct scsi_cmnd *cmd))
{
	struct srp_target *target = srp_host_to_target(cmd->device->host);
	int ret = FAST_IO_FAIL;

	down_read(&target->eh_sem);
	if (!target->gone)
		ret = fn(target, cmd);
	up_read(&target->eh_sem);
	/* Whoever claimed a command a moment ago has completed it after this. */
	if (ret != FAILED)
		synchronize_rcu();
	return ret;
}

int srp_abort(struct scsi_cmnd *cmd)
{
	shost_printk(KERN_ERR, cmd->device->host, "SRP abort called\n");
	return srp_eh(cmd, srp_do_abort);
}

int srp_reset_device(struct scsi_cmnd *cmd)
{
	shost_printk(KERN_ERR, cmd->device->host, "SRP reset_device called\n");
	return srp_eh(cmd, srp_do_reset_device);
}

int srp_reset_host(struct scsi_cmnd *cmd)
{
	srp_err(cmd->device->host, "SRP reset_host called\n");
	return srp_eh(cmd, srp_do_reset_host);
}
