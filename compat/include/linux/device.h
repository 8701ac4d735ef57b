/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/device.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_DEVICE_H
#define SRP_COMPAT_DEVICE_H

#include_next <linux/device.h>

#ifndef DEVICE_ATTR_RO
#define DEVICE_ATTR_RO(_name)	DEVICE_ATTR(_name, 0444, _name##_show, NULL)
#define DEVICE_ATTR_WO(_name)	DEVICE_ATTR(_name, 0200, NULL, _name##_store)
#endif

#ifndef ATTRIBUTE_GROUPS
#define ATTRIBUTE_GROUPS(_name)							\
	static const struct attribute_group _name##_group = {			\
		.attrs = _name##_attrs,						\
	};									\
	static const struct attribute_group *_name##_groups[] = {		\
		&_name##_group, NULL						\
	}
#endif

#ifndef dev_err_ratelimited
#include <linux/ratelimit.h>

#define kc_dev_ratelimited(log, dev, ...)					\
do {										\
	static DEFINE_RATELIMIT_STATE(kc_rs, DEFAULT_RATELIMIT_INTERVAL,	\
				      DEFAULT_RATELIMIT_BURST);			\
	if (__ratelimit(&kc_rs))						\
		log(dev, __VA_ARGS__);						\
} while (0)
#define dev_err_ratelimited(dev, ...)	kc_dev_ratelimited(dev_err, dev, __VA_ARGS__)
#define dev_warn_ratelimited(dev, ...)	kc_dev_ratelimited(dev_warn, dev, __VA_ARGS__)
#endif

#ifndef KC_HAS_DEV_EXT_ATTRIBUTE
struct dev_ext_attribute {
	struct device_attribute	attr;
	void			*var;
};
#endif

/*
 * Attributes of all devices of a class: KC_CLASS_DEV_GROUPS(groups) in the class, and
 * kc_dev_set_groups(dev, groups) before each of its devices is added.
 */
#ifdef KC_HAS_DEV_GROUPS
#define KC_CLASS_DEV_GROUPS(_groups)		.dev_groups = (_groups),
#define kc_dev_set_groups(dev, _groups)		do { } while (0)
#else
#define KC_CLASS_DEV_GROUPS(_groups)
#define kc_dev_set_groups(dev, _groups)		((dev)->groups = (_groups))
#endif

#endif /* SRP_COMPAT_DEVICE_H */
