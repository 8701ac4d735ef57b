// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "peer_iu.h"
#include "peer_scsi.h"

/* SRP r16a table 13: reasons of SRP_T_LOGOUT */
#define T_LOGOUT_BAD_IU_TYPE	2

#define FILLER	0xa5

enum job_state { JOB_RUNNING, JOB_ABORTED, JOB_HELD };

/* One request of the initiator, from its arrival until its answer, or until it is given up. */
struct peer_job {
	struct list_head entry;		/* ch->jobs while anybody may look for it; ch->lock */
	struct work_struct work;
	struct peer_ch *ch;
	enum job_state state;		/* ch->lock */
	bool counted;			/* among those held */
	struct peer_plan plan;
	u64 tag;
	u8 lun[8];
	struct peer_scsi scsi;
	struct srp_rsp *rsp;		/* with room for PEER_MAX_IU bytes */
	u32 rsp_len;
	u32 len;
	u8 iu[];
};

/* ---- sending ---------------------------------------------------------------------------------------------- */

/* An initiator without credits sends nothing that could be answered: its right, and the end of the test. */
static int send_relief(struct peer_ch *ch)
{
	struct srp_cred_req req = { .opcode = SRP_OP_CRED_REQ, .req_lim_delta = cpu_to_be32(1 << 20) };

	return peer_ch_send(ch, &req, sizeof(req));
}

/* req_lim_delta is at the same place in all information units that have one. */
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
	ret = peer_ch_send(ch, copy, len);
	if (!ret && takes_credits(copy, len))
		ret = send_relief(ch);
	kfree(copy);
	return ret;
}

/* Everything but the answers to a login goes this way. */
static int send_iu(struct peer_ch *ch, const void *iu, u32 len)
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

static void put_tag(u8 *at, u64 tag)
{
	memcpy(at, &tag, sizeof(tag));
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
		if (send_iu(ch, iu, min_t(u64, peer_arg_or(act, ARG_LEN, sizeof(iu->req)), sizeof(*iu))))
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
		if (send_iu(ch, req, len))
			break;
	}
	kfree(req);
}

static void send_t_logout(struct peer_ch *ch, u32 reason, u32 len)
{
	struct srp_t_logout lo = { .opcode = SRP_OP_T_LOGOUT, .reason = cpu_to_be32(reason) };

	send_iu(ch, &lo, min_t(u32, len, sizeof(lo)));
}

static void act_iu(struct peer_ch *ch, const struct peer_action *act)
{
	u64 i, count = peer_arg_or(act, ARG_COUNT, 1);

	for (i = 0; i < count; i++)
		if (send_iu(ch, act->raw, act->raw_len))
			break;
}

/* ---- answering -------------------------------------------------------------------------------------------- */

static void free_job(struct peer_job *job)
{
	struct peer_ch *ch = job->ch;

	if (job->counted)
		atomic_dec(&ch->port->count[PEER_HELD]);
	peer_plan_put(&job->plan);
	kfree(job->rsp);
	kfree(job);
	peer_ch_put(ch);
}

/* Where the fields of "set" are in a response. */
static const struct {
	enum peer_arg arg;
	u8 at, bytes;
} rsp_fields[] = {
	{ ARG_OPCODE, 0, 1 }, { ARG_SOL_NOT, 1, 1 }, { ARG_DELTA, 4, 4 }, { ARG_FLAGS, 18, 1 }, { ARG_STATUS, 19, 1 },
	{ ARG_OUT_RES, 20, 4 }, { ARG_IN_RES, 24, 4 }, { ARG_SENSE_LEN, 28, 4 }, { ARG_RESP_LEN, 32, 4 },
	{ ARG_CODE, sizeof(struct srp_rsp) + 3, 1 },
};

static void set_fields(struct peer_job *job, const struct peer_action *act)
{
	u8 *rsp = (u8 *)job->rsp;
	__be32 word;
	size_t i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(rsp_fields); i++) {
		u64 val = act->val[rsp_fields[i].arg];

		if (!peer_given(act, rsp_fields[i].arg))
			continue;
		word = cpu_to_be32(val);
		if (rsp_fields[i].bytes == 1)
			rsp[rsp_fields[i].at] = val;
		else
			memcpy(rsp + rsp_fields[i].at, &word, 4);
	}
	if (peer_given(act, ARG_TAG))
		job->rsp->tag = act->val[ARG_TAG];
	job->rsp->tag ^= act->val[ARG_TAG_XOR];
	len = peer_arg_or(act, ARG_LEN, job->rsp_len);
	if (len > job->rsp_len)
		memset(rsp + job->rsp_len, FILLER, len - job->rsp_len);
	job->rsp_len = len;
}

static void set_raw(struct peer_job *job, const struct peer_action *act)
{
	job->rsp_len = min(act->raw_len, PEER_MAX_IU);
	memcpy(job->rsp, act->raw, job->rsp_len);
	if (act->tag_at >= 0 && act->tag_at + 8 <= job->rsp_len)
		put_tag((u8 *)job->rsp + act->tag_at, job->tag);
}

/* Credits for this request, and for those that ended without an answer. */
static void grant_credits(struct peer_job *job)
{
	job->rsp->req_lim_delta = cpu_to_be32(1 + atomic_xchg(&job->ch->owed, 0));
}

/* Sends the response with whatever the script does to it. The task is in no list any more. */
static void send_response(struct peer_job *job)
{
	const struct peer_action *act;
	unsigned int i;
	u64 copies;

	for (i = 0; i < job->plan.nr; i++) {
		act = &job->plan.rule[i]->act;
		if (act->verb == PEER_SET)
			set_fields(job, act);
		else if (act->verb == PEER_RAW)
			set_raw(job, act);
	}
	act = peer_plan_find(&job->plan, PEER_DUP);
	for (copies = act ? act->val[ARG_COUNT] + 1 : 1; copies; copies--)
		if (send_iu(job->ch, job->rsp, job->rsp_len))
			break;
}

/* The request was carried out: its answer, or not. */
static void deliver(struct peer_job *job)
{
	struct peer_ch *ch = job->ch;
	bool keep;

	spin_lock_irq(&ch->lock);
	keep = job->state == JOB_ABORTED || peer_plan_find(&job->plan, PEER_HOLD) || peer_plan_find(&job->plan, PEER_LATE);
	if (keep) {
		if (job->state == JOB_RUNNING) {
			job->counted = true;
			peer_count(ch->port, PEER_HELD);
		}
		job->state = JOB_HELD;
		wake_up_all(&ch->wait);
	} else {
		list_del_init(&job->entry);
	}
	spin_unlock_irq(&ch->lock);
	if (keep)
		return;
	grant_credits(job);
	send_response(job);
	free_job(job);
}

static void act_release(struct peer_ch *ch, const struct peer_action *act)
{
	struct peer_job *job;

	for (;;) {
		struct peer_job *found = NULL;

		spin_lock_irq(&ch->lock);
		list_for_each_entry(job, &ch->jobs, entry) {
			if (job->state != JOB_HELD)
				continue;
			found = job;
			if (!act->val[ARG_REVERSE])
				break;
		}
		if (found)
			list_del_init(&found->entry);
		spin_unlock_irq(&ch->lock);
		if (!found)
			break;
		grant_credits(found);
		send_response(found);
		free_job(found);
	}
}

void peer_act(struct peer_ch *ch, const struct peer_action *act)
{
	switch (act->verb) {
	case PEER_CRED_REQ:
		act_cred_req(ch, act);
		break;
	case PEER_AER_REQ:
		act_aer_req(ch, act);
		break;
	case PEER_T_LOGOUT:
		send_t_logout(ch, act->val[ARG_REASON], peer_arg_or(act, ARG_LEN, sizeof(struct srp_t_logout)));
		break;
	case PEER_IU:
		act_iu(ch, act);
		break;
	case PEER_CLOSE:
		peer_ch_close(ch);
		break;
	case PEER_QP_ERROR:
		peer_ch_break(ch);
		break;
	case PEER_RELEASE:
		act_release(ch, act);
		break;
	default:
		break;
	}
}

/* What a plan wants sent before the answer. */
static void act_plan(struct peer_ch *ch, const struct peer_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->nr; i++)
		peer_act(ch, &plan->rule[i]->act);
}

void peer_greet(struct work_struct *work)
{
	struct peer_ch *ch = container_of(work, struct peer_ch, greeting_work);

	act_plan(ch, &ch->greeting);
	peer_ch_put(ch);
}

/* ---- commands --------------------------------------------------------------------------------------------- */

/* Where the data of a command is at the initiator. */
struct where {
	enum dma_data_direction dir;
	u32 len;
	u32 nr;
	struct srp_direct_desc *desc;
	struct srp_direct_desc *table;	/* fetched, to be freed */
	const u8 *imm;
};

/* The rest of a list that is not all in the command: one RDMA read (SRP r16a 5.4.2.3). */
static int fetch_table(struct peer_job *job, struct where *w, const struct srp_indirect_desc *ind)
{
	u32 len = be32_to_cpu(ind->table.len);
	struct peer_buf *buf = peer_buf_alloc(len);
	int ret = -ENOMEM;

	w->table = kvmalloc(len, GFP_KERNEL);
	if (buf && w->table) {
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_READ, buf, &ind->table, 1, len);
		if (!ret)
			peer_buf_read(buf, 0, w->table, len);
		peer_count(job->ch->port, PEER_TABLES);
	}
	peer_buf_free(buf);
	w->desc = w->table;
	return ret;
}

static int find_indirect(struct peer_job *job, struct where *w, u32 at, u32 count)
{
	struct srp_indirect_desc *ind = (void *)(job->iu + at);
	u32 table_len;
	u64 sum = 0;
	u32 i;
	int ret;

	if (at + sizeof(*ind) + count * sizeof(ind->list[0]) > job->len)
		return -EPROTO;
	table_len = be32_to_cpu(ind->table.len);
	if (table_len % sizeof(ind->list[0]) || table_len > 65536 * sizeof(ind->list[0]))
		return -EPROTO;
	w->nr = table_len / sizeof(ind->list[0]);
	w->len = be32_to_cpu(ind->len);
	w->desc = ind->list;
	peer_count(job->ch->port, PEER_INDIRECT);
	if (w->nr > count) {
		ret = fetch_table(job, w, ind);
		if (ret)
			return ret;
	}
	for (i = 0; i < w->nr; i++)
		sum += be32_to_cpu(w->desc[i].len);
	return sum == w->len ? 0 : -EPROTO;
}

static int find_data(struct peer_job *job, struct where *w)
{
	const struct srp_cmd *cmd = (void *)job->iu;
	u32 at = sizeof(*cmd) + (cmd->add_cdb_len & ~3U);
	u8 out = cmd->buf_fmt >> 4, in = cmd->buf_fmt & 15;
	struct srp_imm_desc *imm = (void *)(job->iu + at);

	memset(w, 0, sizeof(*w));
	w->dir = out ? DMA_TO_DEVICE : in ? DMA_FROM_DEVICE : DMA_NONE;
	if (at > job->len || (out && in))
		return -EPROTO;
	switch (out ? : in) {
	case SRP_DESC_NONE:
		return 0;
	case SRP_DESC_DIRECT:
		if (at + sizeof(*w->desc) > job->len)
			return -EPROTO;
		w->desc = (void *)(job->iu + at);
		w->nr = 1;
		w->len = be32_to_cpu(w->desc->len);
		peer_count(job->ch->port, PEER_DIRECT);
		return 0;
	case SRP_DESC_INDIRECT:
		return find_indirect(job, w, at, out ? cmd->data_out_desc_cnt : cmd->data_in_desc_cnt);
	case SRP_DESC_IMM:
		if (in || !job->ch->imm_offset || at + sizeof(*imm) > job->len || job->ch->imm_offset < at + sizeof(*imm) ||
		    (u64)job->ch->imm_offset + be32_to_cpu(imm->len) > job->len)
			return -EPROTO;
		w->imm = job->iu + job->ch->imm_offset;
		w->len = be32_to_cpu(imm->len);
		peer_count(job->ch->port, PEER_IMM);
		return 0;
	default:
		return -EPROTO;
	}
}

/* Script verb rdma: not where the initiator said. */
static void misdirect(struct peer_job *job, struct where *w)
{
	const struct peer_action *act = peer_plan_find(&job->plan, PEER_RDMA);
	u32 i;

	for (i = 0; act && i < w->nr; i++) {
		w->desc[i].key ^= cpu_to_be32(act->val[ARG_RKEY_XOR]);
		w->desc[i].va = cpu_to_be64(be64_to_cpu(w->desc[i].va) + act->val[ARG_VA_ADD]);
	}
}

/* Moves the data and carries the command out. Return: 0, or why the connection is of no use any more. */
static int carry_out(struct peer_job *job, struct where *w)
{
	struct peer_scsi *s = &job->scsi;
	u32 len = s->dir == w->dir ? min(s->bytes, w->len) : 0;
	struct peer_buf *buf = peer_buf_alloc(len);
	int ret = 0;

	if (!buf)
		return -ENOMEM;
	misdirect(job, w);
	if (s->dir == DMA_TO_DEVICE && w->imm)
		peer_buf_fill(buf, 0, w->imm, len);
	else if (s->dir == DMA_TO_DEVICE)
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_READ, buf, w->desc, w->nr, len);
	if (!ret)
		peer_scsi_exec(s, buf);
	if (!ret && s->dir == DMA_FROM_DEVICE)
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_WRITE, buf, w->desc, w->nr, len);
	peer_buf_free(buf);
	return ret;
}

/* Residuals are those of the direction that the initiator made room for (SRP r16a 6.9). */
static void build_rsp(struct peer_job *job, const struct where *w)
{
	const struct peer_scsi *s = &job->scsi;
	struct srp_rsp *rsp = job->rsp;
	u32 moved = s->dir == w->dir ? s->bytes : 0;
	bool out = w->dir == DMA_TO_DEVICE;
	__be32 res = cpu_to_be32(moved < w->len ? w->len - moved : moved - w->len);

	rsp->opcode = SRP_OP_RSP;
	rsp->tag = job->tag;
	rsp->status = s->status;
	if (moved != w->len && out) {
		rsp->flags |= moved < w->len ? SRP_RSP_DATA_OUT_UNDER : SRP_RSP_DATA_OUT_OVER;
		rsp->data_out_res = res;
	} else if (moved != w->len) {
		rsp->flags |= moved < w->len ? SRP_RSP_DATA_IN_UNDER : SRP_RSP_DATA_IN_OVER;
		rsp->data_in_res = res;
	}
	job->rsp_len = sizeof(*rsp);
	if (s->sense_len) {
		rsp->flags |= SRP_RSP_SENSE_VALID;
		rsp->sense_len = cpu_to_be32(s->sense_len);
		memcpy(rsp->data, s->sense, s->sense_len);
		job->rsp_len += s->sense_len;
	}
}

/* Response data: three reserved bytes and the code. */
static void build_rsp_code(struct peer_job *job, u8 code)
{
	struct srp_rsp *rsp = job->rsp;

	rsp->opcode = SRP_OP_RSP;
	rsp->tag = job->tag;
	rsp->flags = SRP_RSP_VALID;
	rsp->resp_len = cpu_to_be32(4);
	rsp->data[3] = code;
	job->rsp_len = sizeof(*rsp) + 4;
}

static void apply_delay(const struct peer_plan *plan)
{
	const struct peer_action *act = peer_plan_find(plan, PEER_DELAY);

	if (act)
		msleep(act->val[ARG_MS]);
}

/* No answer: the connection broke, or the answer was early. */
static void finish_silently(struct peer_job *job)
{
	struct peer_ch *ch = job->ch;

	spin_lock_irq(&ch->lock);
	list_del_init(&job->entry);
	wake_up_all(&ch->wait);
	spin_unlock_irq(&ch->lock);
	free_job(job);
}

static void parse_cdb(struct peer_job *job)
{
	const struct peer_action *sense = peer_plan_find(&job->plan, PEER_SENSE);
	const struct srp_cmd *cmd = (void *)job->iu;
	u32 more = min_t(u32, cmd->add_cdb_len & ~3U, PEER_CDB_LEN - sizeof(cmd->cdb));
	u8 cdb[PEER_CDB_LEN] = {};

	memcpy(cdb, cmd->cdb, sizeof(cmd->cdb));
	memcpy(cdb + sizeof(cmd->cdb), cmd->add_data, min_t(u32, more, job->len - sizeof(*cmd)));
	peer_scsi_parse(&job->scsi, cmd->lun, cdb);
	if (sense)
		peer_scsi_fail(&job->scsi, sense->val[ARG_KEY], sense->val[ARG_ASC], sense->val[ARG_ASCQ]);
}

static void refuse_cmd(struct peer_job *job)
{
	const struct srp_cmd *cmd = (void *)job->iu;

	pr_warn("srp_peer: %s: malformed command, opcode %02x, buf_fmt %02x, %u bytes\n", job->ch->port->name, cmd->cdb[0],
		cmd->buf_fmt, job->len);
	peer_count(job->ch->port, PEER_BAD_IUS);
	build_rsp_code(job, SRP_TMF_FIELDS_INVALID);
}

static void run_cmd(struct work_struct *work)
{
	struct peer_job *job = container_of(work, struct peer_job, work);
	bool early = peer_plan_find(&job->plan, PEER_EARLY);
	struct where w;
	int ret;

	parse_cdb(job);
	ret = find_data(job, &w);
	if (early && !ret) {
		build_rsp(job, &w);
		grant_credits(job);
		send_response(job);
		apply_delay(&job->plan);
	}
	if (!ret)
		ret = carry_out(job, &w);
	if (ret == -EPROTO)
		refuse_cmd(job);
	else if (ret)
		peer_count(job->ch->port, PEER_FAILED_RDMA);
	else if (!early)
		build_rsp(job, &w);
	kvfree(w.table);
	if (early || (ret && ret != -EPROTO)) {
		finish_silently(job);
		return;
	}
	apply_delay(&job->plan);
	act_plan(job->ch, &job->plan);
	deliver(job);
}

/* ---- task management -------------------------------------------------------------------------------------- */

static bool is_doomed(const struct peer_job *job, const struct srp_tsk_mgmt *tm)
{
	if (job->iu[0] != SRP_OP_CMD)
		return false;
	return tm->func == SRP_TMF_ABORT_TASK ? job->tag == tm->task_tag : !memcmp(job->lun, tm->lun, 8);
}

/* Takes what is held out of the channel. Return: whether nothing is left that is still being carried out. */
static bool collect(struct peer_ch *ch, const struct srp_tsk_mgmt *tm, struct list_head *ended)
{
	struct peer_job *job, *next;
	bool all = true;

	spin_lock_irq(&ch->lock);
	list_for_each_entry_safe(job, next, &ch->jobs, entry) {
		if (!is_doomed(job, tm))
			continue;
		if (job->state == JOB_HELD) {
			list_move_tail(&job->entry, ended);
		} else {
			job->state = JOB_ABORTED;
			all = false;
		}
	}
	spin_unlock_irq(&ch->lock);
	return all;
}

static bool same_nexus(const struct peer_ch *a, const struct peer_ch *b)
{
	return !memcmp(a->initiator_id, b->initiator_id, 16) && !memcmp(a->target_id, b->target_id, 16);
}

/* An abort looks at its own channel, a reset at all channels of the I_T nexus. */
static void end_jobs(struct peer_ch *ch, const struct srp_tsk_mgmt *tm, struct list_head *ended)
{
	struct peer_ch *other;

	if (tm->func == SRP_TMF_ABORT_TASK) {
		wait_event(ch->wait, collect(ch, tm, ended));
		return;
	}
	mutex_lock(&ch->port->lock);
	list_for_each_entry(other, &ch->port->channels, entry)
		if (same_nexus(ch, other))
			wait_event(other->wait, collect(other, tm, ended));
	mutex_unlock(&ch->port->lock);
}

/* The answer has been sent: those of the script that answer in spite of the abort. */
static void bury(struct list_head *ended)
{
	struct peer_job *job, *next;

	list_for_each_entry_safe(job, next, ended, entry) {
		const struct peer_action *late = peer_plan_find(&job->plan, PEER_LATE);

		list_del_init(&job->entry);
		if (late) {
			msleep(late->val[ARG_MS]);
			job->rsp->req_lim_delta = 0;	/* given back with the answer to the abort */
			send_response(job);
		}
		free_job(job);
	}
}

static void run_tsk_mgmt(struct work_struct *work)
{
	struct peer_job *job = container_of(work, struct peer_job, work);
	const struct srp_tsk_mgmt *tm = (void *)job->iu;
	struct peer_ch *ch = job->ch;
	struct peer_job *ended_job;
	u8 code = SRP_TMF_COMPLETE;
	LIST_HEAD(ended);

	switch (tm->func) {
	case SRP_TMF_ABORT_TASK:
		peer_count(ch->port, PEER_ABORTS);
		break;
	case SRP_TMF_LUN_RESET:
		peer_count(ch->port, PEER_LUN_RESETS);
		break;
	default:
		code = SRP_TMF_NOT_SUPPORTED;
	}
	/* A request that the script does not answer ends nothing either. */
	if (code == SRP_TMF_COMPLETE && !peer_plan_find(&job->plan, PEER_HOLD))
		end_jobs(ch, tm, &ended);
	list_for_each_entry(ended_job, &ended, entry)
		atomic_inc(&ended_job->ch->owed);
	build_rsp_code(job, code);
	apply_delay(&job->plan);
	act_plan(ch, &job->plan);
	deliver(job);
	bury(&ended);
}

/* ---- arrival ---------------------------------------------------------------------------------------------- */

static void start_job(struct peer_ch *ch, const u8 *iu, u32 len, enum peer_what what, u8 code, const u8 *lun, work_func_t fn)
{
	struct peer_job *job;

	if (!peer_ch_get(ch))
		return;
	job = kzalloc(struct_size(job, iu, len), GFP_KERNEL);
	if (job)
		job->rsp = kzalloc(PEER_MAX_IU, GFP_KERNEL);
	if (!job || !job->rsp) {
		kfree(job);
		peer_ch_close(ch);
		peer_ch_put(ch);
		return;
	}
	job->ch = ch;
	job->len = len;
	memcpy(job->iu, iu, len);
	memcpy(&job->tag, iu + offsetof(struct srp_cmd, tag), 8);
	memcpy(job->lun, lun, 8);
	INIT_WORK(&job->work, fn);
	peer_script_match(&ch->port->script, what, code, &job->plan);
	spin_lock_irq(&ch->lock);
	list_add_tail(&job->entry, &ch->jobs);
	spin_unlock_irq(&ch->lock);
	peer_ch_queue(&job->work);
}

/* A correct target ends the connection over this (SRP r16a 6.6). */
static void unknown_iu(struct peer_ch *ch, const u8 *iu, u32 len)
{
	pr_warn("srp_peer: %s: unknown or short IU, opcode %02x, %u bytes\n", ch->port->name, len ? iu[0] : 0, len);
	peer_count(ch->port, PEER_UNKNOWN_IUS);
	send_t_logout(ch, T_LOGOUT_BAD_IU_TYPE, sizeof(struct srp_t_logout));
}

void peer_received(struct peer_ch *ch, const u8 *iu, u32 len)
{
	const struct srp_tsk_mgmt *tm = (void *)iu;
	const struct srp_cmd *cmd = (void *)iu;

	switch (len < sizeof(struct srp_i_logout) ? -1 : iu[0]) {
	case SRP_OP_CMD:
		if (len < sizeof(*cmd))
			break;
		peer_count(ch->port, PEER_CMDS);
		start_job(ch, iu, len, PEER_CMD, cmd->cdb[0], cmd->lun, run_cmd);
		return;
	case SRP_OP_TSK_MGMT:
		if (len < sizeof(*tm))
			break;
		start_job(ch, iu, len, PEER_TSK_MGMT, tm->func, tm->lun, run_tsk_mgmt);
		return;
	case SRP_OP_I_LOGOUT:
		peer_count(ch->port, PEER_I_LOGOUTS);
		peer_ch_close(ch);
		return;
	case SRP_OP_CRED_RSP:
		peer_count(ch->port, PEER_CRED_RSPS);
		return;
	case SRP_OP_AER_RSP:
		peer_count(ch->port, PEER_AER_RSPS);
		return;
	}
	unknown_iu(ch, iu, len);
}

void peer_drop_held(struct peer_ch *ch)
{
	struct peer_job *job, *next;
	LIST_HEAD(held);

	spin_lock_irq(&ch->lock);
	list_for_each_entry_safe(job, next, &ch->jobs, entry)
		if (job->state == JOB_HELD)
			list_move(&job->entry, &held);
	spin_unlock_irq(&ch->lock);
	list_for_each_entry_safe(job, next, &held, entry) {
		list_del_init(&job->entry);
		free_job(job);
	}
}
