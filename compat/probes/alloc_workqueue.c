// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 2.6.36: alloc_workqueue(); parameters of modules have operations. */
#include <linux/moduleparam.h>
#include <linux/workqueue.h>
struct workqueue_struct *probe(const struct kernel_param_ops *ops);
struct workqueue_struct *probe(const struct kernel_param_ops *ops)
{
	return ops->get ? alloc_workqueue("probe", WQ_UNBOUND | WQ_MEM_RECLAIM, 0) : NULL;
}
