// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* All channels of a target together. */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <rdma/ib_cache.h>
#include "srp_channels.h"
#include "srp_connect.h"
#include "srp_io.h"
#include "srp_log.h"
#include "srp_login.h"

/* A connect may flush queues that need not run when memory is short. */
static struct workqueue_struct *srp_connect_wq;

int srp_channels_init_wq(void)
{
	srp_connect_wq = alloc_workqueue("srp_connect", WQ_UNBOUND, 0);
	return srp_connect_wq ? 0 : -ENOMEM;
}

void srp_channels_exit_wq(void)
{
	destroy_workqueue(srp_connect_wq);
}

void srp_channels_each(struct srp_target *target, void (*fn)(struct srp_ch *ch))
{
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		fn(&target->ch[i]);
}

/* --- allocate ------------------------------------------------------------------ */

static void srp_ch_connect_work(struct work_struct *work);

int srp_channels_alloc(struct srp_target *target, const struct srp_ch_ops *ops)
{
	const struct srp_sizes *sizes = &target->sizes;
	unsigned int vectors = max(target->sdev->dev->num_comp_vectors, 1);
	unsigned int table_len = 0;
	unsigned int i;
	int ret;

	if (sizes->sg_tablesize > sizes->cmd_sg_entries)
		table_len = sizes->sg_tablesize * sizeof(struct srp_direct_desc);
	target->ch = kvcalloc(target->ch_count, sizeof(*target->ch), GFP_KERNEL);
	if (!target->ch)
		return -ENOMEM;
	for (i = 0; i < target->ch_count; i++) {
		struct srp_ch *ch = &target->ch[i];

		ch->target = target;
		ch->sdev = target->sdev;
		ch->shost = target->shost;
		ch->ops = ops;
		ch->index = i;
		ch->allow_ext_sg = target->opt.allow_ext_sg;
		ch->comp_vector = srp_channel_vector(i, target->ch_count, vectors,
						     target->opt.comp_vector);
		INIT_WORK(&ch->connect_work, srp_ch_connect_work);
		ret = srp_ch_init(ch, sizes, table_len);
		if (ret)
			return ret;
	}
	return 0;
}

void srp_channels_free(struct srp_target *target)
{
	if (target->ch)
		srp_channels_each(target, srp_ch_exit);
	target->ch_count = 0;
	kvfree(target->ch);
	target->ch = NULL;
}

/* --- stop ------------------------------------------------------------------------ */

bool srp_channels_idle(struct srp_target *target)
{
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		if (READ_ONCE(target->ch[i].outstanding))
			return false;
	return true;
}

/* In the end the target cannot reach our memory, so that its commands can be handed back. */
static void srp_ch_kill(struct srp_ch *ch)
{
	srp_ch_set_dead(ch);
	if (srp_ch_stop_qp(ch))
		srp_ch_drop_qp(ch, ch->target->cm->destroy_qp);
}

void srp_channels_kill(struct srp_target *target, srp_result_fn result)
{
	/* Stopping a QP may allocate, and memory may depend on the commands that wait here. */
	unsigned int noio = memalloc_noio_save();
	unsigned int i;

	lockdep_assert_held(&target->connect_mutex);
	srp_channels_each(target, srp_ch_kill);
	for (i = 0; i < target->ch_count; i++)
		srp_reqs_finish_all(&target->ch[i], result);
	memalloc_noio_restore(noio);
}

void srp_channels_release(struct srp_target *target)
{
	unsigned long drain_end;
	unsigned int i;

	srp_channels_each(target, srp_ch_disconnect);
	srp_channels_kill(target, srp_result_disrupted);
	/* Commands that were being mapped hold MRs; and event handlers look at the channels. */
	synchronize_rcu();
	drain_end = srp_drain_end();
	for (i = 0; i < target->ch_count; i++)
		srp_ch_release(&target->ch[i], drain_end);
}

void srp_channels_trim(struct srp_target *target, unsigned int nr)
{
	unsigned long drain_end = srp_drain_end();

	lockdep_assert_held(&target->connect_mutex);
	while (target->ch_count > nr) {
		struct srp_ch *ch = &target->ch[--target->ch_count];

		srp_ch_disconnect(ch);
		srp_ch_kill(ch);
		srp_ch_release(ch, drain_end);
		srp_ch_exit(ch);
	}
}

/* --- connect ----------------------------------------------------------------------- */

/* Index 0 is the port's own GID. It changes with the subnet prefix, so ask every time. */
static int srp_target_query_gid(struct srp_target *target)
{
	u64 iid;
	int ret;

	ret = rdma_query_gid(target->sdev->dev, target->port_num, 0, &target->sgid);
	if (ret) {
		srp_path_err(target, "reading GID 0 of %s port %u failed (%d); is the port up?",
			     dev_name(&target->sdev->dev->dev), target->port_num, ret);
		return ret;
	}
	iid = be64_to_cpu(target->sgid.global.interface_id);
	srp_port_id_init(&target->login.initiator, target->opt.initiator_ext, iid,
			 target->opt.io_class);
	if (target->topspin) {
		srp_dbg(target->shost, "Topspin/Cisco initiator port ID workaround activated for target GUID %016llx\n",
			target->opt.ioc_guid);
		srp_port_id_init(&target->login.initiator, 0,
				 be64_to_cpu(target->sdev->dev->node_guid),
				 SRP_IO_CLASS_REV16A);
	}
	return 0;
}

static void srp_ch_connect_work(struct work_struct *work)
{
	struct srp_ch *ch = container_of(work, struct srp_ch, connect_work);
	/* Memory must not be waited for that is written back to this target. */
	unsigned int noio = memalloc_noio_save();

	ch->connect_status = srp_ch_connect(ch, true);
	memalloc_noio_restore(noio);
	/* The status is visible to whoever sees this. */
	kc_store_release(&ch->connecting, false);
	wake_up_all(&ch->target->cm_wait);
}

static bool srp_channels_answered(struct srp_target *target)
{
	unsigned int i;

	for (i = 1; i < target->ch_count; i++)
		/* Pairs with srp_ch_connect_work(). */
		if (kc_load_acquire(&target->ch[i].connecting))
			return false;
	return true;
}

/*
 * All but the first, at the same time. Return: 0 and every connect_status is valid;
 * -ERESTARTSYS or as srp_target_interrupted(). Nothing runs any more.
 */
static int srp_channels_connect_others(struct srp_target *target)
{
	unsigned int i;
	int ret;

	for (i = 1; i < target->ch_count; i++) {
		target->ch[i].connecting = true;
		kc_queue_work(srp_connect_wq, &target->ch[i].connect_work);
	}
	ret = wait_event_interruptible(target->cm_wait, srp_channels_answered(target) ||
				       srp_target_interrupted(target));
	if (!ret)
		ret = srp_target_interrupted(target);
	if (ret) {
		/* Those that wait return; nobody reconnects while a login owns the target. */
		WRITE_ONCE(target->restart, true);
		wake_up_all(&target->cm_wait);
	}
	for (i = 1; i < target->ch_count; i++)
		cancel_work_sync(&target->ch[i].connect_work);
	return ret;
}

/* A target may refuse what comes at the same time, and accept it one by one. */
static int srp_ch_retry(struct srp_ch *ch)
{
	if (ch->connect_status && ch->refused)
		return srp_ch_connect(ch, true);
	return ch->connect_status;
}

static void srp_log_failed_channel(struct srp_target *target, unsigned int index)
{
	srp_outcome_err(target, "Connection %u/%u to %s failed", index, target->ch_count,
			target->name);
}

int srp_channels_connect(struct srp_target *target)
{
	unsigned int i;
	int ret;

	lockdep_assert_held(&target->connect_mutex);
	srp_path_begin(target);
	ret = srp_target_query_gid(target);
	if (ret)
		return ret;
	ret = srp_ch_connect(&target->ch[0], false);
	if (ret == -ECONNRESET && target->ch[0].too_long) {
		srp_login_shorten(target);
		ret = srp_ch_connect(&target->ch[0], false);
	}
	if (ret) {
		srp_log_failed_channel(target, 0);
		return ret;
	}
	ret = srp_channels_connect_others(target);
	for (i = 1; !ret && i < target->ch_count; i++) {
		if (!srp_ch_retry(&target->ch[i]))
			continue;
		srp_log_failed_channel(target, i);
		ret = srp_target_interrupted(target);
		if (!ret && signal_pending(current))
			ret = -ERESTARTSYS;
		break;
	}
	return ret ? : i;
}

static void srp_ch_go_live(struct srp_ch *ch)
{
	srp_ch_set_live(ch, &ch->target->sizes);
	/* The target may have gone since the login. */
	if (!READ_ONCE(ch->cm_connected))
		srp_ch_fail(ch);
}

void srp_channels_go_live(struct srp_target *target)
{
	srp_channels_each(target, srp_ch_go_live);
}
