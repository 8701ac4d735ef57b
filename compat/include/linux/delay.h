/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/delay.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_DELAY_H
#define SRP_COMPAT_DELAY_H

#include_next <linux/delay.h>

#ifndef KC_HAS_LINK_LAYER
/* To the next tick. */
static inline void usleep_range(unsigned long min_us, unsigned long max_us)
{
	msleep(DIV_ROUND_UP(min_us, 1000));
}
#endif

#endif /* SRP_COMPAT_DELAY_H */
