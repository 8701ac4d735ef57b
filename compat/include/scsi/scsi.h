/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_H
#define SRP_COMPAT_SCSI_H

#include_next <scsi/scsi.h>

/*
 * Without it (before 2.6.35) the error handler queues the command again, and the driver refuses it. Newer
 * kernels have it in an enumeration, old ones as a macro.
 */
#if !defined(KC_HAS_LINK_LAYER) && !defined(FAST_IO_FAIL)
#define FAST_IO_FAIL	SUCCESS
#endif

#endif /* SRP_COMPAT_SCSI_H */
