// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.33: dev_get_by_name_rcu(). */
#include <linux/netdevice.h>
struct net_device *probe(struct net *net);
struct net_device *probe(struct net *net)
{
	return dev_get_by_name_rcu(net, "lo");
}
