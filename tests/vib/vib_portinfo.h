/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * PortInfo (IBA 14.2.5.6): layout and what a Set may change. Pure: also built in user space. The caller holds vib_fabric_lock.
 */
#ifndef VIB_PORTINFO_H
#define VIB_PORTINFO_H

#include "vib.h"

enum vib_port_role { VIB_ROLE_CA = 1, VIB_ROLE_SWITCH_MGMT = 2, VIB_ROLE_SWITCH_EXTERNAL = 4 };

/* What the caller has to do after a Set. */
struct vib_port_change {
	u8 phys;		/* for vib_port_set_phys(), or 0 */
	unsigned long events;	/* 1 << IB_EVENT_* */
};

/* Fills the 64 bytes of an attribute. @local_port: where the SMP arrived. */
void vib_port_info_get(const struct vib_port_state *s, u8 local_port, u8 *data);
/*
 * Applies the 64 bytes of an attribute: all of it or, if one field is bad, nothing.
 * Returns 0 or IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE.
 */
u16 vib_port_info_set(struct vib_port_state *s, enum vib_port_role role, const u8 *data, struct vib_port_change *change);

/* What two ends of a link agree on: the highest of the bits that both have, 0 if there is none. */
u8 vib_link_common(u8 enabled, u8 peer_enabled);

#define VIB_LINK_WIDTHS		(IB_WIDTH_1X | IB_WIDTH_4X)
#define VIB_LINK_SPEEDS		7		/* 2.5, 5 and 10 Gbit/s per lane */
#define VIB_MTU_CAP		IB_MTU_4096
#define VIB_SUBNET_TIMEOUT	18		/* at power on: 4.096 us << 18 */

#endif
