// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* its configuration lacks CONFIG_SCSI. */
#include <linux/module.h>
#if !defined(CONFIG_SCSI) && !defined(CONFIG_SCSI_MODULE)
#error no SCSI core
#endif
