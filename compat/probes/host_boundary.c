// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.1: a SCSI host has limits for segments and a boundary mask. */
#include <scsi/scsi_host.h>
unsigned long probe(struct Scsi_Host *shost);
unsigned long probe(struct Scsi_Host *shost)
{
	return shost->virt_boundary_mask + shost->max_segment_size;
}
