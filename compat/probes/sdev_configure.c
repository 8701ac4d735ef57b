// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 6.14: scsi_host_template.sdev_configure replaces slave_configure. */
#include <linux/blkdev.h>
#include <scsi/scsi_host.h>
int probe(struct scsi_host_template *t, struct scsi_device *sdev, struct queue_limits *lim);
int probe(struct scsi_host_template *t, struct scsi_device *sdev, struct queue_limits *lim)
{
	return t->sdev_configure(sdev, lim);
}
