// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A mistake that coccinelle has to find: kfree() takes NULL. */

void drop(void *p)
{
	if (p)
		kfree(p);
}
