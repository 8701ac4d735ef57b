// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.6: transport_add_device() can fail. */
#include <linux/transport_class.h>
int probe(struct device *dev);
int probe(struct device *dev)
{
	return transport_add_device(dev);
}
