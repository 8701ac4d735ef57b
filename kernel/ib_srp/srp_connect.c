// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One channel up or down. */
#include <linux/delay.h>
#include "srp_connect.h"
#include "srp_log.h"
#include "srp_target.h"

/* How long the HCA may take to notice a dead path, for block layer time-outs. */
static void srp_ch_learn_timeout(struct srp_ch *ch)
{
	struct ib_qp_init_attr init_attr;
	struct ib_qp_attr attr = {};	/* not every driver fills it */

	if (ib_query_qp(ch->qp, &attr, IB_QP_TIMEOUT | IB_QP_RETRY_CNT, &init_attr))
		return;
	ch->rc_timeout_ms = srp_rc_timeout_ms(attr.timeout, attr.retry_cnt);
}

/* An answer that nobody waited for may have come until the identifier was destroyed. */
static void srp_ch_release_cm(struct srp_ch *ch)
{
	ch->target->cm->release(ch);
	ch->cm_connected = false;
}

int srp_ch_connect(struct srp_ch *ch, bool multi)
{
	struct srp_target *target = ch->target;
	const struct srp_cm_ops *cm = target->cm;
	int ret;

	ret = cm->resolve(ch);
	if (ret)
		goto release;
	ret = srp_ch_create_qp(ch, &target->sizes, cm->create_qp);
	if (ret)
		goto release;
	ret = cm->connect(ch, multi);
	if (ret)
		goto destroy_qp;
	srp_ch_learn_timeout(ch);
	return 0;

destroy_qp:
	srp_ch_disconnect(ch);
	srp_ch_destroy_qp(ch, srp_drain_end(), cm->destroy_qp);
release:
	srp_ch_release_cm(ch);
	return ret;
}

#define SRP_LOGOUT_MS	50

static bool srp_ch_logout_sent(struct srp_ch *ch)
{
	unsigned long flags;
	bool sent;

	spin_lock_irqsave(&ch->lock, flags);
	if (ch->live)
		srp_ch_poll_send(ch);
	sent = !ch->live || !ch->tm.busy;
	spin_unlock_irqrestore(&ch->lock, flags);
	return sent;
}

void srp_ch_logout(struct srp_ch *ch)
{
	unsigned long end = jiffies + msecs_to_jiffies(SRP_LOGOUT_MS);
	unsigned long flags;
	int ret = -ENOTCONN;

	mutex_lock(&ch->tm_mutex);
	spin_lock_irqsave(&ch->lock, flags);
	if (ch->live && !ch->tm.busy) {
		srp_build_i_logout(ch->tm.iu.buf, 0);
		ret = srp_ctl_post(&ch->tm, sizeof(struct srp_i_logout));
	}
	spin_unlock_irqrestore(&ch->lock, flags);
	while (!ret && !srp_ch_logout_sent(ch) && time_before(jiffies, end))
		usleep_range(500, 1000);
	mutex_unlock(&ch->tm_mutex);
}

void srp_ch_disconnect(struct srp_ch *ch)
{
	if (!ch->cm_connected)
		return;
	ch->cm_connected = false;
	ch->target->cm->disconnect(ch);
}

void srp_ch_release(struct srp_ch *ch, unsigned long drain_end)
{
	srp_ch_destroy_qp(ch, drain_end, ch->target->cm->destroy_qp);
	srp_ch_release_cm(ch);
}
