// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Traps (IBA 13.4.9, 14.2.5.1): each port has one place per kind of trap, which keeps the latest notice until the subnet manager
 * represses it. Every new notice has a transaction ID of its own: a subnet manager takes the same one twice for a resent trap.
 */
#include <linux/jiffies.h>
#include <linux/string.h>
#include "vib_lower.h"

#define TRAP_LINK_STATE		128
#define TRAP_CAPABILITY		144
#define TRAP_BAD_PKEY		257
#define CAPABILITY_OTHER_CHANGES	1	/* notice 144: change_flags is valid */

#define RESEND_MIN_MS		100
#define RESEND_MAX_MS		5000

static DEFINE_SPINLOCK(trap_lock);
static LIST_HEAD(pending);	/* struct vib_trap; trap_lock */
static u64 last_tid;		/* trap_lock */
static bool stopped;		/* trap_lock */

/* A port sends no more than one trap in the time that its SubnetTimeOut says (IBA 14.2.5.6), within reason. */
static unsigned long resend_delay(const struct vib_port_state *s)
{
	u64 ms = (4096ull << s->subnet_timeout) / 1000000;

	return msecs_to_jiffies(clamp_t(u64, ms, RESEND_MIN_MS, RESEND_MAX_MS));
}

/* The packet that carries a trap, or NULL if there is no subnet manager or no memory. trap_lock is held. */
static struct vib_packet *trap_packet(const struct vib_trap *trap, const struct vib_port_state *s)
{
	struct vib_packet *packet;
	struct ib_smp *smp;

	packet = s->sm_lid ? vib_packet_alloc(sizeof(struct ib_mad), GFP_ATOMIC) : NULL;
	if (!packet)
		return NULL;
	packet->hdr.class = VIB_SMP;
	packet->hdr.slid = s->lid;
	packet->hdr.dlid = s->sm_lid;
	packet->hdr.sl = s->sm_sl;
	packet->hdr.pkey = s->pkeys[0];
	smp = (struct ib_smp *)packet->data;
	smp->base_version = IB_MGMT_BASE_VERSION;
	smp->mgmt_class = IB_MGMT_CLASS_SUBN_LID_ROUTED;
	smp->class_version = 1;
	smp->method = IB_MGMT_METHOD_TRAP;
	smp->tid = cpu_to_be64(trap->tid);
	smp->attr_id = IB_SMP_ATTR_NOTICE;
	smp->mkey = s->mkey;
	memcpy(smp->data, &trap->notice, sizeof(trap->notice));
	return packet;
}

/* Takes the next trap that is due: returns its packet and in *@from its port. trap_lock is held. */
static struct vib_packet *next_due(struct vib_port **from)
{
	struct vib_trap *trap, *next;
	struct vib_packet *packet;
	struct vib_port_state s;

	list_for_each_entry_safe(trap, next, &pending, entry) {
		if (time_before(jiffies, trap->due))
			continue;
		spin_lock(&vib_fabric_lock);
		s = trap->port->s;
		spin_unlock(&vib_fabric_lock);
		trap->due = jiffies + resend_delay(&s);
		packet = trap_packet(trap, &s);
		if (packet) {
			*from = trap->port;
			return packet;
		}
		if (!s.sm_lid)
			list_del_init(&trap->entry);
	}
	return NULL;
}

/* Jiffies until the next trap is due; at least one. trap_lock is held. */
static unsigned long next_delay(void)
{
	unsigned long delay = msecs_to_jiffies(RESEND_MAX_MS);
	struct vib_trap *trap;

	list_for_each_entry(trap, &pending, entry) {
		if (time_before_eq(trap->due, jiffies))
			return 1;
		delay = min(delay, trap->due - jiffies);
	}
	return delay;
}

static void trap_work_fn(struct work_struct *work)
{
	struct vib_packet *packet;
	struct vib_port *from;

	spin_lock_irq(&trap_lock);
	while (!stopped && (packet = next_due(&from))) {
		spin_unlock_irq(&trap_lock);
		vib_fabric_send(from, packet);
		spin_lock_irq(&trap_lock);
	}
	if (!stopped && !list_empty(&pending))
		mod_delayed_work(vib_fabric_wq, to_delayed_work(work), next_delay());
	spin_unlock_irq(&trap_lock);
}

static DECLARE_DELAYED_WORK(trap_work, trap_work_fn);

static void raise_trap(struct vib_port *port, enum vib_trap_slot slot, const struct ib_mad_notice_attr *notice)
{
	struct vib_trap *trap = &port->traps[slot];
	unsigned long flags;

	spin_lock_irqsave(&trap_lock, flags);
	if (!stopped && READ_ONCE(port->s.sm_lid)) {
		trap->notice = *notice;
		trap->tid = ++last_tid;
		trap->due = jiffies;
		if (list_empty(&trap->entry))
			list_add_tail(&trap->entry, &pending);
		mod_delayed_work(vib_fabric_wq, &trap_work, 0);
	}
	spin_unlock_irqrestore(&trap_lock, flags);
}

static void init_notice(struct ib_mad_notice_attr *notice, const struct vib_port *port, u8 type, u16 number)
{
	memset(notice, 0, sizeof(*notice));
	notice->generic_type = type;
	notice->prod_type_lsb = port->node->type == VIB_SWITCH ? IB_NOTICE_PROD_SWITCH : IB_NOTICE_PROD_CA;
	notice->trap_num = cpu_to_be16(number);
	notice->issuer_lid = cpu_to_be16(READ_ONCE(port->s.lid));
}

void vib_trap_link_state(struct vib_node *sw)
{
	struct vib_port *port = &sw->ports[0];
	struct ib_mad_notice_attr notice;

	init_notice(&notice, port, IB_NOTICE_TYPE_URGENT, TRAP_LINK_STATE);
	/* The details of notice 128 begin with the switch's LID. */
	memcpy(notice.details.raw_data.details, &notice.issuer_lid, sizeof(notice.issuer_lid));
	raise_trap(port, VIB_TRAP_LINK_STATE, &notice);
}

void vib_trap_capability(struct vib_port *port, bool desc)
{
	struct ib_mad_notice_attr notice;

	init_notice(&notice, port, IB_NOTICE_TYPE_INFO, TRAP_CAPABILITY);
	notice.details.ntc_144.lid = notice.issuer_lid;
	notice.details.ntc_144.new_cap_mask = cpu_to_be32(READ_ONCE(port->s.cap_mask));
	if (desc) {
		notice.details.ntc_144.local_changes = CAPABILITY_OTHER_CHANGES;
		notice.details.ntc_144.change_flags = IB_NOTICE_TRAP_NODE_DESC_CHG;
	}
	raise_trap(port, VIB_TRAP_CAPABILITY, &notice);
}

void vib_trap_bad_pkey(struct vib_port *port, const struct vib_hdr *hdr)
{
	struct ib_mad_notice_attr notice;

	init_notice(&notice, port, IB_NOTICE_TYPE_SECURITY, TRAP_BAD_PKEY);
	notice.details.ntc_257_258.lid1 = cpu_to_be16(hdr->slid);
	notice.details.ntc_257_258.lid2 = cpu_to_be16(hdr->dlid);
	notice.details.ntc_257_258.key = cpu_to_be32(hdr->pkey);
	notice.details.ntc_257_258.sl_qp1 = cpu_to_be32((u32)hdr->sl << 28 | hdr->src_qpn);
	notice.details.ntc_257_258.qp2 = cpu_to_be32(hdr->dest_qpn);
	raise_trap(port, VIB_TRAP_BAD_PKEY, &notice);
}

void vib_trap_init_port(struct vib_port *port)
{
	int i;

	for (i = 0; i < VIB_TRAPS; i++) {
		INIT_LIST_HEAD(&port->traps[i].entry);
		port->traps[i].port = port;
	}
}

void vib_trap_repress(struct vib_port *port, u64 tid)
{
	unsigned long flags;
	int i;

	spin_lock_irqsave(&trap_lock, flags);
	for (i = 0; i < VIB_TRAPS; i++)
		if (port->traps[i].tid == tid)
			list_del_init(&port->traps[i].entry);
	spin_unlock_irqrestore(&trap_lock, flags);
}

void vib_trap_forget(struct vib_port *port)
{
	unsigned long flags;
	int i;

	spin_lock_irqsave(&trap_lock, flags);
	for (i = 0; i < VIB_TRAPS; i++)
		list_del_init(&port->traps[i].entry);
	spin_unlock_irqrestore(&trap_lock, flags);
}

void vib_trap_stop(void)
{
	spin_lock_irq(&trap_lock);
	stopped = true;
	spin_unlock_irq(&trap_lock);
	cancel_delayed_work_sync(&trap_work);
}
