// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.12: a class has attribute groups for its devices. */
#include <linux/device.h>
void probe(struct class *class);
void probe(struct class *class)
{
	class->dev_groups = NULL;
}
