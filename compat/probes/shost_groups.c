// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.16: attribute groups of a SCSI host. */
#include <scsi/scsi_host.h>
const struct attribute_group ** probe(struct scsi_host_template *t);
const struct attribute_group ** probe(struct scsi_host_template *t)
{
	return t->shost_groups;
}
