// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ports: cables, training of links, what a port lets in, events.
 *
 * A link is up if both ends have power, neither is disabled, the cable is in, and they agree on a width and a speed. Both ends change
 * together. What has to be told about it is noted in the ports under the lock and told after it.
 */
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/string.h>
#include "vib_lower.h"
#include "vib_portinfo.h"
#include "vib_route.h"

#define DEFAULT_PKEY	0xffff

/* What every port can; of the others the owner says so by modify_port (IBA table 155). */
#define CA_CAPABILITIES		(IB_PORT_TRAP_SUP | IB_PORT_SYS_IMAGE_GUID_SUP | IB_PORT_CLIENT_REG_SUP | \
				 IB_PORT_CAP_MASK_NOTICE_SUP | IB_PORT_OTHER_LOCAL_CHANGES_SUP)
#define SWITCH_CAPABILITIES	(IB_PORT_TRAP_SUP | IB_PORT_SYS_IMAGE_GUID_SUP | IB_PORT_CLIENT_REG_SUP)

void vib_port_reset(struct vib_port *port)
{
	struct vib_port_state *s = &port->s;
	bool mgmt = port->num == 0;

	*s = (struct vib_port_state){
		.phys_state = mgmt ? IB_PORT_PHYS_STATE_LINK_UP : IB_PORT_PHYS_STATE_POLLING,
		.state = mgmt ? IB_PORT_ACTIVE : IB_PORT_DOWN,
		.gid_prefix = cpu_to_be64(0xfe80000000000000ull),
		.subnet_timeout = VIB_SUBNET_TIMEOUT,
		.neighbor_mtu = VIB_MTU_CAP,
		.vl_enabled = 1,
		.link_down_default = 2,
		.link_width_enabled = VIB_LINK_WIDTHS,
		.link_width_active = IB_WIDTH_4X,
		.link_speed_enabled = VIB_LINK_SPEEDS,
		.link_speed_active = 4,
		.cap_mask = port->node->type == VIB_CA ? CA_CAPABILITIES : mgmt ? SWITCH_CAPABILITIES : 0,
	};
	s->pkeys[0] = DEFAULT_PKEY;
	/* The management port's GUID is that of the node. */
	s->guids[0] = cpu_to_be64(be64_to_cpu(port->node->guid) + port->num);
	port->events = 0;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

void vib_port_tell(struct vib_port *port)
{
	unsigned long events, flags;
	int reader, i;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	events = port->events;
	port->events = 0;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);

	if (port->node->type == VIB_SWITCH) {
		if (events & BIT(IB_EVENT_PORT_ERR))
			vib_trap_link_state(port->node);
		return;
	}
	reader = srcu_read_lock(&vib_ops_srcu);
	if (READ_ONCE(port->hca))
		for_each_set_bit(i, &events, BITS_PER_LONG)
			vib_ops->event(port, i);
	srcu_read_unlock(&vib_ops_srcu, reader);
}

/* Link changes at a switch are all the same to it. vib_fabric_lock is held. */
static void note_link(struct vib_port *port, enum ib_event_type event)
{
	if (port->node->type == VIB_SWITCH) {
		port->node->port_state_change = true;
		port->events |= BIT(IB_EVENT_PORT_ERR);
	} else if (event) {
		port->events |= BIT(event);
	}
}

static void tell_both(struct vib_port *port, struct vib_port *peer)
{
	vib_port_tell(port);
	if (peer)
		vib_port_tell(peer);
}

/* ---- links; vib_fabric_lock is held ------------------------------------------------------------------------------ */

static bool may_train(const struct vib_port *port)
{
	return port->peer && !port->pulled && port->s.phys_state != IB_PORT_PHYS_STATE_DISABLED &&
		(port->node->type == VIB_SWITCH || port->hca);
}

static void end_down(struct vib_port *port)
{
	port->s.state = IB_PORT_DOWN;
	if (port->s.phys_state == IB_PORT_PHYS_STATE_LINK_UP)
		port->s.phys_state = IB_PORT_PHYS_STATE_POLLING;
	port->c.link_downed++;
	note_link(port, IB_EVENT_PORT_ERR);
}

static void link_down(struct vib_port *port)
{
	if (!port->peer || port->s.state == IB_PORT_DOWN)
		return;
	end_down(port->peer);
	end_down(port);
}

static void end_up(struct vib_port *port, u8 width, u8 speed)
{
	port->s.state = IB_PORT_INIT;
	port->s.phys_state = IB_PORT_PHYS_STATE_LINK_UP;
	port->s.link_width_active = width;
	port->s.link_speed_active = speed;
	note_link(port, 0);
}

/* Does nothing if the link is up already or cannot be. */
static void link_train(struct vib_port *port)
{
	struct vib_port *peer = port->peer;
	u8 width, speed;

	if (port->s.state != IB_PORT_DOWN || !may_train(port) || !may_train(peer))
		return;
	width = vib_link_common(port->s.link_width_enabled, peer->s.link_width_enabled);
	speed = vib_link_common(port->s.link_speed_enabled, peer->s.link_speed_enabled);
	if (!width || !speed)
		return;
	end_up(port, width, speed);
	end_up(peer, width, speed);
}

/* ---- cables ------------------------------------------------------------------------------------------------------ */

int vib_cable_plug(struct vib_port *a, struct vib_port *b)
{
	unsigned long flags;
	int ret = -EBUSY;

	if (a == b || a->num == 0 || b->num == 0)
		return -EINVAL;
	spin_lock_irqsave(&vib_fabric_lock, flags);
	if (!a->peer && !b->peer) {
		a->peer = b;
		b->peer = a;
		a->pulled = false;
		b->pulled = false;
		link_train(a);
		ret = 0;
	}
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	tell_both(a, b);
	return ret;
}

void vib_cable_pull(struct vib_port *port)
{
	struct vib_port *peer;
	unsigned long flags;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	link_down(port);
	peer = port->peer;
	if (peer)
		peer->peer = NULL;
	port->peer = NULL;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	tell_both(port, peer);
}

int vib_cable_set(struct vib_port *port, bool up)
{
	struct vib_port *peer;
	unsigned long flags;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	peer = port->peer;
	if (peer) {
		port->pulled = !up;
		peer->pulled = !up;
		if (up)
			link_train(port);
		else
			link_down(port);
	}
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	tell_both(port, peer);
	return peer ? 0 : -ENOTCONN;
}

void vib_port_set_phys(struct vib_port *port, u8 phys_state)
{
	struct vib_port *peer;
	unsigned long flags;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	peer = port->peer;
	link_down(port);
	port->s.phys_state = phys_state;
	link_train(port);
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	tell_both(port, peer);
}

/* ---- owners ------------------------------------------------------------------------------------------------------ */

void vib_fabric_attach(struct vib_node *node, struct vib_hca *hca)
{
	struct vib_port *port, *peer;
	unsigned long flags;

	for (port = &node->ports[1]; port <= &node->ports[node->nports]; port++) {
		spin_lock_irqsave(&vib_fabric_lock, flags);
		WRITE_ONCE(port->hca, hca);
		link_train(port);
		peer = port->peer;
		spin_unlock_irqrestore(&vib_fabric_lock, flags);
		tell_both(port, peer);
	}
}

void vib_fabric_detach(struct vib_node *node)
{
	struct vib_port *port, *peer;
	unsigned long flags;

	for (port = &node->ports[1]; port <= &node->ports[node->nports]; port++) {
		spin_lock_irqsave(&vib_fabric_lock, flags);
		link_down(port);
		WRITE_ONCE(port->hca, NULL);
		peer = port->peer;
		spin_unlock_irqrestore(&vib_fabric_lock, flags);
		tell_both(port, peer);
		vib_trap_forget(port);
	}
	synchronize_srcu(&vib_ops_srcu);
	/* Who attaches next finds ports as after power on. */
	for (port = &node->ports[1]; port <= &node->ports[node->nports]; port++) {
		spin_lock_irqsave(&vib_fabric_lock, flags);
		vib_port_reset(port);
		spin_unlock_irqrestore(&vib_fabric_lock, flags);
		vib_port_freeze(port, false);
	}
}

/* ---- P_Keys and LIDs --------------------------------------------------------------------------------------------- */

#define PKEY_FULL	0x8000
#define PKEY_BASE	0x7fff

u16 vib_port_pkey(struct vib_port *port, unsigned int index)
{
	return index < VIB_PKEYS ? READ_ONCE(port->s.pkeys[index]) : 0;
}

bool vib_pkeys_match(u16 a, u16 b)
{
	return (a & PKEY_BASE) && (a & PKEY_BASE) == (b & PKEY_BASE) && ((a | b) & PKEY_FULL);
}

int vib_port_check_pkey(struct vib_port *port, const struct vib_hdr *hdr)
{
	unsigned long flags;
	int i;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	for (i = 0; i < VIB_PKEYS; i++)
		if (vib_pkeys_match(port->s.pkeys[i], hdr->pkey))
			break;
	if (i == VIB_PKEYS && port->s.pkey_violations != U16_MAX)
		port->s.pkey_violations++;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	if (i < VIB_PKEYS)
		return i;
	vib_trap_bad_pkey(port, hdr);
	return -EPERM;
}

bool vib_port_has_lid(struct vib_port *port, u16 lid, u8 *path_bits)
{
	unsigned long flags;
	bool own;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	own = vib_lid_is_own(&port->s, lid, path_bits);
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	return own;
}
