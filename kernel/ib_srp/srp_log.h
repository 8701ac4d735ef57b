/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who is speaking. Messages about a target begin with "scsi host<N>: ib_srp: ",
 * messages about the module with "ib_srp: ". Several texts are interface
 * (doc/sysfs.md lists them): administrators and scripts search for them.
 */
#ifndef SRP_LOG_H
#define SRP_LOG_H

#include <linux/printk.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#define SRP_PFX "ib_srp: "

#define srp_err(shost, fmt, ...)	shost_printk(KERN_ERR, shost, SRP_PFX fmt, ##__VA_ARGS__)
#define srp_warn(shost, fmt, ...)	shost_printk(KERN_WARNING, shost, SRP_PFX fmt, ##__VA_ARGS__)
#define srp_info(shost, fmt, ...)	shost_printk(KERN_INFO, shost, SRP_PFX fmt, ##__VA_ARGS__)
#define srp_dbg(shost, fmt, ...)	dev_dbg(&(shost)->shost_gendev, SRP_PFX fmt, ##__VA_ARGS__)

/* For what a target can trigger at will. */
#define srp_err_ratelimited(shost, fmt, ...)	\
	dev_err_ratelimited(&(shost)->shost_gendev, SRP_PFX fmt, ##__VA_ARGS__)
#define srp_warn_ratelimited(shost, fmt, ...)	\
	dev_warn_ratelimited(&(shost)->shost_gendev, SRP_PFX fmt, ##__VA_ARGS__)

struct srp_target;

/* Bytes of a text, end included. */
#define SRP_ERROR_LEN	192

/*
 * Log why a target cannot be connected or why its path is taken for dead, and keep that for
 * the administrator (last_error in sysfs). @fmt: cause and next step, no newline.
 * Context: any, target->lock not held.
 */
__printf(2, 3) void srp_path_err(struct srp_target *target, const char *fmt, ...);

/* Likewise what came of it: kept only if nobody has told a cause since srp_path_begin(). */
__printf(2, 3) void srp_outcome_err(struct srp_target *target, const char *fmt, ...);

/* A new attempt to connect. Context: any, target->lock not held. */
void srp_path_begin(struct srp_target *target);

/* Connected: what was wrong is history. Context: any, target->lock not held. */
void srp_path_good(struct srp_target *target);

/* What srp_path_err() said last, empty if the path is good. Context: any, lock not held. */
void srp_last_error(struct srp_target *target, char text[SRP_ERROR_LEN]);

#endif /* SRP_LOG_H */
