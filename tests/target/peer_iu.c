// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include "peer_act.h"
#include "peer_compat.h"
#include "peer_iu.h"
#include "peer_job.h"

/* SRP r16a table 13: reasons of SRP_T_LOGOUT */
#define T_LOGOUT_BAD_IU_TYPE	2

/* A correct target ends the connection over this (SRP r16a 6.6). */
static void unknown_iu(struct peer_ch *ch, const u8 *iu, u32 len)
{
	pr_warn("srp_peer: %s: unknown or short IU, opcode %02x, %u bytes\n", ch->port->name, len ? iu[0] : 0, len);
	peer_count(ch->port, PEER_UNKNOWN_IUS);
	peer_send_t_logout(ch, T_LOGOUT_BAD_IU_TYPE, sizeof(struct srp_t_logout));
}

/* Every request takes a credit. */
static void spend(struct peer_ch *ch)
{
	s64 left;

	spin_lock_irq(&ch->lock);
	left = --ch->credits;
	spin_unlock_irq(&ch->lock);
	if (left >= 0)
		return;
	pr_warn_ratelimited("srp_peer: %s: %lld requests more than were granted\n", ch->port->name, -left);
	peer_count(ch->port, PEER_OVERDRAWN);
}

/* A request, or two if a rule has the initiator send it again. */
static void request(struct peer_ch *ch, const u8 *iu, u32 len, enum peer_what what, u8 code, const u8 *lun, work_func_t fn)
{
	bool again;

	spend(ch);
	again = peer_job_start(ch, iu, len, what, code, lun, fn);
	if (!again)
		return;
	spend(ch);
	peer_job_start(ch, iu, len, what, code, lun, fn);
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
		request(ch, iu, len, PEER_CMD, cmd->cdb[0], cmd->lun, peer_run_cmd);
		return;
	case SRP_OP_TSK_MGMT:
		if (len < sizeof(*tm))
			break;
		request(ch, iu, len, PEER_TSK_MGMT, tm->func, tm->lun, peer_run_tsk_mgmt);
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
