// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.14 to 6.x: an HCA can tell which CPUs a completion vector interrupts. */
#include <rdma/ib_verbs.h>
const struct cpumask *probe(struct ib_device *dev);
const struct cpumask *probe(struct ib_device *dev)
{
	return ib_get_vector_affinity(dev, 0);
}
