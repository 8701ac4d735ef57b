// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Life of a remote port: it carries out what the state machine decides.
 *
 * Every transition happens under rport->mutex, actions included. Reconnecting
 * runs outside of it, so that nothing a target does or does not do can hold up
 * the fast_io_fail and dev_loss timers.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/transport_class.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include "srp_rport.h"

/* Timers must run when memory is short; a connect may flush queues that need not. */
static struct workqueue_struct *srp_timer_wq;
static struct workqueue_struct *srp_reconnect_wq;

int srp_rport_init_wq(void)
{
	srp_timer_wq = alloc_workqueue("srp_timer", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!srp_timer_wq)
		return -ENOMEM;
	srp_reconnect_wq = alloc_workqueue("srp_reconnect", WQ_UNBOUND, 0);
	if (!srp_reconnect_wq)
		goto destroy_timer_wq;
	return 0;

destroy_timer_wq:
	destroy_workqueue(srp_timer_wq);
	return -ENOMEM;
}

void srp_rport_exit_wq(void)
{
	destroy_workqueue(srp_reconnect_wq);
	destroy_workqueue(srp_timer_wq);
}

/* --- actions ------------------------------------------------------------ */

static void srp_start_timer(struct delayed_work *work, unsigned long *at, int secs)
{
	unsigned long delay = (unsigned long)secs * HZ;
	unsigned long due = jiffies + delay;

	if (secs >= 0 && kc_queue_delayed_work(srp_timer_wq, work, delay))
		*at = due;
}

static void srp_stop_timers(struct srp_rport *rport)
{
	cancel_delayed_work(&rport->fast_io_fail_work);
	cancel_delayed_work(&rport->dev_loss_work);
}

/*
 * The first attempt after a loss starts at once, so that a hiccup costs
 * milliseconds. A connection that did not live as long as reconnect_delay does not
 * earn that: two initiators with the same port identifier would else evict each
 * other without pause.
 */
static int srp_next_delay(const struct srp_rport *rport)
{
	int delay = rport->tmo.reconnect_delay;

	if (delay > 0 && !rport->failed_reconnects &&
	    time_after_eq(jiffies, rport->connected_at + (unsigned long)delay * HZ))
		return 0;
	return srp_tmo_reconnect_delay(delay, rport->failed_reconnects);
}

static void srp_queue_reconnect(struct srp_rport *rport)
{
	int secs = srp_next_delay(rport);

	if (secs >= 0)
		kc_queue_delayed_work(srp_reconnect_wq, &rport->reconnect_work,
				      (unsigned long)secs * HZ);
}

/*
 * The next device of a host after @prev, with a reference; drops that of @prev. Unlike
 * shost_for_each_device() also those that are being removed, for they may be blocked,
 * and those of a module that is being unloaded.
 */
static struct scsi_device *srp_next_device(struct Scsi_Host *shost, struct scsi_device *prev)
{
	struct scsi_device *sdev, *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(shost->host_lock, flags);
	sdev = list_prepare_entry(prev, &shost->__devices, siblings);
	list_for_each_entry_continue(sdev, &shost->__devices, siblings) {
		if (sdev->sdev_state != SDEV_DEL &&
		    kobject_get_unless_zero(&sdev->sdev_gendev.kobj)) {
			next = sdev;
			break;
		}
	}
	spin_unlock_irqrestore(shost->host_lock, flags);
	if (prev)
		put_device(&prev->sdev_gendev);
	return next;
}

static void srp_for_each_device(struct srp_rport *rport, enum scsi_device_state state,
				void (*fn)(struct scsi_device *sdev,
					   enum scsi_device_state state))
{
	struct Scsi_Host *shost = rport_to_shost(rport);
	struct scsi_device *sdev = NULL;

	while ((sdev = srp_next_device(shost, sdev))) {
		kc_sdev_lock_state(sdev);
		fn(sdev, state);
		kc_sdev_unlock_state(sdev);
	}
}

/*
 * Blocks a device that a command has to wait for, if @state says so. No wait for commands
 * that are being queued: drivers refuse them once they know that the connection is down.
 */
static void srp_hold_device(struct scsi_device *sdev, enum scsi_device_state state)
{
	if (xchg(&sdev->hostdata, NULL) && state == SDEV_BLOCK)
		scsi_internal_device_block_nowait(sdev);
}

static void srp_unblock_device(struct scsi_device *sdev, enum scsi_device_state state)
{
	scsi_internal_device_unblock_nowait(sdev, state);
	/*
	 * Devices that nobody used meanwhile were never blocked; and the error handler
	 * takes devices offline while the path is dead.
	 */
	if ((state == KC_SDEV_GIVEN_UP && sdev->sdev_state == SDEV_RUNNING) ||
	    (state == SDEV_RUNNING && sdev->sdev_state == SDEV_OFFLINE))
		scsi_device_set_state(sdev, state);
}

static void srp_do(struct srp_rport *rport, unsigned int actions)
{
	if (actions & SRP_DO_STOP_TIMERS)
		srp_stop_timers(rport);
	if (actions & SRP_DO_START_FAST_FAIL)
		srp_start_timer(&rport->fast_io_fail_work, &rport->fast_io_fail_at,
				rport->tmo.fast_io_fail);
	if (actions & SRP_DO_START_DEV_LOSS)
		srp_start_timer(&rport->dev_loss_work, &rport->dev_loss_at,
				rport->tmo.dev_loss);
	if (actions & SRP_DO_CLEAR_FAILURES)
		rport->failed_reconnects = 0;
	if (actions & SRP_DO_COUNT_FAILURE)
		rport->failed_reconnects++;
	if (actions & SRP_DO_BLOCK)
		WRITE_ONCE(rport->may_hold, true);
	if (actions & (SRP_DO_UNBLOCK | SRP_DO_OFFLINE))
		WRITE_ONCE(rport->may_hold, false);
	if (actions & SRP_DO_UNBLOCK)
		srp_for_each_device(rport, SDEV_RUNNING, srp_unblock_device);
	if (actions & SRP_DO_OFFLINE)
		srp_for_each_device(rport, KC_SDEV_GIVEN_UP, srp_unblock_device);
	if (actions & SRP_DO_TERMINATE)
		rport_ft(rport)->terminate_rport_io(rport);
	if (actions & SRP_DO_RECONNECT)
		srp_queue_reconnect(rport);
	if (actions & SRP_DO_DELETE)
		rport_ft(rport)->rport_delete(rport);
}

static void srp_event(struct srp_rport *rport, enum srp_rport_event ev)
{
	struct srp_rport_step step;

	lockdep_assert_held(&rport->mutex);
	step = srp_rport_next(rport->state, ev, &rport->tmo);
	WRITE_ONCE(rport->state, step.next);
	srp_do(rport, step.actions);
	wake_up_all(&rport->wait);
}

static void srp_hold_work(struct work_struct *work)
{
	struct srp_rport *rport = container_of(work, struct srp_rport, hold_work);

	mutex_lock(&rport->mutex);
	srp_for_each_device(rport, rport->may_hold ? SDEV_BLOCK : SDEV_RUNNING, srp_hold_device);
	mutex_unlock(&rport->mutex);
}

/* --- timers and reconnect ------------------------------------------------ */

static void srp_log_expired(struct srp_rport *rport, const char *what)
{
	pr_info("%s expired for SRP %s / %s.\n", what, dev_name(&rport->dev),
		dev_name(&rport_to_shost(rport)->shost_gendev));
}

static void srp_fast_io_fail_expired(struct srp_rport *rport)
{
	srp_log_expired(rport, "fast_io_fail_tmo");
	srp_event(rport, SRP_EV_FAST_IO_FAIL);
}

static void srp_fast_io_fail_work(struct work_struct *work)
{
	struct srp_rport *rport = container_of(to_delayed_work(work), struct srp_rport,
					       fast_io_fail_work);

	mutex_lock(&rport->mutex);
	/* Not a timer that was stopped while it waited for the mutex. */
	if (rport->state == SRP_RPORT_BLOCKED && rport->tmo.fast_io_fail >= 0 &&
	    time_after_eq(jiffies, rport->fast_io_fail_at))
		srp_fast_io_fail_expired(rport);
	mutex_unlock(&rport->mutex);
}

static void srp_dev_loss_work(struct work_struct *work)
{
	struct srp_rport *rport = container_of(to_delayed_work(work), struct srp_rport,
					       dev_loss_work);

	mutex_lock(&rport->mutex);
	if (rport->tmo.dev_loss < 0 || time_before(jiffies, rport->dev_loss_at))
		goto unlock;
	/* Equal time-outs expire together; fast fail comes first. */
	if (rport->state == SRP_RPORT_BLOCKED && rport->tmo.fast_io_fail >= 0)
		srp_fast_io_fail_expired(rport);
	if (rport->state == SRP_RPORT_BLOCKED || rport->state == SRP_RPORT_FAIL_FAST) {
		srp_log_expired(rport, "dev_loss_tmo");
		srp_event(rport, SRP_EV_DEV_LOSS);
	}
unlock:
	mutex_unlock(&rport->mutex);
}

static void srp_reconnect_work(struct work_struct *work)
{
	struct srp_rport *rport = container_of(to_delayed_work(work), struct srp_rport,
					       reconnect_work);
	const struct srp_function_template *ft = rport_ft(rport);
	int res = 0;

	mutex_lock(&rport->mutex);
	rport->begun++;
	if (rport->state == SRP_RPORT_LOST ||
	    (rport->state == SRP_RPORT_RUNNING && ft->is_connected(rport)))
		goto unlock;
	/* The timers must run from here on, whether or not the loss was reported before. */
	if (rport->state == SRP_RPORT_RUNNING) {
		srp_event(rport, SRP_EV_ERROR);
		cancel_delayed_work(&rport->reconnect_work);
	}
	srp_event(rport, SRP_EV_RECONNECT_START);
	mutex_unlock(&rport->mutex);

	res = ft->reconnect(rport);

	mutex_lock(&rport->mutex);
	if (rport->state == SRP_RPORT_LOST)
		goto unlock;
	/* It may have broken again already; that report was or will be ignored. */
	if (res == 0 && !ft->is_connected(rport))
		res = -ECONNRESET;
	if (res) {
		srp_event(rport, SRP_EV_RECONNECT_FAILED);
		shost_printk(KERN_ERR, rport_to_shost(rport),
			     "reconnect attempt %u failed (%d)\n", rport->failed_reconnects, res);
	} else {
		rport->connected_at = jiffies;
		srp_event(rport, SRP_EV_RECONNECT_OK);
	}
unlock:
	rport->attempts++;
	mutex_unlock(&rport->mutex);
	wake_up_all(&rport->wait);
}

/* --- for drivers --------------------------------------------------------- */

void srp_rport_error(struct srp_rport *rport)
{
	mutex_lock(&rport->mutex);
	if (!rport_ft(rport)->is_connected(rport))
		srp_event(rport, SRP_EV_ERROR);
	mutex_unlock(&rport->mutex);
}
EXPORT_SYMBOL_GPL(srp_rport_error);

void srp_rport_hold_io(struct srp_rport *rport, struct scsi_device *sdev)
{
	/* If it is too early the command comes again. */
	if (!READ_ONCE(rport->may_hold))
		return;
	WRITE_ONCE(sdev->hostdata, rport);
	kc_queue_work(srp_timer_wq, &rport->hold_work);
}
EXPORT_SYMBOL_GPL(srp_rport_hold_io);

void srp_rport_kick(struct srp_rport *rport)
{
	mutex_lock(&rport->mutex);
	if (rport->state != SRP_RPORT_LOST && rport->tmo.reconnect_delay > 0 &&
	    !rport_ft(rport)->is_connected(rport))
		kc_mod_delayed_work(srp_reconnect_wq, &rport->reconnect_work, 0);
	mutex_unlock(&rport->mutex);
}
EXPORT_SYMBOL_GPL(srp_rport_kick);

/* @begun: how many had begun when the caller asked for another one. */
static bool srp_attempt_over(struct srp_rport *rport, unsigned int begun)
{
	enum srp_rport_state state = READ_ONCE(rport->state);

	return state == SRP_RPORT_FAIL_FAST || state == SRP_RPORT_LOST ||
		(int)(READ_ONCE(rport->attempts) - begun) > 0;
}

int srp_reconnect_rport(struct srp_rport *rport)
{
	unsigned int begun;
	int res;

	mutex_lock(&rport->mutex);
	begun = rport->begun;
	if (rport->state != SRP_RPORT_LOST)
		kc_mod_delayed_work(srp_reconnect_wq, &rport->reconnect_work, 0);
	mutex_unlock(&rport->mutex);

	wait_event(rport->wait, srp_attempt_over(rport, begun));

	mutex_lock(&rport->mutex);
	if (rport->state == SRP_RPORT_FAIL_FAST || rport->state == SRP_RPORT_LOST)
		res = -ENOTCONN;
	else
		res = rport_ft(rport)->is_connected(rport) ? 0 : -EAGAIN;
	mutex_unlock(&rport->mutex);
	return res;
}
EXPORT_SYMBOL_GPL(srp_reconnect_rport);

void srp_rport_lost(struct srp_rport *rport)
{
	mutex_lock(&rport->mutex);
	srp_event(rport, SRP_EV_STOP);
	mutex_unlock(&rport->mutex);
}
EXPORT_SYMBOL_GPL(srp_rport_lost);

void srp_stop_rport(struct srp_rport *rport)
{
	srp_rport_lost(rport);

	/* Nothing queues these in state lost, and no command is left to be held. */
	cancel_work_sync(&rport->hold_work);
	cancel_delayed_work_sync(&rport->reconnect_work);
	cancel_delayed_work_sync(&rport->fast_io_fail_work);
	cancel_delayed_work_sync(&rport->dev_loss_work);
}
EXPORT_SYMBOL_GPL(srp_stop_rport);

/* While the path is away: what was switched off must not expire, what was switched on counts from now. */
static void srp_switch_timers(struct srp_rport *rport)
{
	enum srp_rport_state state = rport->state;

	if (rport->tmo.fast_io_fail < 0)
		cancel_delayed_work(&rport->fast_io_fail_work);
	else if (state == SRP_RPORT_BLOCKED)
		srp_do(rport, SRP_DO_START_FAST_FAIL);
	if (rport->tmo.dev_loss < 0)
		cancel_delayed_work(&rport->dev_loss_work);
	else if (state == SRP_RPORT_BLOCKED || state == SRP_RPORT_FAIL_FAST)
		srp_do(rport, SRP_DO_START_DEV_LOSS);
}

/*
 * Change the time-outs of a live rport.
 *
 * A timer that runs is not re-armed. Reconnecting that was off starts when it is
 * switched on, and stops when it is switched off.
 * Context: rport->mutex held. Return: 0, -EINVAL after having logged why.
 */
int srp_rport_set_tmo(struct srp_rport *rport, const struct srp_tmo *tmo)
{
	const char *why = srp_tmo_check(tmo, LONG_MAX / HZ);
	bool was_off = rport->tmo.reconnect_delay <= 0;

	lockdep_assert_held(&rport->mutex);
	if (why) {
		dev_err(&rport->dev, "%s\n", why);
		return -EINVAL;
	}
	rport->tmo = *tmo;
	if (rport->state == SRP_RPORT_LOST)
		return 0;
	srp_switch_timers(rport);
	if (tmo->reconnect_delay <= 0) {
		/* Somebody may wait for the end of this attempt. */
		if (cancel_delayed_work(&rport->reconnect_work)) {
			rport->begun++;
			rport->attempts++;
			wake_up_all(&rport->wait);
		}
	} else if (was_off && !rport_ft(rport)->is_connected(rport)) {
		kc_queue_delayed_work(srp_reconnect_wq, &rport->reconnect_work,
				      (unsigned long)tmo->reconnect_delay * HZ);
	}
	/* Until now nothing was to happen after a loss; now something is. */
	if (rport->state == SRP_RPORT_RUNNING && !rport_ft(rport)->is_connected(rport))
		srp_event(rport, SRP_EV_ERROR);
	return 0;
}

/* --- life ---------------------------------------------------------------- */

static void srp_rport_release(struct device *dev)
{
	struct srp_rport *rport = dev_to_rport(dev);

	put_device(dev->parent);
	kfree(rport);
}

bool srp_is_rport(const struct device *dev)
{
	return dev->release == srp_rport_release;
}

void srp_rport_get(struct srp_rport *rport)
{
	get_device(&rport->dev);
}
EXPORT_SYMBOL_GPL(srp_rport_get);

void srp_rport_put(struct srp_rport *rport)
{
	put_device(&rport->dev);
}
EXPORT_SYMBOL_GPL(srp_rport_put);

/* Numbers of rports per host start at 1. */
struct srp_rport *srp_rport_add(struct Scsi_Host *shost, const u8 *port_id,
				u8 roles, void *lld_data)
{
	struct srp_internal *i = to_srp_internal(shost->transportt);
	atomic_t *last_port = shost->shost_data;
	struct srp_rport *rport;
	int ret;

	rport = kzalloc(sizeof(*rport), GFP_KERNEL);
	if (!rport)
		return ERR_PTR(-ENOMEM);

	memcpy(rport->port_id, port_id, sizeof(rport->port_id));
	rport->roles = roles;
	rport->lld_data = lld_data;
	mutex_init(&rport->mutex);
	rport->state = SRP_RPORT_RUNNING;
	rport->tmo = *i->ft->tmo;
	rport->connected_at = jiffies;
	init_waitqueue_head(&rport->wait);
	INIT_WORK(&rport->hold_work, srp_hold_work);
	INIT_DELAYED_WORK(&rport->reconnect_work, srp_reconnect_work);
	INIT_DELAYED_WORK(&rport->fast_io_fail_work, srp_fast_io_fail_work);
	INIT_DELAYED_WORK(&rport->dev_loss_work, srp_dev_loss_work);

	device_initialize(&rport->dev);
	rport->dev.parent = get_device(&shost->shost_gendev);
	rport->dev.release = srp_rport_release;
	dev_set_name(&rport->dev, "port-%d:%d", shost->host_no, atomic_inc_return(last_port));

	transport_setup_device(&rport->dev);
	/* It does not tell if it failed; and nobody could log out of a port without attributes. */
	ret = -ENOMEM;
	if (!attribute_container_find_class_device(&i->rport_cont.ac, &rport->dev))
		goto destroy;
	ret = device_add(&rport->dev);
	if (ret)
		goto destroy;
	ret = kc_transport_add_device(&rport->dev);
	if (ret)
		goto del_dev;
	transport_configure_device(&rport->dev);
	return rport;

del_dev:
	device_del(&rport->dev);
destroy:
	transport_destroy_device(&rport->dev);
	put_device(&rport->dev);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(srp_rport_add);

static int srp_rport_del(struct device *dev, void *unused)
{
	if (!srp_is_rport(dev))
		return 0;
	transport_remove_device(dev);
	device_del(dev);
	transport_destroy_device(dev);
	put_device(dev);
	return 0;
}

void srp_remove_host(struct Scsi_Host *shost)
{
	device_for_each_child(&shost->shost_gendev, NULL, srp_rport_del);
}
EXPORT_SYMBOL_GPL(srp_remove_host);
