// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A target's life. */
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/nsproxy.h>
#include <linux/sched/mm.h>
#include <rdma/ib_cache.h>
#include <scsi/scsi_device.h>
#include "srp_channels.h"
#include "srp_connect.h"
#include "srp_count.h"
#include "srp_host.h"
#include "srp_io.h"
#include "srp_log.h"
#include "srp_params.h"
#include "srp_rsp.h"
#include "srp_target.h"

/* Error work is needed to free memory that dirty pages wait for. */
static struct workqueue_struct *srp_error_wq;
/* Removal waits for the SCSI error handler and for everything else. */
static struct workqueue_struct *srp_remove_wq;
/* A scan may wait for a dead path as long as that is not given up. */
static struct workqueue_struct *srp_scan_wq;

int srp_target_init_wq(void)
{
	srp_error_wq = alloc_workqueue("srp_error", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!srp_error_wq)
		return -ENOMEM;
	srp_remove_wq = alloc_workqueue("srp_remove", WQ_UNBOUND, 0);
	if (!srp_remove_wq)
		goto destroy_error_wq;
	srp_scan_wq = alloc_workqueue("srp_scan", WQ_UNBOUND, 0);
	if (!srp_scan_wq)
		goto destroy_remove_wq;
	if (srp_channels_init_wq())
		goto destroy_scan_wq;
	return 0;

destroy_scan_wq:
	destroy_workqueue(srp_scan_wq);
destroy_remove_wq:
	destroy_workqueue(srp_remove_wq);
destroy_error_wq:
	destroy_workqueue(srp_error_wq);
	return -ENOMEM;
}

void srp_target_exit_wq(void)
{
	destroy_workqueue(srp_remove_wq);
	destroy_workqueue(srp_scan_wq);
	destroy_workqueue(srp_error_wq);
	srp_channels_exit_wq();
}

/* --- state ------------------------------------------------------------------------ */

static enum srp_target_state srp_target_state(struct srp_target *target)
{
	enum srp_target_state state;
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	state = target->state;
	spin_unlock_irqrestore(&target->lock, flags);
	return state;
}

bool srp_target_connected(struct srp_target *target)
{
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		if (!READ_ONCE(target->ch[i].live))
			return false;
	return target->ch_count > 0;
}

bool srp_target_usable(struct srp_target *target)
{
	bool usable;

	down_read(&target->eh_sem);
	usable = !target->gone && srp_target_connected(target);
	up_read(&target->eh_sem);
	return usable;
}

/* --- upcalls of channels --------------------------------------------------------------- */

static void srp_target_ch_failed(struct srp_ch *ch)
{
	kc_queue_work(srp_error_wq, &ch->target->error_work);
}

/* A flood of these costs one scan per second. */
static void srp_target_luns_changed(struct srp_ch *ch)
{
	struct srp_target *target = ch->target;
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	if (target->state == SRP_TARGET_LIVE)
		kc_queue_delayed_work(srp_scan_wq, &target->rescan_work, HZ);
	spin_unlock_irqrestore(&target->lock, flags);
}

static const struct srp_ch_ops srp_target_ch_ops = {
	.recv_done = srp_recv_done,
	.failed = srp_target_ch_failed,
	.luns_changed = srp_target_luns_changed,
};

/* --- connect ------------------------------------------------------------------------ */

int srp_target_connect(struct srp_target *target)
{
	int ret;

	mutex_lock(&target->connect_mutex);
	ret = srp_channels_alloc(target, &srp_target_ch_ops);
	if (ret)
		goto free_channels;
	ret = srp_channels_connect(target);
	if (ret < 0)
		goto release_channels;
	/* Fewer channels than asked for are better than none. */
	srp_channels_trim(target, ret);
	srp_path_good(target);
	srp_channels_go_live(target);
	mutex_unlock(&target->connect_mutex);
	return 0;

release_channels:
	srp_channels_release(target);
free_channels:
	srp_channels_free(target);
	mutex_unlock(&target->connect_mutex);
	return ret;
}

void srp_target_disconnect(struct srp_target *target)
{
	mutex_lock(&target->connect_mutex);
	srp_channels_each(target, srp_ch_logout);
	srp_channels_release(target);
	mutex_unlock(&target->connect_mutex);
	/* Dead channels do not queue these any more. */
	cancel_delayed_work_sync(&target->watchdog);
	cancel_work_sync(&target->error_work);
	cancel_delayed_work_sync(&target->kick_work);
	cancel_delayed_work_sync(&target->rescan_work);
	/* sg_reset may still be inside the error handler. */
	down_write(&target->eh_sem);
	target->gone = true;
	up_write(&target->eh_sem);
	kc_tags_exit(target->shost, &target->tags);
	srp_channels_free(target);
}

/* --- time-outs of the block layer ------------------------------------------------------ */

#define SRP_MIN_RQ_TIMEOUT_MS	30000u
#define SRP_RQ_TIMEOUT_SLACK_MS	1000u

static unsigned int srp_target_rq_timeout(const struct srp_target *target)
{
	unsigned int ms = SRP_MIN_RQ_TIMEOUT_MS;

	if (target->ch[0].rc_timeout_ms < INT_MAX)
		ms = max(ms, target->ch[0].rc_timeout_ms + SRP_RQ_TIMEOUT_SLACK_MS);
	return msecs_to_jiffies(ms);
}

void srp_target_set_rq_timeout(struct srp_target *target, struct scsi_device *sdev)
{
	unsigned int timeout;

	if (sdev->type != TYPE_DISK)
		return;
	timeout = srp_target_rq_timeout(target);
	if (!target->rq_timeout)
		target->rq_timeout = timeout;
	if (sdev->request_queue->rq_timeout < timeout)
		blk_queue_rq_timeout(sdev->request_queue, timeout);
}

/* The new path may have another packet life time. Other values are the administrator's. */
static void srp_target_refresh_timeouts(struct srp_target *target)
{
	unsigned int old = target->rq_timeout;
	struct scsi_device *sdev;

	target->rq_timeout = srp_target_rq_timeout(target);
	shost_for_each_device(sdev, target->shost)
		if (sdev->type == TYPE_DISK && sdev->request_queue->rq_timeout == old)
			blk_queue_rq_timeout(sdev->request_queue, target->rq_timeout);
}

/* --- the transport's requests --------------------------------------------------------- */

/* Requests that the target accepts on each channel. Any context while connected. */
s32 srp_target_min_req_lim(struct srp_target *target)
{
	s32 limit = SRP_MAX_REQ_LIM;
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		limit = min(limit, target->ch[i].grant.req_lim);
	if (limit < 2)
		srp_path_err(target, "%s grants only 1 request at a time, but 2 are needed; raise the request limit of the target",
			     target->name);
	return limit;
}

unsigned int srp_target_sg_limit(struct srp_target *target)
{
	unsigned int limit = target->sizes.sg_tablesize;
	unsigned int i;

	if (target->sdev->reg.fast_reg || target->opt.allow_ext_sg)
		return limit;
	for (i = 0; i < target->ch_count; i++)
		limit = min(limit, max(srp_ch_granted_descs(&target->ch[i], &target->sizes), 1u));
	return limit;
}

/* The SCSI core goes on to hand over lists as long as the first login made them. */
static bool srp_target_takes_lists(struct srp_target *target)
{
	unsigned int limit = srp_target_sg_limit(target);
	unsigned int needed = target->shost->sg_tablesize;

	if (limit >= needed)
		return true;
	srp_path_err(target, "%s grants requests with %u descriptors, but %u are in use since the login; log out and in again, or raise the limit of the target",
		     target->name, limit, needed);
	return false;
}

static void srp_target_begin_attempt(struct srp_target *target)
{
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	target->attempt_at = jiffies;
	target->restart = false;
	spin_unlock_irqrestore(&target->lock, flags);
}

static int srp_rport_reconnect(struct srp_rport *rport)
{
	struct srp_target *target = rport->lld_data;
	unsigned int noio;
	int ret;

	mutex_lock(&target->connect_mutex);
	/* Memory must not be waited for that is written back to this target. */
	noio = memalloc_noio_save();
	srp_channels_release(target);
	srp_target_begin_attempt(target);
	ret = srp_target_interrupted(target);
	if (!ret)
		ret = srp_channels_connect(target);
	/* With fewer channels some hardware queues would have none. */
	if (ret >= 0)
		ret = ret == target->ch_count && srp_target_min_req_lim(target) > 1 &&
			srp_target_takes_lists(target) ? 0 : -ECONNRESET;
	if (ret) {
		srp_channels_release(target);
		goto unlock;
	}
	srp_target_refresh_timeouts(target);
	srp_path_good(target);
	srp_channels_go_live(target);
	if (srp_target_connected(target)) {
		srp_info(target->shost, "reconnect succeeded\n");
	} else {
		srp_channels_release(target);
		ret = -ECONNRESET;
	}
unlock:
	memalloc_noio_restore(noio);
	mutex_unlock(&target->connect_mutex);
	/* The error work of a channel that failed meanwhile found the mutex taken. */
	if (!ret && !srp_target_connected(target))
		kc_queue_work(srp_error_wq, &target->error_work);
	return ret;
}

static bool srp_rport_is_connected(struct srp_rport *rport)
{
	return srp_target_connected(rport->lld_data);
}

/*
 * Whatever is outstanding on a broken connection is handed back by the error work, after
 * it stopped the queue pairs; nothing more is posted.
 */
static void srp_rport_terminate_io(struct srp_rport *rport)
{
	struct srp_target *target = rport->lld_data;

	kc_queue_work(srp_error_wq, &target->error_work);
}

static void srp_rport_request_delete(struct srp_rport *rport)
{
	srp_target_remove(rport->lld_data);
}

static void srp_rport_path_gone(struct srp_rport *rport)
{
	struct srp_target *target = rport->lld_data;

	if (srp_target_connected(target))
		srp_info(target->shost, "told that the path to %s is gone\n", target->name);
	srp_target_port_down(target);
}

const struct srp_function_template srp_transport_functions = {
	.tmo = &srp_param_tmo,
	.reconnect = srp_rport_reconnect,
	.is_connected = srp_rport_is_connected,
	.terminate_rport_io = srp_rport_terminate_io,
	.path_gone = srp_rport_path_gone,
	.rport_delete = srp_rport_request_delete,
};

#define SRP_RESET_POLL	(HZ / 20 + 1)

int srp_target_reset(struct srp_target *target)
{
	struct srp_rport *rport = target->rport;

	/*
	 * Whoever holds the mutex begins by handing back everything, which takes long if the
	 * HCA hangs. Then an attempt to connect may take a minute.
	 */
	while (!mutex_trylock(&target->connect_mutex))
		if (wait_event_timeout(rport->wait,
				       READ_ONCE(rport->state) >= SRP_RPORT_FAIL_FAST &&
				       srp_channels_idle(target), SRP_RESET_POLL))
			return -ENOTCONN;
	srp_channels_kill(target, srp_result_reset);
	mutex_unlock(&target->connect_mutex);
	if (srp_target_state(target) == SRP_TARGET_REMOVED) {
		srp_rport_lost(rport);
		return -ENOTCONN;
	}
	return srp_reconnect_rport(rport);
}

/* --- errors and events ------------------------------------------------------------------ */

static void srp_target_error_work(struct work_struct *work)
{
	struct srp_target *target = container_of(work, struct srp_target, error_work);

	/* First of all its timers start: an HCA that hangs takes long to stop the queue pairs. */
	if (srp_target_state(target) == SRP_TARGET_LIVE)
		srp_rport_error(target->rport);
	/*
	 * Who holds the mutex began by handing back everything, and looks at the channels
	 * when it is done; connecting may take a minute.
	 */
	if (mutex_trylock(&target->connect_mutex)) {
		if (srp_target_connected(target)) {
			mutex_unlock(&target->connect_mutex);
			return;
		}
		srp_channels_kill(target, srp_result_disrupted);
		mutex_unlock(&target->connect_mutex);
	}
	/* Nobody reconnects; removal must not wait for I/O that cannot end. */
	if (srp_target_state(target) == SRP_TARGET_REMOVED)
		srp_rport_lost(target->rport);
}

/* Four tries of a CM that repeats its request every five seconds. */
#define SRP_STUCK_ATTEMPT	(20 * HZ)

static void srp_target_kick_work(struct work_struct *work)
{
	struct srp_target *target = container_of(to_delayed_work(work), struct srp_target,
						 kick_work);
	unsigned long flags;

	/* An attempt from before the change may wait a minute for an answer to a lost request. */
	spin_lock_irqsave(&target->lock, flags);
	if (time_after(jiffies, target->attempt_at + SRP_STUCK_ATTEMPT))
		WRITE_ONCE(target->restart, true);
	spin_unlock_irqrestore(&target->lock, flags);
	wake_up_all(&target->cm_wait);
	srp_rport_kick(target->rport);
}

static void srp_target_rescan_work(struct work_struct *work)
{
	struct srp_target *target = container_of(to_delayed_work(work), struct srp_target,
						 rescan_work);

	srp_info(target->shost, "the target's LUNs changed, scanning\n");
	scsi_scan_target(&target->shost->shost_gendev, 0, 0, SCAN_WILD_CARD,
			 SCSI_SCAN_RESCAN);
}

void srp_target_port_down(struct srp_target *target)
{
	if (srp_target_state(target) == SRP_TARGET_LIVE)
		srp_channels_each(target, srp_ch_fail);
}

/*
 * A subnet manager makes a port active when everything is ready. An Ethernet link that comes
 * up may not carry packets yet, and the CM would repeat a lost request only after seconds.
 */
static unsigned long srp_settle_time(const struct srp_target *target)
{
	return target->opt.cm == SRP_CM_IB ? 0 : HZ / 4;
}

void srp_target_port_up(struct srp_target *target)
{
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	if (target->state == SRP_TARGET_LIVE)
		kc_mod_delayed_work(srp_error_wq, &target->kick_work, srp_settle_time(target));
	spin_unlock_irqrestore(&target->lock, flags);
}

void srp_target_pkey_change(struct srp_target *target)
{
	u16 index;

	if (target->opt.cm != SRP_CM_IB || srp_target_state(target) != SRP_TARGET_LIVE)
		return;
	if (ib_find_cached_pkey(target->sdev->dev, target->port_num,
				be16_to_cpu(target->ch[0].ib.path.pkey), &index)) {
		srp_target_port_down(target);
		return;
	}
	/* The QPs still use its old place. */
	if (index != target->ch[0].ib.pkey_index)
		srp_target_port_down(target);
	srp_target_port_up(target);
}

/* --- watchdog ----------------------------------------------------------------------------- */

/*
 * The HCA takes up to a minute to report a path that swallows packets. While commands are
 * outstanding their SENDs have to be acknowledged by the target's HCA, however slow its
 * disks are. When nothing was heard for a while a probe (INQUIRY without data) is sent, so
 * that there is something to acknowledge. Two intervals less than fast_io_fail_tmo may
 * pass, so that multipath I/O leaves a silent path within that time.
 */
static unsigned long srp_watchdog_interval(int fast_io_fail)
{
	if (fast_io_fail < 0)
		return 2 * HZ;
	return clamp_t(unsigned long, fast_io_fail * HZ / 6, HZ / 4, 2 * HZ);
}

/* A target that acknowledges probes and answers none loses no more credits than this. */
#define SRP_MAX_PROBES	8

static void srp_ch_send_probe(struct srp_ch *ch)
{
	static const u8 inquiry[6] = { INQUIRY };
	unsigned int len, keep = 0;

	lockdep_assert_held(&ch->lock);
	/* The last credit is task management's, unless nothing else can show whether the path works. */
	if (ch->probes || ch->sq_head != ch->sq_tail)
		keep = SRP_CREDIT_RESERVE;
	if (ch->probe.busy || ch->probes >= SRP_MAX_PROBES || ch->credits <= (s32)keep)
		return;
	len = srp_build_cmd(ch->probe.iu.buf, SRP_TAG_PROBE, 0, inquiry, sizeof(inquiry));
	if (srp_ctl_post(&ch->probe, len))
		return;
	ch->probes++;
	ch->credits--;
}

/* Keys of finished commands do not outlive the next ticks. */
static void srp_ch_invalidate_stale(struct srp_ch *ch)
{
	unsigned int nr = srp_mr_batch(&ch->mr_pool);
	struct ib_send_wr *first, *last;

	lockdep_assert_held(&ch->lock);
	if (!nr || nr > ch->sq_free)
		return;
	first = srp_mr_clean_stale(&ch->mr_pool, NULL, &last);
	srp_ch_post(ch, first, last, nr);
	/* Only as the last of a chain it is signaled. */
	last->send_flags = 0;
}

/* A target that keeps all credits although nothing is outstanding stops the channel for good. */
#define SRP_STARVED_SECS	30

enum srp_diagnosis { SRP_CH_WELL, SRP_CH_SILENT, SRP_CH_STARVED };

/* @limit: how long nothing may be acknowledged. @late: count from now. */
static enum srp_diagnosis srp_ch_check(struct srp_ch *ch, unsigned long interval,
				       unsigned long limit, bool late)
{
	enum srp_diagnosis diagnosis = SRP_CH_WELL;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	if (!ch->live)
		goto unlock;
	srp_ch_poll_send(ch);
	if (ch->rx_count != ch->seen_rx || ch->sq_tail != ch->seen_tail || !ch->outstanding ||
	    late)
		ch->heard_at = jiffies;
	ch->seen_rx = ch->rx_count;
	ch->seen_tail = ch->sq_tail;
	if (ch->outstanding && time_after_eq(jiffies, ch->heard_at + interval))
		srp_ch_send_probe(ch);
	/* A command that was refused comes again within milliseconds. */
	if (ch->outstanding || ch->zero_req_lim == ch->seen_zero_req_lim || late)
		ch->fed_at = jiffies;
	ch->seen_zero_req_lim = ch->zero_req_lim;
	if (!ch->live)	/* polling found out why */
		goto unlock;
	if (ch->sq_head != ch->sq_tail && time_after_eq(jiffies, ch->heard_at + limit))
		diagnosis = SRP_CH_SILENT;
	else if (time_after_eq(jiffies, ch->fed_at + SRP_STARVED_SECS * HZ))
		diagnosis = SRP_CH_STARVED;
	srp_ch_invalidate_stale(ch);
unlock:
	spin_unlock_irqrestore(&ch->lock, flags);
	return diagnosis;
}

static void srp_target_watchdog(struct work_struct *work)
{
	struct srp_target *target = container_of(to_delayed_work(work), struct srp_target,
						 watchdog);
	int fast_io_fail = READ_ONCE(target->rport->tmo.fast_io_fail);
	unsigned long interval = srp_watchdog_interval(fast_io_fail);
	unsigned long limit = MAX_JIFFY_OFFSET;
	/* A host that was too busy to look cannot blame the path. */
	bool late = time_after(jiffies, target->ticked_at + 2 * interval);
	unsigned int i;

	target->ticked_at = jiffies;

	if (fast_io_fail >= 0)
		limit = max_t(unsigned long, fast_io_fail * HZ, HZ + 2 * interval) - 2 * interval;
	for (i = 0; i < target->ch_count; i++) {
		struct srp_ch *ch = &target->ch[i];

		switch (srp_ch_check(ch, interval, limit, late)) {
		case SRP_CH_WELL:
			continue;
		case SRP_CH_SILENT:
			srp_path_err(target, "channel %u: nothing acknowledged for %u ms, taking the path to %s for dead",
				     i, jiffies_to_msecs(jiffies - ch->heard_at), target->name);
			break;
		case SRP_CH_STARVED:
			srp_path_err(target, "channel %u: %s has granted no request for %d s although none is outstanding, connecting anew",
				     i, target->name, SRP_STARVED_SECS);
			break;
		}
		srp_ch_fail(ch);
	}
	/* Until removal cancels it: its last commands need a path that is known to work, too. */
	kc_queue_delayed_work(srp_error_wq, &target->watchdog, interval);
}

/* --- publication ------------------------------------------------------------------------- */

int srp_target_publish(struct srp_target *target)
{
	struct srp_port_id id;
	struct srp_rport *rport;
	unsigned long flags;
	bool aborting;

	/* sysfs shows id_ext first whatever the I/O class. */
	srp_port_id_init(&id, target->opt.id_ext, target->opt.ioc_guid, SRP_IO_CLASS_REV16A);
	rport = srp_rport_add(target->shost, id.raw, SRP_RPORT_ROLE_TARGET, target);
	if (IS_ERR(rport))
		return PTR_ERR(rport);
	/* For whoever logs in, until it has scanned: removal may be faster. */
	srp_rport_get(rport);
	WRITE_ONCE(target->rport, rport);

	spin_lock_irqsave(&target->lock, flags);
	aborting = target->aborting;
	if (!aborting) {
		target->state = SRP_TARGET_LIVE;
		target->ticked_at = jiffies;
		kc_queue_delayed_work(srp_error_wq, &target->watchdog, HZ);
	}
	spin_unlock_irqrestore(&target->lock, flags);
	if (aborting) {
		WRITE_ONCE(target->rport, NULL);
		/* A user's scan may be queueing commands. */
		synchronize_rcu();
		srp_remove_host(target->shost);
		srp_stop_rport(rport);
		srp_rport_put(rport);
		return -ENODEV;
	}
	/* A failure until now was nobody's business. */
	if (!srp_target_connected(target))
		kc_queue_work(srp_error_wq, &target->error_work);
	return 0;
}

/* --- removal --------------------------------------------------------------------------------- */

void srp_target_free(struct srp_target *target)
{
	struct srp_host *host = target->host;
	struct Scsi_Host *shost = target->shost;
	unsigned long flags;

	put_net(target->net);
	srp_count_add(SRP_OBJ_TARGET, -1);
	spin_lock_irqsave(&host->lock, flags);
	list_del(&target->node);
	/* Under the lock: whoever waits for it may free @host. */
	if (list_empty(&host->targets))
		wake_up_all(&host->empty);
	spin_unlock_irqrestore(&host->lock, flags);
	scsi_host_put(shost);
}

static void srp_target_remove_work(struct work_struct *work)
{
	struct srp_target *target = container_of(work, struct srp_target, remove_work);
	struct srp_rport *rport = target->rport;
	bool connected;

	/* A working path serves the last commands (SYNCHRONIZE CACHE); a dead one must not stall. */
	mutex_lock(&target->connect_mutex);
	connected = srp_target_connected(target);
	if (!connected)
		srp_channels_kill(target, srp_result_disrupted);
	mutex_unlock(&target->connect_mutex);
	if (!connected)
		srp_rport_lost(rport);
	srp_rport_get(rport);
	srp_remove_host(target->shost);
	scsi_remove_host(target->shost);
	srp_stop_rport(rport);
	srp_target_disconnect(target);
	srp_rport_put(rport);
	srp_target_free(target);
}

bool srp_target_remove(struct srp_target *target)
{
	unsigned long flags;
	bool live;

	spin_lock_irqsave(&target->lock, flags);
	WRITE_ONCE(target->aborting, true);
	wake_up_all(&target->cm_wait);
	live = target->state == SRP_TARGET_LIVE;
	if (live) {
		target->state = SRP_TARGET_REMOVED;
		kc_queue_work(srp_remove_wq, &target->remove_work);
	}
	spin_unlock_irqrestore(&target->lock, flags);
	return live;
}

/* --- creation ----------------------------------------------------------------------------------- */

static void srp_target_set_name(struct srp_target *target)
{
	if (target->opt.cm == SRP_CM_IB)
		snprintf(target->name, sizeof(target->name), "%pI6", target->opt.dgid);
	else
		srp_addr_format(target->name, sizeof(target->name), &target->opt.dest);
}

void srp_target_init(struct srp_target *target, struct Scsi_Host *shost, struct srp_host *host,
		     const struct srp_options *opt)
{
	target->shost = shost;
	target->host = host;
	target->sdev = host->sdev;
	target->port_num = host->port;
	target->opt = *opt;
	target->cm = opt->cm == SRP_CM_IB ? &srp_cm_ib_ops : &srp_cm_rdma_ops;
	target->net = get_net(current->nsproxy->net_ns);
	target->topspin = srp_param_topspin_workarounds && srp_guid_is_topspin(opt->ioc_guid);
	srp_port_id_init(&target->login.target, opt->id_ext, opt->ioc_guid, opt->io_class);
	srp_target_set_name(target);
	spin_lock_init(&target->lock);
	init_waitqueue_head(&target->cm_wait);
	mutex_init(&target->connect_mutex);
	init_rwsem(&target->eh_sem);
	INIT_LIST_HEAD(&target->node);
	INIT_WORK(&target->error_work, srp_target_error_work);
	INIT_DELAYED_WORK(&target->kick_work, srp_target_kick_work);
	INIT_WORK(&target->remove_work, srp_target_remove_work);
	INIT_DELAYED_WORK(&target->rescan_work, srp_target_rescan_work);
	INIT_DELAYED_WORK(&target->watchdog, srp_target_watchdog);
	srp_count_add(SRP_OBJ_TARGET, 1);
}
