// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "peer_act.h"
#include "peer_compat.h"
#include "peer_job.h"

#define FILLER	0xa5

/* ---- life ------------------------------------------------------------------------------------------------- */

void peer_job_free(struct peer_job *job)
{
	struct peer_ch *ch = job->ch;

	if (job->counted)
		atomic_dec(&ch->port->count[PEER_HELD]);
	peer_plan_put(&job->plan);
	kfree(job->rsp);
	kfree(job);
	peer_ch_put(ch);
}

void peer_job_end(struct peer_job *job)
{
	struct peer_ch *ch = job->ch;

	spin_lock_irq(&ch->lock);
	list_del_init(&job->entry);
	wake_up_all(&ch->wait);
	spin_unlock_irq(&ch->lock);
	peer_job_free(job);
}

/* The initiator must not use the tag of a request that was not answered. ch->lock is held. */
static bool tag_in_use(const struct peer_ch *ch, u64 tag)
{
	const struct peer_job *job;

	list_for_each_entry(job, &ch->jobs, entry)
		if (job->tag == tag && !job->answered)
			return true;
	return false;
}

bool peer_job_start(struct peer_ch *ch, const u8 *iu, u32 len, enum peer_what what, u8 code, const u8 *lun, work_func_t fn)
{
	struct peer_job *job;
	bool reused, again;

	if (!peer_ch_get(ch))
		return false;
	job = kzalloc(struct_size(job, iu, len), GFP_KERNEL);
	if (job)
		job->rsp = kzalloc(PEER_MAX_IU, GFP_KERNEL);
	if (!job || !job->rsp) {
		kfree(job);
		peer_ch_close(ch);
		peer_ch_put(ch);
		return false;
	}
	job->ch = ch;
	job->len = len;
	memcpy(job->iu, iu, len);
	memcpy(&job->tag, iu + offsetof(struct srp_cmd, tag), 8);
	memcpy(job->lun, lun, 8);
	INIT_WORK(&job->work, fn);
	peer_script_match(&ch->port->script, what, code, &job->plan);
	again = peer_plan_find(&job->plan, PEER_AGAIN);
	spin_lock_irq(&ch->lock);
	reused = tag_in_use(ch, job->tag);
	list_add_tail(&job->entry, &ch->jobs);
	spin_unlock_irq(&ch->lock);
	if (reused) {
		pr_warn_ratelimited("srp_peer: %s: tag %#llx is in use\n", ch->port->name, job->tag);
		peer_count(ch->port, PEER_TAG_REUSES);
	}
	if (what == PEER_TSK_MGMT)
		peer_ch_queue_tm(&job->work);
	else
		peer_ch_queue(&job->work);
	return again;
}

/* ---- answering -------------------------------------------------------------------------------------------- */

void peer_job_code(struct peer_job *job, u8 code)
{
	struct srp_rsp *rsp = job->rsp;

	rsp->opcode = SRP_OP_RSP;
	rsp->tag = job->tag;
	rsp->flags = SRP_RSP_VALID;
	rsp->resp_len = cpu_to_be32(4);
	rsp->data[3] = code;
	job->rsp_len = sizeof(*rsp) + 4;
}

void peer_job_delay(const struct peer_job *job)
{
	const struct peer_action *act = peer_plan_find(&job->plan, PEER_DELAY);

	if (act)
		msleep(act->val[ARG_MS]);
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
	job->rsp_len = peer_action_bytes(act, job->tag, (u8 *)job->rsp);
}

void peer_job_grant(struct peer_job *job)
{
	job->rsp->req_lim_delta = cpu_to_be32(1 + atomic_xchg(&job->ch->owed, 0));
}

void peer_job_answer(struct peer_job *job)
{
	const struct peer_action *act;
	unsigned int i;
	u64 copies;

	spin_lock_irq(&job->ch->lock);
	job->answered = true;
	spin_unlock_irq(&job->ch->lock);
	for (i = 0; i < job->plan.nr; i++) {
		act = &job->plan.rule[i]->act;
		if (act->verb == PEER_SET)
			set_fields(job, act);
		else if (act->verb == PEER_RAW)
			set_raw(job, act);
	}
	act = peer_plan_find(&job->plan, PEER_DUP);
	for (copies = act ? act->val[ARG_COUNT] + 1 : 1; copies; copies--)
		if (peer_send_iu(job->ch, job->rsp, job->rsp_len))
			break;
}

void peer_job_deliver(struct peer_job *job)
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
	peer_job_grant(job);
	peer_job_answer(job);
	peer_job_free(job);
}

/* ---- all of a channel ------------------------------------------------------------------------------------- */

void peer_jobs_release(struct peer_ch *ch, const struct peer_action *act)
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
		peer_job_grant(found);
		peer_job_answer(found);
		peer_job_free(found);
	}
}

static bool is_doomed(const struct peer_job *job, const struct srp_tsk_mgmt *tm)
{
	if (job->iu[0] != SRP_OP_CMD)
		return false;
	return tm->func == SRP_TMF_ABORT_TASK ? job->tag == tm->task_tag : !memcmp(job->lun, tm->lun, 8);
}

bool peer_jobs_collect(struct peer_ch *ch, const struct srp_tsk_mgmt *tm, struct list_head *ended)
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

void peer_jobs_drop_held(struct peer_ch *ch)
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
		peer_job_free(job);
	}
}
