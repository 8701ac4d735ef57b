/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <net/net_namespace.h>: that of RHEL 6 compiles only after <linux/slab.h>. */
#ifndef SRP_COMPAT_NET_NAMESPACE_H
#define SRP_COMPAT_NET_NAMESPACE_H

#include <linux/slab.h>
#include_next <net/net_namespace.h>

#endif /* SRP_COMPAT_NET_NAMESPACE_H */
