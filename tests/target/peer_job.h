/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One request of the initiator, from its arrival until its answer, or until it is given up. It is carried out in a work item;
 * the script may hold its answer, and then it stays with the channel until it is released, aborted, or the channel ends.
 */
#ifndef PEER_JOB_H
#define PEER_JOB_H

#include "peer_ch.h"
#include "peer_scsi.h"

enum job_state { JOB_RUNNING, JOB_ABORTED, JOB_HELD };

struct peer_job {
	struct list_head entry;		/* ch->jobs while anybody may look for it; ch->lock */
	struct work_struct work;
	struct peer_ch *ch;
	enum job_state state;		/* ch->lock */
	bool counted;			/* among those held */
	bool answered;			/* its tag may be used again; ch->lock */
	struct peer_plan plan;
	u64 tag;
	u8 lun[8];
	struct peer_scsi scsi;
	struct srp_rsp *rsp;		/* with room for PEER_MAX_IU bytes */
	u32 rsp_len;
	u32 len;
	u8 iu[];
};

/*
 * A copy of @iu, with the rules that match @what and @code, is queued to be carried out by @fn.
 * Return: does one of them want it to be started a second time?
 */
bool peer_job_start(struct peer_ch *ch, const u8 *iu, u32 len, enum peer_what what, u8 code, const u8 *lun, work_func_t fn);

/* For jobs that are in no list. */
void peer_job_free(struct peer_job *job);

/* Ends it without an answer: the connection broke, or the answer was early. Frees it. */
void peer_job_end(struct peer_job *job);

/* A response with response data: three reserved bytes and the code (SRP r16a 6.9). */
void peer_job_code(struct peer_job *job, u8 code);

/* Script verb delay. */
void peer_job_delay(const struct peer_job *job);

/* Puts credits into the response: for this request, and for those that ended without an answer. */
void peer_job_grant(struct peer_job *job);

/* Sends the response with whatever the script does to it. */
void peer_job_answer(struct peer_job *job);

/* It was carried out: answers and frees it, or keeps it. */
void peer_job_deliver(struct peer_job *job);

/* Verb release: answers what is held. */
void peer_jobs_release(struct peer_ch *ch, const struct peer_action *act);

/*
 * Takes the held ones that @tm aborts out of the channel. Return: whether none of them is still being carried out; if not, the
 * channel is woken up when one is done.
 */
bool peer_jobs_collect(struct peer_ch *ch, const struct srp_tsk_mgmt *tm, struct list_head *ended);

/* The channel ends: frees the held ones. Context: any. */
void peer_jobs_drop_held(struct peer_ch *ch);

#endif /* PEER_JOB_H */
