/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/scatterlist.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCATTERLIST_H
#define SRP_COMPAT_SCATTERLIST_H

#include_next <linux/scatterlist.h>

/* The most entries of a command; before 4.7 the SCSI core has the number. */
#ifndef SG_MAX_SEGMENTS
#include <scsi/scsi.h>
#define SG_MAX_SEGMENTS		SCSI_MAX_SG_CHAIN_SEGMENTS
#endif

#endif /* SRP_COMPAT_SCATTERLIST_H */
