// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* RSP, CRED_REQ, AER_REQ, T_LOGOUT and answers to task management. */
#include <linux/blk-mq.h>
#include <scsi/scsi_eh.h>
#include "srp_log.h"
#include "srp_rsp.h"

/* --- SRP_RSP --------------------------------------------------------------------- */

static void srp_tm_response(struct srp_ch *ch, const struct srp_rsp_info *info)
{
	unsigned long flags;
	bool late;

	spin_lock_irqsave(&ch->lock, flags);
	ch->credits = srp_add_credits(ch->credits, info->req_lim_delta);
	late = info->tag != ch->tm_tag || ch->tm_status != SRP_TM_WAITING;
	if (!late) {
		ch->tm_status = srp_rsp_code(info);
		complete(&ch->tm_done);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	if (late)
		dev_err_ratelimited(&ch->shost->shost_gendev,
				    "Received tsk mgmt response too late for tag %#llx\n",
				    info->tag);
}

static void srp_log_unknown_tag(struct srp_ch *ch, u64 tag)
{
	const struct ib_qp *qp = READ_ONCE(ch->qp);

	dev_err_ratelimited(&ch->shost->shost_gendev,
			    "Null scmnd for RSP w/tag %#016llx received on ch %u / QP %#x\n",
			    tag, ch->index, qp ? qp->qp_num : 0);
}

static void srp_probe_response(struct srp_ch *ch, const struct srp_rsp_info *info)
{
	unsigned long flags;
	bool expected;

	spin_lock_irqsave(&ch->lock, flags);
	ch->credits = srp_add_credits(ch->credits, info->req_lim_delta);
	expected = ch->probes && info->tag == SRP_TAG_PROBE;
	if (expected)
		ch->probes--;
	spin_unlock_irqrestore(&ch->lock, flags);
	if (!expected)
		srp_log_unknown_tag(ch, info->tag);
}

/* The uncommon parts of a response: residuals, sense data, delivery failures. */
static void srp_apply_rsp_data(struct srp_ch *ch, const struct srp_rsp *rsp, unsigned int len,
			       struct scsi_cmnd *cmd)
{
	bool out = cmd->sc_data_direction == DMA_TO_DEVICE;
	struct srp_rsp_info info;

	srp_parse_rsp(rsp, len, &info);
	if (info.truncated)
		dev_err_ratelimited(&ch->shost->shost_gendev,
				    "dropping truncated sense data (resp_data_len %u sense_data_len %u, %u bytes received)\n",
				    be32_to_cpu(rsp->resp_len), be32_to_cpu(rsp->sense_len), len);
	if (info.sense)
		memcpy(cmd->sense_buffer, info.sense,
		       min_t(u32, info.sense_len, SCSI_SENSE_BUFFERSIZE));
	scsi_set_resid(cmd, srp_rsp_residual(&info, scsi_bufflen(cmd), out));
	/* The target could not deliver the command, whatever the status says. */
	if (srp_rsp_code(&info) > 0)
		cmd->result |= DID_ERROR << 16;
}

/* @rsp is complete up to its data; @tag is a command's. */
static void srp_cmd_response(struct srp_ch *ch, const struct srp_rsp *rsp, unsigned int len)
{
	struct scsi_cmnd *cmd = NULL;
	struct srp_req *req = NULL;
	u64 tag = rsp->tag;
	unsigned long flags;

	/* A tag of this channel? */
	if (likely(blk_mq_unique_tag_to_hwq(tag) == ch->index &&
		   blk_mq_unique_tag_to_tag(tag) < ch->queue_size))
		req = &ch->reqs[blk_mq_unique_tag_to_tag(tag)];

	/* The error handler waits for the end of this section before it takes commands back. */
	rcu_read_lock();
	spin_lock_irqsave(&ch->lock, flags);
	ch->credits = srp_add_credits(ch->credits, be32_to_cpu(rsp->req_lim_delta));
	if (likely(req && req->tag == tag))
		cmd = srp_ch_claim(ch, req);
	spin_unlock_irqrestore(&ch->lock, flags);

	if (unlikely(!cmd)) {
		srp_log_unknown_tag(ch, tag);
		goto unlock;
	}
	srp_req_unmap(ch->sdev, req, cmd);
	cmd->result = rsp->status;
	if (unlikely(rsp->flags))
		srp_apply_rsp_data(ch, rsp, len, cmd);
	scsi_done(cmd);
unlock:
	rcu_read_unlock();
}

/* Answers to what the channel sent on its own behalf. */
static void srp_ctl_response(struct srp_ch *ch, const void *iu, unsigned int len)
{
	struct srp_rsp_info info;

	srp_parse_rsp(iu, len, &info);
	switch (SRP_TAG_KIND(info.tag)) {
	case SRP_TAG_TSK_MGMT:
		srp_tm_response(ch, &info);
		break;
	case SRP_TAG_PROBE:
		srp_probe_response(ch, &info);
		break;
	default:
		srp_log_unknown_tag(ch, info.tag);
	}
}

static void srp_handle_rsp(struct srp_ch *ch, const void *iu, unsigned int len)
{
	const struct srp_rsp *rsp = iu;

	if (unlikely(len < sizeof(*rsp)))
		srp_err_ratelimited(ch->shost, "dropping truncated SRP_RSP (%u bytes received, %zu expected)\n",
				    len, sizeof(*rsp));
	else if (likely(!SRP_TAG_KIND(rsp->tag)))
		srp_cmd_response(ch, rsp, len);
	else
		srp_ctl_response(ch, iu, len);
}

/* --- requests of the target --------------------------------------------------------- */

/* Credits first: answering needs none. */
static void srp_answer(struct srp_ch *ch, const struct srp_target_req_info *info, bool aer)
{
	struct srp_ctl *ctl;
	unsigned long flags;
	unsigned int len;
	int ret = 0;

	spin_lock_irqsave(&ch->lock, flags);
	ch->credits = srp_add_credits(ch->credits, info->req_lim_delta);
	/* The send queue may go at any time then. */
	if (!ch->live) {
		spin_unlock_irqrestore(&ch->lock, flags);
		return;
	}
	ctl = srp_ch_get_resp(ch);
	if (ctl) {
		if (aer) {
			srp_build_aer_rsp(ctl->iu.buf, info->tag);
			len = sizeof(struct srp_aer_rsp);
		} else {
			srp_build_cred_rsp(ctl->iu.buf, info->tag);
			len = sizeof(struct srp_cred_rsp);
		}
		ret = srp_ctl_post(ctl, len);
	}
	spin_unlock_irqrestore(&ch->lock, flags);

	if (!ctl)
		srp_err_ratelimited(ch->shost, "no IU available to send response\n");
	else if (ret)
		srp_err_ratelimited(ch->shost, "unable to post response: %d\n", ret);
	else
		return;
	srp_err_ratelimited(ch->shost, "problems processing %s\n",
			    aer ? "SRP_AER_REQ" : "SRP_CRED_REQ");
}

static void srp_handle_cred_req(struct srp_ch *ch, const void *iu, unsigned int len)
{
	struct srp_target_req_info info;

	if (srp_parse_cred_req(iu, len, &info)) {
		srp_err_ratelimited(ch->shost, "dropping truncated SRP_CRED_REQ (%u bytes received, %zu expected)\n",
				    len, sizeof(struct srp_cred_req));
		return;
	}
	srp_answer(ch, &info, false);
}

/* SPC: "reported LUNs data has changed" as unit attention or deferred sense. */
static bool srp_luns_changed(const struct srp_target_req_info *info)
{
	struct scsi_sense_hdr sshdr;

	return info->sense && scsi_normalize_sense(info->sense, info->sense_len, &sshdr) &&
		sshdr.asc == 0x3f && sshdr.ascq == 0x0e;
}

/* As the SCSI core numbers LUNs, for people. */
static u64 srp_lun_number(u64 sam_lun)
{
	__be64 be = cpu_to_be64(sam_lun);
	struct scsi_lun lun;

	memcpy(&lun, &be, sizeof(lun));
	return scsilun_to_int(&lun);
}

static void srp_handle_aer_req(struct srp_ch *ch, const void *iu, unsigned int len)
{
	struct srp_target_req_info info;

	if (srp_parse_aer_req(iu, len, &info)) {
		srp_err_ratelimited(ch->shost, "dropping truncated SRP_AER_REQ (%u bytes received, %zu expected)\n",
				    len, sizeof(struct srp_aer_req));
		return;
	}
	if (srp_luns_changed(&info))
		ch->ops->luns_changed(ch);
	else
		srp_err_ratelimited(ch->shost, "ignoring AER for LUN %llu\n",
				    srp_lun_number(info.lun));
	srp_answer(ch, &info, true);
}

static void srp_handle_t_logout(struct srp_ch *ch, const void *iu, unsigned int len)
{
	u32 reason;

	srp_warn_ratelimited(ch->shost, "Got target logout request\n");
	if (!srp_parse_t_logout(iu, len, &reason))
		srp_warn_ratelimited(ch->shost, "target logged out: %s (0x%x)\n",
				     srp_t_logout_text(reason), reason);
	srp_ch_fail(ch);
}

/* Everything but SRP_RSP. */
static void srp_handle_other(struct srp_ch *ch, const void *iu, unsigned int len)
{
	u8 opcode = *(const u8 *)iu;

	switch (opcode) {
	case SRP_OP_CRED_REQ:
		srp_handle_cred_req(ch, iu, len);
		break;
	case SRP_OP_AER_REQ:
		srp_handle_aer_req(ch, iu, len);
		break;
	case SRP_OP_T_LOGOUT:
		srp_handle_t_logout(ch, iu, len);
		break;
	default:
		srp_warn_ratelimited(ch->shost, "Unhandled SRP opcode 0x%02x\n", opcode);
		break;
	}
}

void srp_recv_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct srp_rx *rx = container_of(kc_wc_cqe(wc), struct srp_rx, cqe);
	struct srp_ch *ch = kc_cq_context(cq);
	unsigned int len = wc->byte_len;

	if (unlikely(wc->status != IB_WC_SUCCESS)) {
		srp_ch_recv_error(ch, wc);
		return;
	}
	ch->rx_count++;
	/*
	 * Only a SEND fills the buffer with byte_len bytes; after an RDMA WRITE with immediate
	 * data, or without a byte, it still holds an earlier IU.
	 */
	if (unlikely(len - 1 >= rx->iu.size || wc->opcode != IB_WC_RECV)) {
		srp_warn_ratelimited(ch->shost, "ignoring a message that is no SRP information unit (%u bytes)\n",
				     len);
		srp_ch_repost(ch, rx, rx->iu.size);
		return;
	}
	srp_iu_to_cpu(ch->sdev, &rx->iu, len);
	if (likely(*(const u8 *)rx->iu.buf == SRP_OP_RSP))
		srp_handle_rsp(ch, rx->iu.buf, len);
	else
		srp_handle_other(ch, rx->iu.buf, len);
	srp_ch_repost(ch, rx, len);
}
