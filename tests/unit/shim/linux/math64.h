/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#ifndef SHIM_LINUX_MATH64_H
#define SHIM_LINUX_MATH64_H

#include <linux/types.h>

static inline __u64 div_u64(__u64 dividend, __u32 divisor)
{
	return dividend / divisor;
}

#endif
