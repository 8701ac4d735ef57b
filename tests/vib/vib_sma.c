// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Subnet management agent of HCAs and switches (IBA 14.2.5): one row per attribute. And where MADs for any agent enter.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "vib_lower.h"
#include "vib_portinfo.h"

#define BAD_VALUE	IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE

#define VENDOR_ID	0x766962	/* "vib"; no vendor has this OUI */
#define DEVICE_ID	1

#define LFT_BLOCK	64	/* LIDs */
#define MFT_BLOCK	32	/* LIDs */
#define MFT_PORTS	16	/* of one position of the mask */

/* One Get or Set. A Set changes things, and answers with the Get that follows. */
struct sma_request {
	struct vib_port *in_port;	/* where it arrived */
	struct vib_node *node;
	u32 mod;			/* attribute modifier */
};

/* The port a modifier names: of an HCA 0 is the one it arrived at. NULL if there is none. */
static struct vib_port *named_port(const struct sma_request *r, u32 num)
{
	if (r->node->type == VIB_CA && num == 0)
		return r->in_port;
	return num <= r->node->nports ? &r->node->ports[num] : NULL;
}

/* The port that has LID, P_Keys and GUIDs for what arrived here. */
static struct vib_port *end_port(const struct sma_request *r)
{
	return r->node->type == VIB_SWITCH ? &r->node->ports[0] : r->in_port;
}

/* ---- NodeDescription, NodeInfo ----------------------------------------------------------------------------------- */

static u16 get_node_desc(const struct sma_request *r, u8 *data)
{
	memcpy(data, r->node->desc, IB_DEVICE_NODE_DESC_MAX);
	return 0;
}

static u16 get_node_info(const struct sma_request *r, u8 *data)
{
	struct ib_node_info *info = (struct ib_node_info *)data;

	if (r->mod)
		return BAD_VALUE;
	info->base_version = IB_MGMT_BASE_VERSION;
	info->class_version = 1;
	info->node_type = r->node->type;
	info->num_ports = r->node->nports;
	info->sys_guid = r->node->sys_guid;
	info->node_guid = r->node->guid;
	info->port_guid = end_port(r)->s.guids[0];
	info->partition_cap = cpu_to_be16(VIB_PKEYS);
	info->device_id = cpu_to_be16(DEVICE_ID);
	info->revision = cpu_to_be32(1);
	info->local_port_num = r->in_port->num;
	info->vendor_id[0] = VENDOR_ID >> 16;
	info->vendor_id[1] = VENDOR_ID >> 8 & 0xff;
	info->vendor_id[2] = VENDOR_ID & 0xff;
	return 0;
}

/* ---- SwitchInfo -------------------------------------------------------------------------------------------------- */

/* IBA 14.2.5.4 */
struct switch_info {
	__be16 lft_cap, rft_cap, mft_cap, lft_top;
	u8 default_port, default_mcast_primary, default_mcast_not_primary;
	u8 life_time_state_change;	/* 5 bits LifeTimeValue, 1 bit PortStateChange */
	__be16 lids_per_port, partition_enforcement_cap;
	u8 flags;
	u8 reserved;
	__be16 mft_top;
} __packed;

#define LIFE_TIME_SHIFT		3
#define PORT_STATE_CHANGE	BIT(2)

static u16 get_switch_info(const struct sma_request *r, u8 *data)
{
	struct switch_info *info = (struct switch_info *)data;

	info->lft_cap = cpu_to_be16(VIB_LFT_SIZE);
	info->mft_cap = cpu_to_be16(VIB_MFT_LIDS);
	info->lft_top = cpu_to_be16(r->node->lft_top);
	info->default_mcast_primary = r->node->def_mcast_port;
	info->life_time_state_change = r->node->life_time << LIFE_TIME_SHIFT | (r->node->port_state_change ? PORT_STATE_CHANGE : 0);
	return 0;
}

static u16 set_switch_info(const struct sma_request *r, const u8 *data)
{
	const struct switch_info *info = (const struct switch_info *)data;

	if (be16_to_cpu(info->lft_top) >= VIB_LFT_SIZE)
		return BAD_VALUE;
	r->node->lft_top = be16_to_cpu(info->lft_top);
	r->node->def_mcast_port = info->default_mcast_primary;
	r->node->life_time = info->life_time_state_change >> LIFE_TIME_SHIFT;
	/* Writing one clears. */
	if (info->life_time_state_change & PORT_STATE_CHANGE)
		r->node->port_state_change = false;
	return 0;
}

/* ---- PortInfo: the rules are in vib_portinfo.c ------------------------------------------------------------------- */

#define PORT_NUM_MASK	0xff	/* of the modifier; other bits ask for things of faster links */

static u16 get_port_info(const struct sma_request *r, u8 *data)
{
	struct vib_port *port = named_port(r, r->mod & PORT_NUM_MASK);

	if (!port)
		return BAD_VALUE;
	vib_port_info_get(&port->s, r->in_port->num, data);
	return 0;
}

static enum vib_port_role role_of(const struct vib_port *port)
{
	if (port->node->type == VIB_CA)
		return VIB_ROLE_CA;
	return port->num ? VIB_ROLE_SWITCH_EXTERNAL : VIB_ROLE_SWITCH_MGMT;
}

/* Takes the lock itself: a change of the physical state has consequences. */
static u16 set_port_info(const struct sma_request *r, const u8 *data)
{
	struct vib_port *port = named_port(r, r->mod & PORT_NUM_MASK);
	struct vib_port_change change;
	u16 status;

	if (!port || (port->node->type == VIB_CA && port != r->in_port))
		return BAD_VALUE;
	spin_lock_irq(&vib_fabric_lock);
	status = vib_port_info_set(&port->s, role_of(port), data, &change);
	port->events |= change.events;
	spin_unlock_irq(&vib_fabric_lock);
	if (change.phys)
		vib_port_set_phys(port, change.phys);
	else
		vib_port_tell(port);
	return status;
}

/* ---- tables of a port -------------------------------------------------------------------------------------------- */

/* Modifier: port of a switch (of an HCA: ignored), and block of 32. */
static struct vib_port *pkey_port(const struct sma_request *r)
{
	if ((r->mod & 0xffff) >= VIB_PKEYS / 32)
		return NULL;
	return r->node->type == VIB_SWITCH ? named_port(r, r->mod >> 16) : r->in_port;
}

static u16 get_pkeys(const struct sma_request *r, u8 *data)
{
	struct vib_port *port = pkey_port(r);
	__be16 *pkeys = (__be16 *)data;
	int i;

	if (!port)
		return BAD_VALUE;
	for (i = 0; i < VIB_PKEYS; i++)
		pkeys[i] = cpu_to_be16(port->s.pkeys[i]);
	return 0;
}

static u16 set_pkeys(const struct sma_request *r, const u8 *data)
{
	struct vib_port *port = pkey_port(r);
	const __be16 *pkeys = (const __be16 *)data;
	int i;

	if (!port)
		return BAD_VALUE;
	for (i = 0; i < VIB_PKEYS; i++) {
		if (port->s.pkeys[i] == be16_to_cpu(pkeys[i]))
			continue;
		WRITE_ONCE(port->s.pkeys[i], be16_to_cpu(pkeys[i]));
		if (port->node->type == VIB_CA)
			port->events |= BIT(IB_EVENT_PKEY_CHANGE);
	}
	return 0;
}

static u16 get_guids(const struct sma_request *r, u8 *data)
{
	if (r->mod)
		return BAD_VALUE;
	memcpy(data, end_port(r)->s.guids, sizeof(end_port(r)->s.guids));
	return 0;
}

/* The first one is the port's own and stays. */
static u16 set_guids(const struct sma_request *r, const u8 *data)
{
	struct vib_port *port = end_port(r);
	size_t size = sizeof(port->s.guids) - sizeof(port->s.guids[0]);

	if (r->mod)
		return BAD_VALUE;
	if (memcmp(&port->s.guids[1], data + sizeof(port->s.guids[0]), size) == 0)
		return 0;
	memcpy(&port->s.guids[1], data + sizeof(port->s.guids[0]), size);
	if (port->node->type == VIB_CA)
		port->events |= BIT(IB_EVENT_GID_CHANGE);
	return 0;
}

/* Modifier: input and output port of a switch. A table depends on the output port only. */
static u16 get_sl2vl(const struct sma_request *r, u8 *data)
{
	struct vib_port *port = named_port(r, r->mod & 0xff);

	if (!port)
		return BAD_VALUE;
	memcpy(data, port->s.sl2vl, sizeof(port->s.sl2vl));
	return 0;
}

static u16 set_sl2vl(const struct sma_request *r, const u8 *data)
{
	struct vib_port *port = named_port(r, r->mod & 0xff);

	if (!port)
		return BAD_VALUE;
	memcpy(port->s.sl2vl, data, sizeof(port->s.sl2vl));
	return 0;
}

/* Modifier: block 1 to 4, and port. */
static u8 *vlarb_block(const struct sma_request *r)
{
	struct vib_port *port = named_port(r, r->mod & 0xffff);
	u32 block = r->mod >> 16;

	return port && block >= 1 && block <= ARRAY_SIZE(port->s.vlarb) ? port->s.vlarb[block - 1] : NULL;
}

static u16 get_vlarb(const struct sma_request *r, u8 *data)
{
	u8 *block = vlarb_block(r);

	if (!block)
		return BAD_VALUE;
	memcpy(data, block, IB_SMP_DATA_SIZE);
	return 0;
}

static u16 set_vlarb(const struct sma_request *r, const u8 *data)
{
	u8 *block = vlarb_block(r);

	if (!block)
		return BAD_VALUE;
	memcpy(block, data, IB_SMP_DATA_SIZE);
	return 0;
}

/* ---- forwarding tables ------------------------------------------------------------------------------------------- */

static u16 get_lft(const struct sma_request *r, u8 *data)
{
	if (r->mod >= VIB_LFT_SIZE / LFT_BLOCK)
		return BAD_VALUE;
	memcpy(data, r->node->lft + r->mod * LFT_BLOCK, LFT_BLOCK);
	return 0;
}

static u16 set_lft(const struct sma_request *r, const u8 *data)
{
	if (r->mod >= VIB_LFT_SIZE / LFT_BLOCK)
		return BAD_VALUE;
	memcpy(r->node->lft + r->mod * LFT_BLOCK, data, LFT_BLOCK);
	return 0;
}

/* Modifier: position of 16 ports in the upper four bits, and block of 32 LIDs. Returns the block's first mask, or NULL. */
static u64 *mft_block(const struct sma_request *r, unsigned int *shift)
{
	u32 block = r->mod & 0x0fffffff;

	*shift = (r->mod >> 28) * MFT_PORTS;
	return block < VIB_MFT_LIDS / MFT_BLOCK && *shift <= r->node->nports ? r->node->mft + block * MFT_BLOCK : NULL;
}

static u16 get_mft(const struct sma_request *r, u8 *data)
{
	__be16 *out = (__be16 *)data;
	unsigned int shift, i;
	u64 *masks = mft_block(r, &shift);

	if (!masks)
		return BAD_VALUE;
	for (i = 0; i < MFT_BLOCK; i++)
		out[i] = cpu_to_be16(masks[i] >> shift & 0xffff);
	return 0;
}

static u16 set_mft(const struct sma_request *r, const u8 *data)
{
	const __be16 *in = (const __be16 *)data;
	unsigned int shift, i;
	u64 *masks = mft_block(r, &shift);

	if (!masks)
		return BAD_VALUE;
	for (i = 0; i < MFT_BLOCK; i++)
		masks[i] = (masks[i] & ~(0xffffull << shift)) | (u64)be16_to_cpu(in[i]) << shift;
	return 0;
}

/* ---- attributes -------------------------------------------------------------------------------------------------- */

#define CA	BIT(VIB_CA)
#define SW	BIT(VIB_SWITCH)

/*
 * Get writes to zeroed data with vib_fabric_lock held; so does Set, unless it locks itself. What is not here, as random forwarding
 * tables, is not supported.
 */
static const struct attribute_row {
	__be16 id;
	u8 nodes;
	u16 (*get)(const struct sma_request *r, u8 *data);
	u16 (*set)(const struct sma_request *r, const u8 *data);
	bool set_locks;		/* itself */
} attributes[] = {
	{ IB_SMP_ATTR_NODE_DESC, CA | SW, get_node_desc },
	{ IB_SMP_ATTR_NODE_INFO, CA | SW, get_node_info },
	{ IB_SMP_ATTR_SWITCH_INFO, SW, get_switch_info, set_switch_info },
	{ IB_SMP_ATTR_GUID_INFO, CA | SW, get_guids, set_guids },
	{ IB_SMP_ATTR_PORT_INFO, CA | SW, get_port_info, set_port_info, true },
	{ IB_SMP_ATTR_PKEY_TABLE, CA | SW, get_pkeys, set_pkeys },
	{ IB_SMP_ATTR_SL_TO_VL_TABLE, CA | SW, get_sl2vl, set_sl2vl },
	{ IB_SMP_ATTR_VL_ARB_TABLE, CA | SW, get_vlarb, set_vlarb },
	{ IB_SMP_ATTR_LINEAR_FORWARD_TABLE, SW, get_lft, set_lft },
	{ IB_SMP_ATTR_MCAST_FORWARD_TABLE, SW, get_mft, set_mft },
};

static const struct attribute_row *find_attribute(const struct vib_node *node, __be16 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		if (attributes[i].id == id && (attributes[i].nodes & BIT(node->type)))
			return &attributes[i];
	return NULL;
}

static u16 run_set(const struct attribute_row *row, const struct sma_request *r, const u8 *data)
{
	u16 status;

	if (!row->set)
		return IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB;
	if (row->set_locks)
		return row->set(r, data);
	spin_lock_irq(&vib_fabric_lock);
	status = row->set(r, data);
	spin_unlock_irq(&vib_fabric_lock);
	vib_port_tell(r->in_port);
	return status;
}

static u16 run(const struct sma_request *r, const struct ib_smp *in, struct ib_smp *out)
{
	const struct attribute_row *row = find_attribute(r->node, in->attr_id);
	u16 status = 0, get_status;

	if (in->class_version != 1)
		return IB_MGMT_MAD_STATUS_BAD_VERSION;
	if (!row)
		return IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB;
	if (in->method == IB_MGMT_METHOD_SET)
		status = run_set(row, r, in->data);
	memset(out->data, 0, sizeof(out->data));
	spin_lock_irq(&vib_fabric_lock);
	get_status = row->get(r, out->data);
	spin_unlock_irq(&vib_fabric_lock);
	return status ?: get_status;
}

int vib_sma_process(struct vib_port *in_port, const struct ib_smp *in, struct ib_smp *out)
{
	struct sma_request r = { .in_port = in_port, .node = in_port->node, .mod = be32_to_cpu(in->attr_mod) };
	u16 status;

	if (in->method == IB_MGMT_METHOD_TRAP_REPRESS) {
		vib_trap_repress(end_port(&r), be64_to_cpu(in->tid));
		return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_CONSUMED;
	}
	if (in->method != IB_MGMT_METHOD_GET && in->method != IB_MGMT_METHOD_SET)
		return IB_MAD_RESULT_SUCCESS;
	/* A subnet manager answers this one itself. */
	if (in->attr_id == IB_SMP_ATTR_SM_INFO && (READ_ONCE(in_port->s.cap_mask) & IB_PORT_SM))
		return IB_MAD_RESULT_SUCCESS;
	*out = *in;
	status = run(&r, in, out);
	out->method = IB_MGMT_METHOD_GET_RESP;
	out->status = cpu_to_be16(status);
	if (in->mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE)
		out->status |= IB_SMP_DIRECTION;
	return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_REPLY;
}

/* ---- entry ------------------------------------------------------------------------------------------------------- */

static bool is_smp_class(u8 mgmt_class)
{
	return mgmt_class == IB_MGMT_CLASS_SUBN_LID_ROUTED || mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE;
}

int vib_agent_process(struct vib_port *in_port, const struct ib_mad *in, struct ib_mad *out)
{
	if (is_smp_class(in->mad_hdr.mgmt_class))
		return vib_sma_process(in_port, (const struct ib_smp *)in, (struct ib_smp *)out);
	if (in->mad_hdr.mgmt_class == IB_MGMT_CLASS_PERF_MGMT)
		return vib_pma_process(in_port, in, out);
	return IB_MAD_RESULT_SUCCESS;
}

void vib_agent_receive(struct vib_port *in_port, const struct vib_packet *packet)
{
	struct vib_port *port = &in_port->node->ports[0];
	const struct vib_hdr *hdr = &packet->hdr;
	struct vib_packet *answer;
	bool smp = hdr->class == VIB_SMP;
	int index = 0;

	/* QP0 has SMPs only, and SMPs have no other place (IBA 13.5.1). */
	if (!hdr->mad || is_smp_class(hdr->mad->mgmt_class) != smp)
		return;
	if (!smp)
		index = vib_port_check_pkey(port, hdr);
	if (index < 0)
		return;
	answer = vib_packet_alloc(sizeof(struct ib_mad), GFP_KERNEL);
	if (!answer)
		return;
	if (!(vib_agent_process(in_port, (const struct ib_mad *)packet->data, (struct ib_mad *)answer->data) & IB_MAD_RESULT_REPLY)) {
		kfree(answer);
		return;
	}
	answer->hdr.class = hdr->class;
	answer->hdr.slid = hdr->dlid;
	answer->hdr.dlid = hdr->slid;
	answer->hdr.sl = hdr->sl;
	answer->hdr.pkey = vib_port_pkey(port, index);
	answer->hdr.src_qpn = hdr->dest_qpn;
	answer->hdr.dest_qpn = hdr->src_qpn;
	answer->qkey = IB_QP1_QKEY;
	if (hdr->mad->mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE) {
		answer->hdr.slid = VIB_LID_PERMISSIVE;
		answer->hdr.dlid = VIB_LID_PERMISSIVE;
	}
	vib_fabric_send(port, answer);
}
