/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/random.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_RANDOM_H
#define SRP_COMPAT_RANDOM_H

#include_next <linux/random.h>

#ifndef KC_HAS_RANDOM_U32
static inline u32 get_random_u32(void)
{
	u32 val;

	get_random_bytes(&val, sizeof(val));
	return val;
}
#endif

#endif /* SRP_COMPAT_RANDOM_H */
