// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.5: devices behind a path that was given up have a state of their own. */
#include <scsi/scsi_device.h>
enum scsi_device_state probe(void);
enum scsi_device_state probe(void)
{
	return SDEV_TRANSPORT_OFFLINE;
}
