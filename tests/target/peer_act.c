// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include <linux/slab.h>
#include "peer_act.h"
#include "peer_scsi.h"

/*
 * Before it is sent: requests may come in at once. req_lim_delta is at the same place in all information units that have one.
 */
static void grant(struct peer_ch *ch, const void *iu, u32 len)
{
	const struct srp_cred_req *req = iu;
	s32 delta;

	if (len < sizeof(*req) || (req->opcode != SRP_OP_RSP && req->opcode != SRP_OP_CRED_REQ && req->opcode != SRP_OP_AER_REQ))
		return;
	delta = be32_to_cpu(req->req_lim_delta);
	spin_lock_irq(&ch->lock);
	ch->credits += max(delta, 0);
	spin_unlock_irq(&ch->lock);
}

/* An initiator without credits sends nothing that could be answered: its right, and the end of the test. */
static int send_relief(struct peer_ch *ch)
{
	struct srp_cred_req req = { .opcode = SRP_OP_CRED_REQ, .req_lim_delta = cpu_to_be32(1 << 20) };

	grant(ch, &req, sizeof(req));
	return peer_ch_send(ch, &req, sizeof(req));
}

static bool takes_credits(const u8 *iu, u32 len)
{
	const struct srp_cred_req *req = (void *)iu;

	return len >= sizeof(*req) && (s32)be32_to_cpu(req->req_lim_delta) < 0;
}

/* A damaged copy. Return: 0, or why it could not be sent. */
static int send_damaged(struct peer_ch *ch, const struct peer_action *act, u32 hit, const void *iu, u32 len)
{
	u32 room = max(len, PEER_TI_IU_LEN);
	u8 *copy = kzalloc(room, GFP_KERNEL);
	int ret;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, iu, len);
	len = peer_mutate(copy, len, room, act->val[ARG_SEED] + hit);
	peer_count(ch->port, PEER_MUTATED);
	grant(ch, copy, len);
	ret = peer_ch_send(ch, copy, len);
	if (!ret && takes_credits(copy, len))
		ret = send_relief(ch);
	kfree(copy);
	return ret;
}

static int send_scripted(struct peer_ch *ch, const void *iu, u32 len)
{
	const struct peer_action *act;
	struct peer_plan plan;
	bool replaced = false;
	unsigned int i;
	int ret = 0;

	peer_script_match(&ch->port->script, PEER_SEND, 0, &plan);
	for (i = 0; !ret && i < plan.nr; i++) {
		act = &plan.rule[i]->act;
		ret = send_damaged(ch, act, plan.hit[i], iu, len);
		replaced |= act->val[ARG_REPLACE];
	}
	peer_plan_put(&plan);
	if (!ret && !replaced)
		ret = peer_ch_send(ch, iu, len);
	return ret;
}

int peer_send_iu(struct peer_ch *ch, const void *iu, u32 len)
{
	grant(ch, iu, len);
	return send_scripted(ch, iu, len);
}

/* ---- requests of the target ------------------------------------------------------------------------------- */

static void act_cred_req(struct peer_ch *ch, const struct peer_action *act)
{
	struct {
		struct srp_cred_req req;
		u8 room[PEER_TI_IU_LEN];
	} *iu = kzalloc(sizeof(*iu), GFP_KERNEL);
	u64 i, count = peer_arg_or(act, ARG_COUNT, 1);

	if (!iu)
		return;
	iu->req.opcode = SRP_OP_CRED_REQ;
	iu->req.req_lim_delta = cpu_to_be32(act->val[ARG_DELTA]);
	for (i = 0; i < count; i++) {
		iu->req.tag = peer_arg_or(act, ARG_TAG, i);
		if (peer_send_iu(ch, iu, min_t(u64, peer_arg_or(act, ARG_LEN, sizeof(iu->req)), sizeof(*iu))))
			break;
	}
	kfree(iu);
}

static void act_aer_req(struct peer_ch *ch, const struct peer_action *act)
{
	u32 natural = sizeof(struct srp_aer_req) + PEER_SENSE_LEN;
	u64 i, count = peer_arg_or(act, ARG_COUNT, 1);
	u64 lun = act->val[ARG_LUN];
	struct srp_aer_req *req;
	u32 len = peer_arg_or(act, ARG_LEN, natural);

	req = kzalloc(max(len, natural), GFP_KERNEL);
	if (!req)
		return;
	req->opcode = SRP_OP_AER_REQ;
	req->req_lim_delta = cpu_to_be32(act->val[ARG_DELTA]);
	req->lun[0] = (lun > 255 ? 0x40 : 0) | lun >> 8;
	req->lun[1] = lun;
	req->sense_len = cpu_to_be32(peer_arg_or(act, ARG_SENSE_LEN, PEER_SENSE_LEN));
	/* Without arguments: unit attention, reported LUNs data has changed. */
	peer_sense_init(req->sense, peer_arg_or(act, ARG_KEY, 6), peer_arg_or(act, ARG_ASC, 0x3f), peer_arg_or(act, ARG_ASCQ, 0x0e));
	for (i = 0; i < count; i++) {
		req->tag = peer_arg_or(act, ARG_TAG, i);
		if (peer_send_iu(ch, req, len))
			break;
	}
	kfree(req);
}

void peer_send_t_logout(struct peer_ch *ch, u32 reason, u32 len)
{
	struct srp_t_logout lo = { .opcode = SRP_OP_T_LOGOUT, .reason = cpu_to_be32(reason) };

	peer_send_iu(ch, &lo, min_t(u32, len, sizeof(lo)));
}

static void act_iu(struct peer_ch *ch, const struct peer_action *act, u64 tag)
{
	u64 i, count = peer_arg_or(act, ARG_COUNT, 1);
	u8 *iu = kzalloc(PEER_MAX_IU, GFP_KERNEL);
	u32 len;

	if (!iu)
		return;
	len = peer_action_bytes(act, tag, iu);
	for (i = 0; i < count; i++)
		if (send_scripted(ch, iu, len))
			break;
	kfree(iu);
}

void peer_act(struct peer_ch *ch, const struct peer_action *act, u64 tag)
{
	switch (act->verb) {
	case PEER_CRED_REQ:
		act_cred_req(ch, act);
		break;
	case PEER_AER_REQ:
		act_aer_req(ch, act);
		break;
	case PEER_T_LOGOUT:
		peer_send_t_logout(ch, act->val[ARG_REASON], peer_arg_or(act, ARG_LEN, sizeof(struct srp_t_logout)));
		break;
	case PEER_IU:
		act_iu(ch, act, tag);
		break;
	case PEER_CLOSE:
		peer_ch_close(ch);
		break;
	case PEER_QP_ERROR:
		peer_ch_break(ch);
		break;
	default:
		break;
	}
}

void peer_act_plan(struct peer_ch *ch, const struct peer_plan *plan, u64 tag)
{
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		peer_act(ch, &plan->rule[i]->act, tag);
}

void peer_greet(struct work_struct *work)
{
	struct peer_ch *ch = container_of(work, struct peer_ch, greeting_work);

	peer_act_plan(ch, &ch->greeting, 0);
	peer_ch_put(ch);
}
