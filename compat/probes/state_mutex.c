// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.13: a mutex protects the state of a SCSI device. */
#include <linux/mutex.h>
#include <scsi/scsi_device.h>
void probe(struct scsi_device *sdev);
void probe(struct scsi_device *sdev)
{
	mutex_lock(&sdev->state_mutex);
}
