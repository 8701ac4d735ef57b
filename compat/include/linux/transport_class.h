/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/transport_class.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_TRANSPORT_CLASS_H
#define SRP_COMPAT_TRANSPORT_CLASS_H

#include_next <linux/transport_class.h>

/* Return: 0 or -errno; where failures are not reported, 0. */
static inline int kc_transport_add_device(struct device *dev)
{
#ifdef KC_HAS_TRANSPORT_ADD_INT
	return transport_add_device(dev);
#else
	transport_add_device(dev);
	return 0;
#endif
}

#endif /* SRP_COMPAT_TRANSPORT_CLASS_H */
