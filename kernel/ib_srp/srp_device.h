/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One HCA: protection domain, limits, what kind of registration it can do. */
#ifndef SRP_DEVICE_H
#define SRP_DEVICE_H

#include <rdma/ib_verbs.h>
#include "srp_sizing.h"

struct srp_device {
	struct ib_device	*dev;
	struct kc_pd		pd;
	struct srp_hca_limits	hca;
	struct srp_reg_policy	reg;
	enum ib_mr_type		mr_type;
	struct ib_event_handler	event_handler;
	struct list_head	hosts;		/* one per port; fixed while the device exists */
};

/**
 * srp_device_create - probe an HCA and allocate its protection domain
 *
 * Context: may sleep. Return: device without hosts, or ERR_PTR().
 */
struct srp_device *srp_device_create(struct ib_device *dev);
void srp_device_destroy(struct srp_device *sdev);

#endif /* SRP_DEVICE_H */
