// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The login conversation: request, response, reject. */
#include <linux/ratelimit.h>
#include "srp_log.h"
#include "srp_login.h"
#include "srp_target.h"

struct srp_login_params srp_login_params(const struct srp_ch *ch, bool multi)
{
	struct srp_login_params p = ch->target->login;

	p.multi_channel = multi;
	return p;
}

bool srp_login_shortens(const struct srp_target *target)
{
	return target->login.imm_data && target->sizes.plain_iu_len < target->login.it_iu_len;
}

void srp_login_shorten(struct srp_target *target)
{
	target->login.imm_data = false;
	target->login.it_iu_len = target->sizes.plain_iu_len;
}

int srp_login_granted(struct srp_ch *ch, const void *data, size_t len)
{
	const char *why;
	int ret;

	ret = srp_parse_login_rsp(data, len, &ch->grant, &why);
	if (ret)
		srp_path_err(ch->target, "login response refused: %s; is it an SRP target?", why);
	/* Nobody else's idea. */
	ch->grant.imm_data &= ch->target->login.imm_data;
	if (!ret && ch->grant.imm_data)
		srp_dbg(ch->shost, "using immediate data\n");
	return ret;
}

/* A consumer-defined reject should hold an SRP_LOGIN_REJ. Return: false if not. */
static bool srp_log_login_rej(struct srp_ch *ch, const void *data, size_t len, const char *name)
{
	struct srp_reason_text text;
	u32 reason;

	if (srp_parse_login_rej(data, len, &reason)) {
		shost_printk(KERN_WARNING, ch->shost,
			     "  REJ reason: IB_CM_REJ_CONSUMER_DEFINED, opcode 0x%02x\n",
			     len ? *(const u8 *)data : 0);
		return false;
	}
	if (reason == SRP_REJ_IU_TOO_LARGE && ch->index == 0 && srp_login_shortens(ch->target)) {
		srp_info(ch->shost, "%s takes no IUs of %u bytes, logging in without immediate data\n",
			 ch->target->name, ch->target->login.it_iu_len);
		ch->too_long = true;
		return true;
	}
	text = srp_login_rej_text(reason);
	if (reason == SRP_REJ_IU_TOO_LARGE)
		srp_warn(ch->shost, "SRP_LOGIN_REJ: requested max_it_iu_len too large\n");
	srp_warn(ch->shost, "SRP LOGIN %sREJECTED, reason 0x%08x\n", name, reason);
	srp_path_err(ch->target, "login rejected: %s; %s", text.text, text.hint);
	return true;
}

int srp_login_rejected(struct srp_ch *ch, unsigned int reason, const void *data, size_t len,
		       const char *name)
{
	static DEFINE_RATELIMIT_STATE(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
	struct srp_reason_text text;

	ch->refused = true;
	srp_dbg(ch->shost, "REJ received\n");
	/* Many channels are refused for one reason. */
	if (ch->index && !__ratelimit(&rs))
		return -ECONNRESET;
	switch (reason) {
	case IB_CM_REJ_CONSUMER_DEFINED:
		if (srp_log_login_rej(ch, data, len, name))
			return -ECONNRESET;
		break;
	case IB_CM_REJ_PORT_REDIRECT:
		shost_printk(KERN_WARNING, ch->shost, "  REJ reason: IB_CM_REJ_PORT_REDIRECT\n");
		break;
	case IB_CM_REJ_STALE_CONN:
		shost_printk(KERN_WARNING, ch->shost, "  REJ reason: stale connection\n");
		break;
	case IB_CM_REJ_DUPLICATE_LOCAL_COMM_ID:
		shost_printk(KERN_WARNING, ch->shost,
			     "  REJ reason: IB_CM_REJ_DUPLICATE_LOCAL_COMM_ID\n");
		break;
	default:
		shost_printk(KERN_WARNING, ch->shost, "  REJ reason 0x%x\n", reason);
		break;
	}
	text = srp_cm_rej_text(reason);
	srp_path_err(ch->target, "connection to %s rejected: %s; %s", ch->target->name,
		     text.text, text.hint);
	return -ECONNRESET;
}

void srp_cm_begin(struct srp_ch *ch)
{
	ch->refused = false;
	ch->too_long = false;
	WRITE_ONCE(ch->cm_answered, false);
}

void srp_cm_end(struct srp_ch *ch, int status)
{
	ch->cm_status = status;
	/* Pairs with srp_cm_wait(). */
	kc_store_release(&ch->cm_answered, true);
	wake_up_all(&ch->target->cm_wait);
}

/*
 * A CM that sends a request 16 times and waits 6.1 s for each answer (subnet time-out and packet
 * life time 18, the defaults of opensm) is done before.
 */
#define SRP_CM_SECS	150

int srp_cm_wait(struct srp_ch *ch)
{
	struct srp_target *target = ch->target;
	long left;
	int ret;

	left = wait_event_interruptible_timeout(target->cm_wait,
						/* Pairs with srp_cm_end(): the status is visible. */
						kc_load_acquire(&ch->cm_answered) ||
						srp_target_interrupted(target),
						SRP_CM_SECS * HZ);
	if (left < 0)
		return left;
	ret = srp_target_interrupted(target);
	if (ret)
		return ret;
	if (left)
		return ch->cm_status;
	srp_path_err(target, "no answer from %s and no error from the connection manager of %s for %d s; does port %u still send?",
		     target->name, dev_name(&ch->sdev->dev->dev), SRP_CM_SECS,
		     target->port_num);
	return -ETIMEDOUT;
}

void srp_cm_closed(struct srp_ch *ch)
{
	ch->cm_connected = false;
	srp_cm_end(ch, -ECONNRESET);
	srp_ch_fail(ch);
}
