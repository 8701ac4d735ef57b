// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* it lacks a mutex for the state of a SCSI device (Linux 4.13). */
#include <linux/mutex.h>
#include <scsi/scsi_device.h>
void probe(struct scsi_device *sdev);
void probe(struct scsi_device *sdev)
{
	mutex_lock(&sdev->state_mutex);
}
