/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_device.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_DEVICE_H
#define SRP_COMPAT_SCSI_DEVICE_H

#include_next <scsi/scsi_device.h>

#ifndef KC_HAS_SCAN_MODE
enum scsi_scan_mode {
	SCSI_SCAN_INITIAL,
	SCSI_SCAN_RESCAN,
};
#endif

/* The state of a device is changed between these two; older kernels have no lock for it. */
static inline void kc_sdev_lock_state(struct scsi_device *sdev)
{
#ifdef KC_HAS_STATE_MUTEX
	mutex_lock(&sdev->state_mutex);
#endif
}

static inline void kc_sdev_unlock_state(struct scsi_device *sdev)
{
#ifdef KC_HAS_STATE_MUTEX
	mutex_unlock(&sdev->state_mutex);
#endif
}

/* Engine: compat/src/block.c. */
#ifndef KC_HAS_BLOCK_NOWAIT
int scsi_internal_device_block_nowait(struct scsi_device *sdev);
int scsi_internal_device_unblock_nowait(struct scsi_device *sdev,
					enum scsi_device_state new_state);
#endif

/* The state of a device behind a path that was given up; its driver refuses commands. */
#ifdef KC_HAS_TRANSPORT_OFFLINE
#define KC_SDEV_GIVEN_UP	SDEV_TRANSPORT_OFFLINE
#else
#define KC_SDEV_GIVEN_UP	SDEV_RUNNING
#endif

#endif /* SRP_COMPAT_SCSI_DEVICE_H */
