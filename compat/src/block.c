// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Engine: block and unblock a SCSI device without waiting, for kernels that do not export it (before 4.13).
 *
 * As there: block lets no new command through to the driver, those on their way there may arrive; unblock
 * lets them through if the device is blocked, and is -EINVAL otherwise.
 */
#include <linux/blkdev.h>
#include <linux/kernel.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#ifndef KC_HAS_BLOCK_NOWAIT
static void kc_stop_queue(struct scsi_device *sdev)
{
	struct request_queue *q = sdev->request_queue;
	unsigned long flags;

#ifdef KC_HAS_USE_BLK_MQ
	if (sdev->host->use_blk_mq) {
		blk_mq_stop_hw_queues(q);
		return;
	}
#endif
	spin_lock_irqsave(q->queue_lock, flags);
	blk_stop_queue(q);
	spin_unlock_irqrestore(q->queue_lock, flags);
}

static void kc_start_queue(struct scsi_device *sdev)
{
	struct request_queue *q = sdev->request_queue;
	unsigned long flags;

#ifdef KC_HAS_USE_BLK_MQ
	if (sdev->host->use_blk_mq) {
		blk_mq_start_stopped_hw_queues(q, true);
		return;
	}
#endif
	spin_lock_irqsave(q->queue_lock, flags);
	blk_start_queue(q);
	spin_unlock_irqrestore(q->queue_lock, flags);
}

int scsi_internal_device_block_nowait(struct scsi_device *sdev)
{
	int ret = scsi_device_set_state(sdev, SDEV_BLOCK);

	if (ret)
		ret = scsi_device_set_state(sdev, SDEV_CREATED_BLOCK);
	if (!ret)
		kc_stop_queue(sdev);
	return ret;
}

int scsi_internal_device_unblock_nowait(struct scsi_device *sdev,
					enum scsi_device_state new_state)
{
	/* An int: RHEL 6 added states without adding them to the enumeration. */
	switch ((int)sdev->sdev_state) {
	case SDEV_BLOCK:
#ifdef KC_HAS_TRANSPORT_OFFLINE
	case SDEV_TRANSPORT_OFFLINE:
#endif
		sdev->sdev_state = new_state;
		break;
	case SDEV_CREATED_BLOCK:
		sdev->sdev_state = new_state == SDEV_RUNNING ? SDEV_CREATED : new_state;
		break;
	/* Removed, or taken offline by the error handler, while it was blocked. */
	case SDEV_CANCEL:
	case SDEV_OFFLINE:
		break;
	default:
		return -EINVAL;
	}
	kc_start_queue(sdev);
	return 0;
}
#endif
