/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One port of an HCA: /sys/class/infiniband_srp/srp-<device>-<port>. */
#ifndef SRP_HOST_H
#define SRP_HOST_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include "srp_device.h"
#include "srp_log.h"

struct srp_host {
	struct srp_device	*sdev;
	u32			port;
	struct device		dev;
	struct list_head	node;		/* of sdev->hosts */

	/* Protected by @lock (interrupts off). */
	spinlock_t		lock;
	struct list_head	targets;
	bool			going;		/* no new targets */
	char			last_error[64 + SRP_ERROR_LEN];	/* of the last login that failed */
	wait_queue_head_t	empty;		/* @targets became empty */
};

int srp_host_register_class(void);
void srp_host_unregister_class(void);

/* Return: host that accepts logins, or ERR_PTR(). */
struct srp_host *srp_host_create(struct srp_device *sdev, u32 port);

/* Remove all targets, wait until they are gone, free. Context: may sleep. */
void srp_host_destroy(struct srp_host *host);

/* The RDMA device got a new name. */
void srp_host_rename(struct srp_host *host);

struct srp_target;
/* Call @fn for each target; interrupts are off meanwhile. */
void srp_host_for_each_target(struct srp_host *host, void (*fn)(struct srp_target *target));

#endif /* SRP_HOST_H */
