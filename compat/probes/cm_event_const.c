// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.19: a handler of the IB connection manager does not change the event. */
#include <rdma/ib_cm.h>
struct ib_cm_id *probe(struct ib_device *dev, int (*handler)(struct ib_cm_id *id, const struct ib_cm_event *event));
struct ib_cm_id *probe(struct ib_device *dev, int (*handler)(struct ib_cm_id *id, const struct ib_cm_event *event))
{
	return ib_create_cm_id(dev, handler, NULL);
}
