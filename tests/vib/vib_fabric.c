// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Transit of packets over cables and switches, and delivery of datagrams.
 *
 * A packet walks at once, with the tables of that moment; a datagram then waits in the queue of the port it reached, or, if a rule
 * delays or holds it, in the list of late packets until it may go there.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "vib_lower.h"
#include "vib_route.h"

#define MAX_HOPS	32	/* of a walk; more is a loop in the tables */
#define MAX_WAITING	2048	/* packets in the queue of one port; as many are late */
#define PACKET_HEADERS	28	/* bytes of LRH, BTH and the like; what port counters count besides the payload */

DEFINE_SPINLOCK(vib_fabric_lock);
struct vib_node *vib_nodes[VIB_MAX_NODES];
int vib_node_count;
const struct vib_hca_ops *vib_ops;
VIB_DEFINE_SRCU(vib_ops_srcu);

struct workqueue_struct *vib_fabric_wq;

/* ---- walks ------------------------------------------------------------------------------------------------------- */

/* A message of @len bytes counts as the packets it would be cut into. */
static void count(u64 *packets, u64 *words, const struct vib_hdr *hdr, const struct vib_port *tx)
{
	u32 mtu_shift = 7 + tx->s.neighbor_mtu;
	u32 n = hdr->len ? ((hdr->len - 1) >> mtu_shift) + 1 : 1;

	*packets += n;
	*words += (hdr->len + n * PACKET_HEADERS) / 4;
}

/* Over the cable at @tx: returns the other end, or NULL if the packet does not get there. vib_fabric_lock is held. */
static struct vib_port *cross(struct vib_port *tx, const struct vib_hdr *hdr)
{
	if (!vib_link_carries(tx, hdr->class == VIB_SMP)) {
		tx->c.xmit_discards++;
		return NULL;
	}
	count(&tx->c.xmit_packets, &tx->c.xmit_data, hdr, tx);
	if (tx->cable_cut_tx)
		return NULL;
	count(&tx->peer->c.rcv_packets, &tx->peer->c.rcv_data, hdr, tx);
	return tx->peer;
}

/* The port where a unicast packet ends, or NULL. vib_fabric_lock is held. */
static struct vib_port *walk(struct vib_port *from, const struct vib_hdr *hdr, struct ib_smp *dr)
{
	struct vib_port *at, *out;
	int hops;

	if (from->s.phys_state != IB_PORT_PHYS_STATE_LINK_UP)
		return NULL;
	if (!dr && vib_lid_is_own(&from->s, hdr->dlid, NULL))
		return from;
	at = from->num == 0 ? from : cross(from, hdr);
	for (hops = 0; at && at->node->type == VIB_SWITCH; hops++) {
		out = hops < MAX_HOPS ? vib_route(at, hdr, dr) : NULL;
		if (!out) {
			at->c.rcv_errors++;
			return NULL;
		}
		if (out->num == 0)
			return at;
		at = cross(out, hdr);
	}
	/* A CA takes what is for one of its LIDs, and management packets from its neighbour. */
	if (at && !dr && hdr->dlid != VIB_LID_PERMISSIVE && !vib_lid_is_own(&at->s, hdr->dlid, NULL)) {
		at->c.rcv_errors++;
		return NULL;
	}
	return at;
}

/* A packet that is sent and damaged on the first cable. vib_fabric_lock is held. */
static void lose(struct vib_port *from, const struct vib_hdr *hdr)
{
	if (!vib_link_carries(from, hdr->class == VIB_SMP))
		return;
	count(&from->c.xmit_packets, &from->c.xmit_data, hdr, from);
	if (hdr->class == VIB_SMP)
		from->peer->c.vl15_dropped++;
	else
		from->peer->c.rcv_errors++;
}

struct vib_port *vib_fabric_transit(struct vib_port *from, const struct vib_hdr *hdr, struct vib_fate *fate)
{
	struct vib_port *dest = NULL;
	unsigned long flags;

	vib_fault_judge(hdr, from, fate);
	spin_lock_irqsave(&vib_fabric_lock, flags);
	if (fate->action == VIB_DROP)
		lose(from, hdr);
	else
		dest = walk(from, hdr, NULL);
	if (dest && dest->node->type == VIB_SWITCH)
		dest = NULL;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	return dest;
}

/* ---- delivery queues --------------------------------------------------------------------------------------------- */

static void deliver(struct vib_port *port, const struct vib_packet *packet)
{
	int reader;

	if (port->node->type == VIB_SWITCH) {
		vib_agent_receive(port, packet);
		return;
	}
	reader = srcu_read_lock(&vib_ops_srcu);
	if (READ_ONCE(port->hca))
		vib_ops->receive(port, packet);
	srcu_read_unlock(&vib_ops_srcu, reader);
}

/* No room for a packet at its destination. Takes it over. */
static void overrun(struct vib_packet *packet)
{
	struct vib_port_counters *c = &packet->dest->c;
	unsigned long flags;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	if (packet->hdr.class == VIB_SMP)
		c->vl15_dropped++;
	else
		c->rcv_errors++;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	kfree(packet);
}

bool vib_port_frozen(struct vib_port *port)
{
	return READ_ONCE(port->frozen);
}

void vib_port_waits(struct vib_port *port)
{
	unsigned long flags;

	spin_lock_irqsave(&port->rx_lock, flags);
	port->waited++;
	spin_unlock_irqrestore(&port->rx_lock, flags);
}

static struct vib_packet *take_packet(struct vib_port *port)
{
	struct vib_packet *packet;

	spin_lock_irq(&port->rx_lock);
	packet = list_first_entry_or_null(&port->rx, struct vib_packet, entry);
	if (packet) {
		list_del(&packet->entry);
		port->rx_count--;
	}
	spin_unlock_irq(&port->rx_lock);
	return packet;
}

static void rx_work(struct work_struct *work)
{
	struct vib_port *port = container_of(work, struct vib_port, rx_work);
	struct vib_packet *packet;

	while (!vib_port_frozen(port) && (packet = take_packet(port))) {
		deliver(port, packet);
		kfree(packet);
	}
}

static void enqueue(struct vib_packet *packet)
{
	struct vib_port *port = packet->dest;
	unsigned long flags;
	bool room;

	if (vib_port_frozen(port))
		vib_port_waits(port);
	spin_lock_irqsave(&port->rx_lock, flags);
	room = port->rx_count < MAX_WAITING;
	if (room) {
		list_add_tail(&packet->entry, &port->rx);
		port->rx_count++;
	}
	spin_unlock_irqrestore(&port->rx_lock, flags);
	if (room)
		queue_work(vib_fabric_wq, &port->rx_work);
	else
		overrun(packet);
}

void vib_port_freeze(struct vib_port *port, bool frozen)
{
	WRITE_ONCE(port->frozen, frozen);
	if (frozen)
		return;
	queue_work(vib_fabric_wq, &port->rx_work);
}

/* ---- late packets ------------------------------------------------------------------------------------------------ */

static DEFINE_SPINLOCK(late_lock);	/* outside of the lock of vib_fault.c */
static LIST_HEAD(late);			/* late_lock */
static unsigned int late_count;		/* late_lock */

static bool is_due(const struct vib_packet *packet)
{
	return packet->held_by ? !vib_fault_holding(packet->held_by) : time_after_eq(jiffies, packet->due);
}

static void late_work_fn(struct work_struct *work)
{
	struct delayed_work *dwork = to_delayed_work(work);
	unsigned long next = jiffies + MAX_JIFFY_OFFSET;
	struct vib_packet *packet, *tmp;
	bool more = false;
	LIST_HEAD(ready);

	spin_lock_irq(&late_lock);
	list_for_each_entry_safe(packet, tmp, &late, entry) {
		if (is_due(packet)) {
			list_move_tail(&packet->entry, &ready);
			late_count--;
		} else if (!packet->held_by) {
			if (time_before(packet->due, next))
				next = packet->due;
			more = true;
		}
	}
	if (more)
		mod_delayed_work(vib_fabric_wq, dwork, max_t(long, next - jiffies, 1));
	spin_unlock_irq(&late_lock);

	list_for_each_entry_safe(packet, tmp, &ready, entry) {
		list_del(&packet->entry);
		enqueue(packet);
	}
}

static DECLARE_DELAYED_WORK(late_work, late_work_fn);

static void dispatch(struct vib_packet *packet, const struct vib_fate *fate)
{
	unsigned long flags;
	bool room;

	if (fate->action != VIB_DELAY && fate->action != VIB_HOLD) {
		enqueue(packet);
		return;
	}
	packet->due = jiffies + usecs_to_jiffies(fate->delay_us);
	packet->held_by = fate->action == VIB_HOLD ? fate->rule : 0;
	spin_lock_irqsave(&late_lock, flags);
	room = late_count < MAX_WAITING;
	if (room) {
		list_add_tail(&packet->entry, &late);
		late_count++;
	}
	spin_unlock_irqrestore(&late_lock, flags);
	/* The work sees what is due next. */
	if (room)
		mod_delayed_work(vib_fabric_wq, &late_work, 0);
	else
		overrun(packet);
}

static void release_held(void)
{
	mod_delayed_work(vib_fabric_wq, &late_work, 0);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

struct vib_packet *vib_packet_alloc(u32 len, gfp_t gfp)
{
	struct vib_packet *packet = kzalloc(struct_size(packet, data, len), gfp);

	if (packet)
		packet->hdr.len = len;
	return packet;
}

static void find_mad(struct vib_packet *packet)
{
	bool mad = packet->hdr.class == VIB_SMP || packet->hdr.class == VIB_GMP;

	packet->hdr.mad = mad && packet->hdr.len >= sizeof(struct ib_mad) ? (struct ib_mad_hdr *)packet->data : NULL;
}

static struct vib_packet *copy_packet(const struct vib_packet *packet)
{
	struct vib_packet *copy = kmemdup(packet, struct_size(packet, data, packet->hdr.len), GFP_ATOMIC);

	if (copy)
		find_mad(copy);
	return copy;
}

static void copy_to(struct vib_port *dest, const struct vib_packet *packet, struct list_head *copies)
{
	struct vib_packet *copy = copy_packet(packet);

	if (!copy)
		return;
	copy->dest = dest;
	list_add_tail(&copy->entry, copies);
}

/* Copies a multicast packet that arrived at @at to all ends of its tree behind. vib_fabric_lock is held. */
static void flood(struct vib_port *at, const struct vib_packet *packet, int hops, struct list_head *copies)
{
	struct vib_node *sw = at->node;
	struct vib_port *rx;
	u64 mask;
	int i;

	if (sw->type == VIB_CA) {
		copy_to(at, packet, copies);
		return;
	}
	mask = vib_route_multicast(at, packet->hdr.dlid);
	for (i = 1; i <= sw->nports && hops < MAX_HOPS; i++) {
		rx = mask & 1ull << i ? cross(&sw->ports[i], &packet->hdr) : NULL;
		if (rx)
			flood(rx, packet, hops + 1, copies);
	}
}

/* vib_fabric_lock is held. */
static void multicast(struct vib_port *from, const struct vib_packet *packet, struct list_head *copies)
{
	struct vib_port *rx = cross(from, &packet->hdr);

	if (!rx)
		return;
	copy_to(from, packet, copies);
	flood(rx, packet, 0, copies);
}

/* What a rule does to the contents. */
static void tamper(struct vib_packet *packet, const struct vib_fate *fate)
{
	struct ib_mad_hdr *mad = (struct ib_mad_hdr *)packet->data;

	if (fate->action == VIB_FLIP && fate->arg < packet->hdr.len)
		packet->data[fate->arg] ^= 0xff;
	if (fate->action == VIB_BAD_STATUS && packet->hdr.mad) {
		mad->status = cpu_to_be16(fate->arg) |
			(mad->mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE ? mad->status & IB_SMP_DIRECTION : 0);
	}
}

static bool is_multicast(u16 lid)
{
	return lid >= VIB_MULTICAST_LID && lid != VIB_LID_PERMISSIVE;
}

void vib_fabric_send(struct vib_port *from, struct vib_packet *packet)
{
	struct vib_packet *copy, *next;
	struct ib_smp *dr = NULL;
	struct vib_fate fate;
	unsigned long flags;
	LIST_HEAD(arrived);

	find_mad(packet);
	if (packet->hdr.class == VIB_SMP && !packet->hdr.mad) {
		kfree(packet);
		return;
	}
	vib_fault_judge(&packet->hdr, from, &fate);
	tamper(packet, &fate);
	if (packet->hdr.class == VIB_SMP && packet->hdr.mad->mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE)
		dr = (struct ib_smp *)packet->data;

	spin_lock_irqsave(&vib_fabric_lock, flags);
	if (fate.action == VIB_DROP) {
		lose(from, &packet->hdr);
	} else if (is_multicast(packet->hdr.dlid)) {
		multicast(from, packet, &arrived);
	} else {
		packet->dest = walk(from, &packet->hdr, dr);
		if (packet->dest) {
			list_add_tail(&packet->entry, &arrived);
			packet = NULL;
		}
	}
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	kfree(packet);

	list_for_each_entry_safe(packet, next, &arrived, entry) {
		list_del(&packet->entry);
		copy = fate.action == VIB_DUPLICATE ? copy_packet(packet) : NULL;
		dispatch(packet, &fate);
		if (copy)
			dispatch(copy, &fate);
	}
}

/* ---- start and end ----------------------------------------------------------------------------------------------- */

void vib_fabric_init_port(struct vib_port *port)
{
	spin_lock_init(&port->rx_lock);
	INIT_LIST_HEAD(&port->rx);
	INIT_WORK(&port->rx_work, rx_work);
}

int vib_fabric_open(void)
{
	int ret = vib_srcu_init(&vib_ops_srcu);

	if (ret)
		return ret;
	vib_fabric_wq = vib_alloc_workqueue("vib_fabric");
	if (!vib_fabric_wq) {
		vib_srcu_cleanup(&vib_ops_srcu);
		return -ENOMEM;
	}
	vib_fault_on_release(release_held);
	return 0;
}

static void drop_all(struct list_head *packets)
{
	struct vib_packet *packet, *next;

	list_for_each_entry_safe(packet, next, packets, entry)
		kfree(packet);
	INIT_LIST_HEAD(packets);
}

void vib_fabric_close(void)
{
	int i, j;

	if (!vib_fabric_wq)
		return;
	/* Nothing is to be late any more. */
	vib_fault_on_release(NULL);
	vib_fault_clear();
	cancel_delayed_work_sync(&late_work);
	drop_all(&late);
	/* What a delivery sends may start another one. */
	drain_workqueue(vib_fabric_wq);
	cancel_delayed_work_sync(&late_work);
	destroy_workqueue(vib_fabric_wq);
	vib_fabric_wq = NULL;
	drop_all(&late);
	late_count = 0;
	for (i = 0; i < vib_node_count; i++)
		for (j = 0; j <= vib_nodes[i]->nports; j++)
			drop_all(&vib_nodes[i]->ports[j].rx);
	vib_srcu_cleanup(&vib_ops_srcu);
}
