// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.7: who asks for a scan of a target. */
#include <scsi/scsi_device.h>
enum scsi_scan_mode probe(void);
enum scsi_scan_mode probe(void)
{
	return SCSI_SCAN_INITIAL;
}
