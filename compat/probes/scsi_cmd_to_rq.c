// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.15: scsi_cmd_to_rq() gives the block layer's request of a command. */
#include <scsi/scsi_cmnd.h>
struct request *probe(struct scsi_cmnd *cmd);
struct request *probe(struct scsi_cmnd *cmd)
{
	return scsi_cmd_to_rq(cmd);
}
