// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "peer_act.h"
#include "peer_iu.h"
#include "peer_job.h"
#include "peer_login.h"

static void reject(struct peer_login *login, u32 reason, u8 opcode)
{
	struct srp_login_rej *rej = (void *)login->data;

	memset(login->data, 0, sizeof(login->data));
	rej->opcode = opcode;
	rej->reason = cpu_to_be32(reason);
	rej->tag = login->tag;
	rej->buf_fmt = cpu_to_be16(SRP_BUF_FORMAT_DIRECT | SRP_BUF_FORMAT_INDIRECT);
	login->len = sizeof(*rej);
	login->verdict = PEER_REFUSE;
	login->cm_reason = IB_CM_REJ_CONSUMER_DEFINED;
}

/* Immediate data must not begin inside a command with a 32-byte CDB and its descriptor. */
static bool imm_wanted(const struct peer_login *login)
{
	return login->flags & SRP_LOGIN_IMM_REQUESTED && login->imm_offset >= SRP_IMM_DATA_OFFSET &&
		login->imm_offset < PEER_IT_IU_LEN;
}

static void accept(struct peer_login *login)
{
	struct srp_login_rsp *rsp = (void *)login->data;
	bool multi = login->flags & SRP_LOGIN_MULTI;

	memset(login->data, 0, sizeof(login->data));
	rsp->opcode = SRP_OP_LOGIN_RSP;
	rsp->req_lim_delta = cpu_to_be32(PEER_REQ_LIM);
	rsp->tag = login->tag;
	rsp->max_it_iu_len = cpu_to_be32(PEER_IT_IU_LEN);
	rsp->max_ti_iu_len = cpu_to_be32(PEER_TI_IU_LEN);
	rsp->buf_fmt = cpu_to_be16(SRP_BUF_FORMAT_DIRECT | SRP_BUF_FORMAT_INDIRECT);
	rsp->rsp_flags = multi ? SRP_LOGIN_RSP_MULTI_MAINTAINED : SRP_LOGIN_RSP_MULTI_NONE;
	if (imm_wanted(login))
		rsp->rsp_flags |= SRP_LOGIN_RSP_IMM_SUPPORTED;
	else
		login->imm_offset = 0;
	login->len = sizeof(*rsp);
	login->verdict = PEER_ACCEPT;
}

static void set_fields(struct peer_login *login, const struct peer_action *act)
{
	struct srp_login_rsp *rsp = (void *)login->data;

	rsp->opcode = peer_arg_or(act, ARG_OPCODE, rsp->opcode);
	rsp->tag = peer_arg_or(act, ARG_TAG, rsp->tag);
	rsp->rsp_flags = peer_arg_or(act, ARG_FLAGS, rsp->rsp_flags);
	if (peer_given(act, ARG_DELTA))
		rsp->req_lim_delta = cpu_to_be32(act->val[ARG_DELTA]);
	if (peer_given(act, ARG_MAX_IT))
		rsp->max_it_iu_len = cpu_to_be32(act->val[ARG_MAX_IT]);
	if (peer_given(act, ARG_MAX_TI))
		rsp->max_ti_iu_len = cpu_to_be32(act->val[ARG_MAX_TI]);
	if (peer_given(act, ARG_BUF_FMT))
		rsp->buf_fmt = cpu_to_be16(act->val[ARG_BUF_FMT]);
	login->len = min_t(u64, peer_arg_or(act, ARG_LEN, login->len), sizeof(login->data));
}

static void apply(struct peer_login *login, const struct peer_action *act)
{
	switch (act->verb) {
	case PEER_DELAY:
		msleep(act->val[ARG_MS]);
		break;
	case PEER_HOLD:
		login->verdict = PEER_SAY_NOTHING;
		break;
	case PEER_SET:
		set_fields(login, act);
		break;
	case PEER_RAW:
		login->len = min_t(u32, act->raw_len, sizeof(login->data));
		memcpy(login->data, act->raw, login->len);
		break;
	case PEER_REJECT:
		reject(login, act->val[ARG_REASON], peer_arg_or(act, ARG_OPCODE, SRP_OP_LOGIN_REJ));
		login->len = min_t(u64, peer_arg_or(act, ARG_LEN, login->len), IB_CM_REJ_PRIVATE_DATA_SIZE);
		break;
	case PEER_CM_REJECT:
		login->verdict = PEER_REFUSE;
		login->cm_reason = act->val[ARG_REASON];
		login->len = 0;
		login->ari_len = min_t(u32, act->raw_len, sizeof(login->ari));
		memcpy(login->ari, act->raw, login->ari_len);
		break;
	default:
		break;
	}
}

void peer_login_decide(struct peer_port *port, struct peer_login *login)
{
	u16 needed = SRP_BUF_FORMAT_DIRECT | SRP_BUF_FORMAT_INDIRECT;
	unsigned int i;

	if (login->flags & SRP_LOGIN_IMM_REQUESTED)
		peer_count(port, PEER_IMM_LOGINS);
	if (login->it_iu_len > PEER_IT_IU_LEN || login->it_iu_len < sizeof(struct srp_cmd) + sizeof(struct srp_direct_desc))
		reject(login, SRP_REJ_IU_TOO_LARGE, SRP_OP_LOGIN_REJ);
	else if ((login->buf_fmt & needed) != needed)
		reject(login, SRP_REJ_DESC_FORMAT, SRP_OP_LOGIN_REJ);
	else
		accept(login);
	peer_script_match(&port->script, PEER_LOGIN, 0, &login->plan);
	for (i = 0; i < login->plan.nr; i++)
		apply(login, &login->plan.rule[i]->act);
	peer_count(port, login->verdict == PEER_ACCEPT ? PEER_LOGINS : PEER_REJECTS);
}

/* What the initiator may send after this login response, as it reads it. */
static s64 first_credits(const struct peer_login *login)
{
	const struct srp_login_rsp *rsp = (void *)login->data;

	return login->len >= sizeof(*rsp) ? (s32)be32_to_cpu(rsp->req_lim_delta) : 0;
}

static int publish(struct peer_ch *ch, struct peer_login *login)
{
	struct peer_port *port = ch->port;
	struct peer_ch *old;
	int ret = -ESHUTDOWN;

	memcpy(ch->initiator_id, login->initiator_id, 16);
	memcpy(ch->target_id, login->target_id, 16);
	ch->imm_offset = login->imm_offset;
	ch->credits = first_credits(login);
	ch->received = peer_received;
	ch->drop_held = peer_jobs_drop_held;
	INIT_WORK(&ch->greeting_work, peer_greet);
	mutex_lock(&port->lock);
	if (!port->removing) {
		/* A single-channel login ends the other channels of its I_T nexus (SRP r16a 4.3). */
		if (!(login->flags & SRP_LOGIN_MULTI))
			list_for_each_entry(old, &port->channels, entry)
				if (!memcmp(old->initiator_id, ch->initiator_id, 16) &&
				    !memcmp(old->target_id, ch->target_id, 16))
					peer_ch_close(old);
		ch->greeting = login->plan;
		login->plan.nr = 0;
		peer_ch_publish(ch);
		ret = 0;
	}
	mutex_unlock(&port->lock);
	return ret;
}

struct peer_ch *peer_login_channel(struct peer_port *port, struct ib_device *dev, const struct peer_cm_ops *cm, void *cm_id,
				   struct peer_login *login)
{
	struct peer_ch *ch = peer_ch_create(port, dev, cm, cm_id);
	int ret;

	if (IS_ERR(ch)) {
		pr_warn("srp_peer: %s: no channel (%ld)\n", port->name, PTR_ERR(ch));
		return ch;
	}
	cm->own(ch);
	ret = publish(ch, login);
	if (!ret)
		return ch;
	peer_ch_discard(ch);
	return ERR_PTR(ret);
}
