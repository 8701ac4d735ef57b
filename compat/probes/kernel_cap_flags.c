// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 6.0: capabilities that only the kernel uses have flags of their own. */
#include <rdma/ib_verbs.h>
u64 probe(const struct ib_device_attr *attr);
u64 probe(const struct ib_device_attr *attr)
{
	return attr->kernel_cap_flags & IBK_SG_GAPS_REG;
}
