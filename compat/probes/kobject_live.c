// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 4.12: kobject_get_unless_zero(). */
#include <linux/kobject.h>
struct kobject *probe(struct kobject *kobj);
struct kobject *probe(struct kobject *kobj)
{
	return kobject_get_unless_zero(kobj);
}
