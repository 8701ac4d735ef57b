// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.0: a SCSI host has hardware queues (since 3.19), and request-based dm-multipath takes its disks. */
#include <linux/device-mapper.h>
#include <scsi/scsi_host.h>
bool probe(struct Scsi_Host *shost, struct target_type *dm);
bool probe(struct Scsi_Host *shost, struct target_type *dm)
{
	return shost->nr_hw_queues && dm->clone_and_map_rq;
}
