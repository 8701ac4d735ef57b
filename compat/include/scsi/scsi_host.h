/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_host.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_HOST_H
#define SRP_COMPAT_SCSI_HOST_H

#include_next <scsi/scsi_host.h>

/*
 * KC_DEFINE_SDEV_CONFIGURE(fn) after the definition of
 * int fn(struct scsi_device *, struct queue_limits *), and KC_SDEV_CONFIGURE(fn)
 * as an initialiser in the host template. Without sdev_configure, @lim is NULL.
 */
#ifdef KC_HAS_SDEV_CONFIGURE
#define KC_DEFINE_SDEV_CONFIGURE(fn)
#define KC_SDEV_CONFIGURE(fn)	.sdev_configure = (fn)
#else
#define KC_DEFINE_SDEV_CONFIGURE(fn)				\
	static int fn##_slave(struct scsi_device *sdev)		\
	{							\
		return fn(sdev, NULL);				\
	}
#define KC_SDEV_CONFIGURE(fn)	.slave_configure = fn##_slave
#endif

#endif /* SRP_COMPAT_SCSI_HOST_H */
