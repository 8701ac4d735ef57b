// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.13: a SCSI device is blocked without waiting for commands on their way to the driver. */
#include <scsi/scsi_device.h>
void probe(struct scsi_device *sdev);
void probe(struct scsi_device *sdev)
{
	scsi_internal_device_block_nowait(sdev);
	scsi_internal_device_unblock_nowait(sdev, SDEV_RUNNING);
}
