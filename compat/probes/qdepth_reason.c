// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.33 to 3.18: a change of the queue depth has a reason. */
#include <scsi/scsi_host.h>
int probe(struct scsi_host_template *t, struct scsi_device *sdev);
int probe(struct scsi_host_template *t, struct scsi_device *sdev)
{
	return t->change_queue_depth(sdev, 1, 0);
}
