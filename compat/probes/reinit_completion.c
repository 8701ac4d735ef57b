// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.13: reinit_completion(). */
#include <linux/completion.h>
void probe(struct completion *x);
void probe(struct completion *x)
{
	reinit_completion(x);
}
