/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attributes of an SRP SCSI host, /sys/class/scsi_host/host<N>. */
#ifndef SRP_SYSFS_H
#define SRP_SYSFS_H

#include <scsi/scsi_host.h>

KC_DECLARE_HOST_ATTRS(srp_host);

#endif /* SRP_SYSFS_H */
