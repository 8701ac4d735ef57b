/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SCSI side: RAM disks of 512-byte blocks (SAM, SPC, SBC). Knows nothing of SRP.
 *
 * No unit attentions: they would only make the outcome of test cases depend on who asks first.
 */
#ifndef PEER_SCSI_H
#define PEER_SCSI_H

#include <linux/dma-mapping.h>
#include <linux/types.h>
#include "peer_buf.h"

#define PEER_MAX_LUNS	16
#define PEER_SENSE_LEN	18	/* fixed format */
#define PEER_CDB_LEN	32

struct peer_scsi {
	enum dma_data_direction dir;	/* DMA_NONE, DMA_TO_DEVICE (data-out), DMA_FROM_DEVICE (data-in) */
	u32 bytes;			/* that the command moves */
	u8 status;			/* SAM status */
	u8 sense_len;
	u8 sense[PEER_SENSE_LEN];

	/* between parse and exec */
	u8 *disk;			/* where READ and WRITE begin, NULL for the others */
	u8 reply[512];			/* data-in of the others */
};

/* All LUNs have @mib MiB and keep their data until destroyed. May sleep. Return: 0 or -ENOMEM. */
int peer_disks_create(unsigned int mib);
void peer_disks_destroy(void);

/* How many LUNs, from 0 on, are to be seen. Return: 0, or -EINVAL beyond 1..PEER_MAX_LUNS. */
int peer_disks_show(unsigned int luns);

/*
 * Looks at the command and says what it will move: dir and bytes. If it is wrong, status and sense say so and it moves
 * nothing. @lun is the 8-byte SAM LUN, @cdb PEER_CDB_LEN bytes, padded with zeros.
 */
void peer_scsi_parse(struct peer_scsi *s, const u8 *lun, const u8 *cdb);

/* Does it: fills @buf, or takes from it. Moves no more than the buffer holds. */
void peer_scsi_exec(struct peer_scsi *s, struct peer_buf *buf);

/* CHECK CONDITION with this sense; the command moves nothing. */
void peer_scsi_fail(struct peer_scsi *s, u8 key, u8 asc, u8 ascq);

/* Fixed format sense data (SPC). @sense has PEER_SENSE_LEN bytes. */
void peer_sense_init(u8 *sense, u8 key, u8 asc, u8 ascq);

#endif /* PEER_SCSI_H */
