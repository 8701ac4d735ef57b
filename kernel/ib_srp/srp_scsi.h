/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The SCSI host template. */
#ifndef SRP_SCSI_H
#define SRP_SCSI_H

#include "srp_target.h"

/* Attached by srp_main.c. */
extern struct scsi_transport_template *srp_transport;

/* A host with room for a target; not yet added. Return: NULL if out of memory. */
struct Scsi_Host *srp_scsi_alloc_host(struct scsi_transport_template *transport);

/* Limits of a connected target to its host, before scsi_add_host(). Return: 0 or -errno. */
int srp_scsi_set_limits(struct srp_target *target);

#endif /* SRP_SCSI_H */
