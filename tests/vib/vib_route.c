// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which way a packet takes.
 */
#include <linux/kernel.h>
#include "vib_route.h"

#define NO_ROUTE	0xff	/* in a linear forwarding table */

bool vib_lid_is_own(const struct vib_port_state *s, u16 lid, u8 *path_bits)
{
	u16 mask = (1 << s->lmc) - 1;

	if (!s->lid || (lid & ~mask) != (s->lid & ~mask))
		return false;
	if (path_bits)
		*path_bits = lid & mask;
	return true;
}

/* A switch's port of that number, or NULL. */
static struct vib_port *port_of(struct vib_node *sw, unsigned int num)
{
	return num <= sw->nports ? &sw->ports[num] : NULL;
}

/* By the linear forwarding table (IBA 18.2.4.3.1). */
static struct vib_port *route_lid(struct vib_port *at, u16 dlid)
{
	struct vib_node *sw = at->node;
	struct vib_port *out;

	if (dlid == 0 || dlid > sw->lft_top || dlid >= VIB_LFT_SIZE || sw->lft[dlid] == NO_ROUTE)
		return NULL;
	out = port_of(sw, sw->lft[dlid]);
	/* Nothing leaves by the port it came in by. */
	return out == at ? NULL : out;
}

/* The way out: the hop pointer counts up and the ports the packet came in by are recorded. */
static struct vib_port *route_request(struct vib_port *at, const struct vib_hdr *hdr, struct ib_smp *smp)
{
	struct vib_node *sw = at->node;

	if (smp->hop_ptr > smp->hop_cnt || smp->hop_cnt == 0)
		return NULL;
	if (smp->hop_ptr == 0) {
		if (smp->dr_slid == cpu_to_be16(VIB_LID_PERMISSIVE))
			return NULL;
		if (!vib_lid_is_own(&sw->ports[0].s, hdr->dlid, NULL))
			return route_lid(at, hdr->dlid);
	} else {
		smp->return_path[smp->hop_ptr] = at->num;
	}
	smp->hop_ptr++;
	if (smp->hop_ptr > smp->hop_cnt)
		return port_of(sw, 0);
	/* Port 0 in the middle of a path would be the switch talking to itself. */
	return smp->initial_path[smp->hop_ptr] ? port_of(sw, smp->initial_path[smp->hop_ptr]) : NULL;
}

/* An answer goes back by the recorded ports, and then to the LID that the request came from, if it came by one. */
static struct vib_port *route_answer(struct vib_port *at, struct ib_smp *smp)
{
	if (smp->hop_ptr > smp->hop_cnt + 1)
		return NULL;
	if (smp->hop_ptr >= 2) {
		smp->hop_ptr--;
		return port_of(at->node, smp->return_path[smp->hop_ptr]);
	}
	smp->hop_ptr = 0;
	return smp->dr_slid == cpu_to_be16(VIB_LID_PERMISSIVE) ? NULL : route_lid(at, be16_to_cpu(smp->dr_slid));
}

/* Directed route (IBA 14.2.2). It may begin with a LID routed part; one that ends with such a part is not supported. */
static struct vib_port *route_directed(struct vib_port *at, const struct vib_hdr *hdr, struct ib_smp *smp)
{
	if (smp->dr_dlid != cpu_to_be16(VIB_LID_PERMISSIVE) || smp->hop_cnt >= IB_SMP_MAX_PATH_HOPS)
		return NULL;
	return smp->status & IB_SMP_DIRECTION ? route_answer(at, smp) : route_request(at, hdr, smp);
}

struct vib_port *vib_route(struct vib_port *at, const struct vib_hdr *hdr, struct ib_smp *dr)
{
	if (dr)
		return route_directed(at, hdr, dr);
	if (hdr->dlid == VIB_LID_PERMISSIVE)
		return at->num && hdr->class == VIB_SMP ? port_of(at->node, 0) : NULL;
	return route_lid(at, hdr->dlid);
}

u64 vib_route_multicast(const struct vib_port *at, u16 mlid)
{
	unsigned int index = mlid - VIB_MULTICAST_LID;

	if (mlid < VIB_MULTICAST_LID || index >= VIB_MFT_LIDS)
		return 0;
	return at->node->mft[index] & ~(1ull << at->num) & ((1ull << (at->node->nports + 1)) - 1);
}

bool vib_link_carries(const struct vib_port *tx, bool smp)
{
	if (!tx->peer || tx->s.phys_state != IB_PORT_PHYS_STATE_LINK_UP || tx->peer->s.phys_state != IB_PORT_PHYS_STATE_LINK_UP)
		return false;
	return smp || (tx->s.state == IB_PORT_ACTIVE && tx->peer->s.state == IB_PORT_ACTIVE);
}
