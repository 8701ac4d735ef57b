/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/netdevice.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_NETDEVICE_H
#define SRP_COMPAT_NETDEVICE_H

#include_next <linux/netdevice.h>

#ifndef KC_HAS_GET_BY_NAME_RCU
/* Devices are freed after a grace period, as in the newer kernels. */
static inline struct net_device *dev_get_by_name_rcu(struct net *net, const char *name)
{
	struct net_device *dev = dev_get_by_name(net, name);

	if (dev)
		dev_put(dev);
	return dev;
}
#endif

#endif /* SRP_COMPAT_NETDEVICE_H */
