// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Performance management agent (IBA 16.1.3.5, 16.1.4.11). One set of counters, 64 bits wide, is behind both attributes: PortCounters
 * show as much of it as fits, and writing a counter of either changes both.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "vib.h"

#define ALL_PORTS		0xff
#define RESPONSE_TIME		18	/* answers come within 4.096 us << 18 */

struct counter {
	u8 select;		/* bit in CounterSelect */
	u8 place;		/* of the attribute: offset in bytes */
	u8 bytes;
	u8 member;		/* of struct vib_port_counters: offset in bytes */
};

#define C(attribute, select, field, member)							\
	{ select, offsetof(struct attribute, field), sizeof_field(struct attribute, field),	\
	  offsetof(struct vib_port_counters, member) }

static const struct counter counters[] = {
	C(ib_pma_portcounters, 0, symbol_error_counter, symbol_errors),
	C(ib_pma_portcounters, 1, link_error_recovery_counter, link_error_recovery),
	C(ib_pma_portcounters, 2, link_downed_counter, link_downed),
	C(ib_pma_portcounters, 3, port_rcv_errors, rcv_errors),
	C(ib_pma_portcounters, 6, port_xmit_discards, xmit_discards),
	C(ib_pma_portcounters, 11, vl15_dropped, vl15_dropped),
	C(ib_pma_portcounters, 12, port_xmit_data, xmit_data),
	C(ib_pma_portcounters, 13, port_rcv_data, rcv_data),
	C(ib_pma_portcounters, 14, port_xmit_packets, xmit_packets),
	C(ib_pma_portcounters, 15, port_rcv_packets, rcv_packets),
	{ }
};

static const struct counter counters_ext[] = {
	C(ib_pma_portcounters_ext, 0, port_xmit_data, xmit_data),
	C(ib_pma_portcounters_ext, 1, port_rcv_data, rcv_data),
	C(ib_pma_portcounters_ext, 2, port_xmit_packets, xmit_packets),
	C(ib_pma_portcounters_ext, 3, port_rcv_packets, rcv_packets),
	{ }
};

static u64 *member(struct vib_port *port, const struct counter *c)
{
	return (u64 *)((u8 *)&port->c + c->member);
}

static u64 load(const u8 *p, u8 bytes)
{
	u64 value = 0;

	for (; bytes; bytes--)
		value = value << 8 | *p++;
	return value;
}

/* A counter that does not fit stays at its maximum. */
static void store(u8 *p, u8 bytes, u64 value)
{
	if (bytes < 8)
		value = min(value, (1ull << 8 * bytes) - 1);
	for (p += bytes; bytes; bytes--, value >>= 8)
		*--p = value;
}

static u16 class_port_info(struct vib_node *node, bool set, const u8 *in, u8 *out)
{
	struct ib_class_port_info *info = (struct ib_class_port_info *)out;

	if (set)
		return IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB;
	memset(out, 0, sizeof(struct ib_pma_mad) - offsetof(struct ib_pma_mad, data));
	info->base_version = IB_MGMT_BASE_VERSION;
	info->class_version = 1;
	info->capability_mask = IB_PMA_CLASS_CAP_ALLPORTSELECT | IB_PMA_CLASS_CAP_EXT_WIDTH_NOIETF;
	ib_set_cpi_resp_time(info, RESPONSE_TIME);
	return 0;
}

/* Both attributes begin with the same three fields. */
static u16 port_counters(struct vib_node *node, const struct counter *table, bool set, const u8 *in, u8 *out)
{
	const struct ib_pma_portcounters *head = (const struct ib_pma_portcounters *)in;
	u16 select = be16_to_cpu(head->counter_select);
	u8 first = head->port_select, last = head->port_select;
	const struct counter *c;
	unsigned long flags;
	u64 sum;
	int i;

	if (head->port_select == ALL_PORTS) {
		first = node->type == VIB_SWITCH ? 0 : 1;
		last = node->nports;
	}
	if (last > node->nports || (node->type == VIB_CA && first == 0))
		return IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE;
	spin_lock_irqsave(&vib_fabric_lock, flags);
	for (c = table; c->bytes; c++) {
		sum = 0;
		for (i = first; i <= last; i++) {
			if (set && (select & BIT(c->select)))
				*member(&node->ports[i], c) = load(in + c->place, c->bytes);
			sum += *member(&node->ports[i], c);
		}
		store(out + c->place, c->bytes, sum);
	}
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	return 0;
}

static u16 port_counters_32(struct vib_node *node, bool set, const u8 *in, u8 *out)
{
	return port_counters(node, counters, set, in, out);
}

static u16 port_counters_64(struct vib_node *node, bool set, const u8 *in, u8 *out)
{
	return port_counters(node, counters_ext, set, in, out);
}

static const struct {
	__be16 attr_id;
	u16 (*run)(struct vib_node *node, bool set, const u8 *in, u8 *out);
} attributes[] = {
	{ IB_PMA_CLASS_PORT_INFO, class_port_info },
	{ IB_PMA_PORT_COUNTERS, port_counters_32 },
	{ IB_PMA_PORT_COUNTERS_EXT, port_counters_64 },
};

int vib_pma_process(struct vib_port *in_port, const struct ib_mad *in, struct ib_mad *out)
{
	const struct ib_pma_mad *request = (const struct ib_pma_mad *)in;
	struct ib_pma_mad *answer = (struct ib_pma_mad *)out;
	u16 status = IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB;
	bool set = request->mad_hdr.method == IB_MGMT_METHOD_SET;
	unsigned int i;

	if (!set && request->mad_hdr.method != IB_MGMT_METHOD_GET)
		return IB_MAD_RESULT_SUCCESS;
	*answer = *request;
	answer->mad_hdr.method = IB_MGMT_METHOD_GET_RESP;
	if (request->mad_hdr.class_version != 1)
		status = IB_MGMT_MAD_STATUS_BAD_VERSION;
	else
		for (i = 0; i < ARRAY_SIZE(attributes); i++)
			if (attributes[i].attr_id == request->mad_hdr.attr_id)
				status = attributes[i].run(in_port->node, set, request->data, answer->data);
	answer->mad_hdr.status = cpu_to_be16(status);
	return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_REPLY;
}
