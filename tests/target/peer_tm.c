// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "peer_act.h"
#include "peer_iu.h"
#include "peer_job.h"

static bool same_nexus(const struct peer_ch *a, const struct peer_ch *b)
{
	return !memcmp(a->initiator_id, b->initiator_id, 16) && !memcmp(a->target_id, b->target_id, 16);
}

/* An abort looks at its own channel, a reset at all channels of the I_T nexus. */
static void end_jobs(struct peer_ch *ch, const struct srp_tsk_mgmt *tm, struct list_head *ended)
{
	struct peer_ch **channels;
	unsigned int i, nr;

	if (tm->func == SRP_TMF_ABORT_TASK) {
		wait_event(ch->wait, peer_jobs_collect(ch, tm, ended));
		return;
	}
	channels = peer_ch_get_all(ch->port, &nr);
	if (!channels) {
		peer_ch_close(ch);
		return;
	}
	for (i = 0; i < nr; i++)
		if (same_nexus(ch, channels[i]))
			wait_event(channels[i]->wait, peer_jobs_collect(channels[i], tm, ended));
	peer_ch_put_all(channels, nr);
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
			peer_job_answer(job);
		}
		peer_job_free(job);
	}
}

void peer_run_tsk_mgmt(struct work_struct *work)
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
	peer_job_code(job, code);
	peer_job_delay(job);
	peer_act_plan(ch, &job->plan, job->tag);
	peer_job_deliver(job);
	bury(&ended);
}
