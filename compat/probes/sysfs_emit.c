// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 5.10: sysfs_emit() writes into the page of an attribute. */
#include <linux/sysfs.h>
int probe(char *buf);
int probe(char *buf)
{
	return sysfs_emit(buf, "%d", 1) + sysfs_emit_at(buf, 1, "%d", 2);
}
