// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.4: struct dev_ext_attribute. */
#include <linux/device.h>
void *probe(struct dev_ext_attribute *ea);
void *probe(struct dev_ext_attribute *ea)
{
	return ea->var;
}
