/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which way a packet takes: decisions of one switch or one link. Pure: nothing is counted or sent; also built in user space.
 * The caller holds vib_fabric_lock.
 */
#ifndef VIB_ROUTE_H
#define VIB_ROUTE_H

#include "vib.h"

/*
 * vib_route() - the port by which a switch sends on a unicast packet that arrived at @at (IBA 18.2.4).
 * @dr: the packet if it is a directed route SMP, otherwise NULL; its hop pointer and return path are updated (IBA 14.2.2).
 * Returns port 0 if the packet is for the switch itself, NULL if it has no way. @at is port 0 for what the switch sends itself.
 */
struct vib_port *vib_route(struct vib_port *at, const struct vib_hdr *hdr, struct ib_smp *dr);

/* Ports to which a switch copies a multicast packet that arrived at @at, as bits. */
u64 vib_route_multicast(const struct vib_port *at, u16 mlid);

/* Does the link take a packet out of @tx? Management packets need the physical link only (IBA 7.2.7). */
bool vib_link_carries(const struct vib_port *tx, bool smp);

/* Is this LID one of the port's own, counting LMC (IBA 4.1.3)? Path bits in *@path_bits unless that is NULL. */
bool vib_lid_is_own(const struct vib_port_state *s, u16 lid, u8 *path_bits);

#endif
