/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <linux/completion.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_COMPLETION_H
#define SRP_COMPAT_COMPLETION_H

#include_next <linux/completion.h>

#ifndef KC_HAS_REINIT_COMPLETION
static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}
#endif

#endif /* SRP_COMPAT_COMPLETION_H */
