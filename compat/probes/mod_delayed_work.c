// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.7: mod_delayed_work(). Kernels that have it have %phC in printk, which no compiler tells. */
#include <linux/workqueue.h>
int probe(struct workqueue_struct *wq, struct delayed_work *work);
int probe(struct workqueue_struct *wq, struct delayed_work *work)
{
	return mod_delayed_work(wq, work, 0);
}
