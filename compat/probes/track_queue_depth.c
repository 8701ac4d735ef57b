// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.19: the SCSI core changes queue depths. */
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
int probe(struct scsi_host_template *t, struct scsi_device *sdev);
int probe(struct scsi_host_template *t, struct scsi_device *sdev)
{
	return t->track_queue_depth + scsi_change_queue_depth(sdev, 1);
}
