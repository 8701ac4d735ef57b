/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/moduleparam.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_MODULEPARAM_H
#define SRP_COMPAT_MODULEPARAM_H

#include_next <linux/moduleparam.h>

#ifndef KC_HAS_ALLOC_WORKQUEUE
struct kernel_param_ops {
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buf, const struct kernel_param *kp);
};

#define module_param_cb(name, ops, arg, perm)						\
	static int kc_set_##name(const char *val, struct kernel_param *kp)		\
	{										\
		return (ops)->set(val, kp);						\
	}										\
	static int kc_get_##name(char *buf, struct kernel_param *kp)			\
	{										\
		return (ops)->get(buf, kp);						\
	}										\
	module_param_call(name, kc_set_##name, kc_get_##name, arg, perm)
#endif

#endif /* SRP_COMPAT_MODULEPARAM_H */
