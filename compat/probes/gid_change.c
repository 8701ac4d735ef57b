// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Linux 3.1: HCAs report changes of their tables of GIDs. */
#include <rdma/ib_verbs.h>
enum ib_event_type probe(void);
enum ib_event_type probe(void)
{
	return IB_EVENT_GID_CHANGE;
}
