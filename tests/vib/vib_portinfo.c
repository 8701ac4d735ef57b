// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * PortInfo: a table with one row per field, in the order and with the bit offsets of IBA table 155.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "vib_portinfo.h"

#define VL_CAP		1	/* VL0 only */
#define LINK_DOWN_POLL	2
#define RESPONSE_TIME	18	/* answers come within 4.096 us << 18 */

#define CA		VIB_ROLE_CA
#define END		(VIB_ROLE_CA | VIB_ROLE_SWITCH_MGMT)		/* has a LID */
#define LINK		(VIB_ROLE_CA | VIB_ROLE_SWITCH_EXTERNAL)	/* has a cable */
#define ANY		(END | LINK)

enum kind {
	FIXED,		/* max is the value */
	SHOW,		/* Set leaves it alone, or has a rule of its own below */
	PLAIN,		/* values up to max */
	KEEP,		/* the same, and 0 means no change */
	ENABLE,		/* bits out of max; 0 means no change and all ones means all of max */
	COUNTER,	/* writing 0 clears */
};

static const struct field {
	u16 offset;		/* in bits, most significant first */
	u8 bits;
	enum kind kind;
	u64 max;
	u8 member, size;	/* in struct vib_port_state */
	u8 roles;		/* of which kinds of ports a Set changes it */
	u8 event;		/* a change raises it; 0: none (that number is not a port's event) */
} fields[] = {
#define MEMBER(name) offsetof(struct vib_port_state, name), sizeof_field(struct vib_port_state, name)
	{ 0, 64, PLAIN, ~0ull, MEMBER(mkey), END },
	{ 64, 64, PLAIN, ~0ull, MEMBER(gid_prefix), END, IB_EVENT_GID_CHANGE },
	{ 128, 16, PLAIN, VIB_MULTICAST_LID - 1, MEMBER(lid), END, IB_EVENT_LID_CHANGE },
	{ 144, 16, PLAIN, VIB_MULTICAST_LID - 1, MEMBER(sm_lid), END, IB_EVENT_SM_CHANGE },
	{ 160, 32, SHOW, 0, MEMBER(cap_mask) },
	{ 208, 16, PLAIN, 0xffff, MEMBER(mkey_lease), END },
	{ 232, 8, ENABLE, VIB_LINK_WIDTHS, MEMBER(link_width_enabled), LINK },
	{ 240, 8, FIXED, VIB_LINK_WIDTHS },
	{ 248, 8, SHOW, 0, MEMBER(link_width_active) },
	{ 256, 4, FIXED, VIB_LINK_SPEEDS },
	{ 260, 4, SHOW, 0, MEMBER(state) },
	{ 264, 4, SHOW, 0, MEMBER(phys_state) },
	{ 268, 4, KEEP, LINK_DOWN_POLL, MEMBER(link_down_default), LINK },
	{ 272, 2, PLAIN, 3, MEMBER(mkey_protect), END },
	{ 277, 3, PLAIN, 7, MEMBER(lmc), CA, IB_EVENT_LID_CHANGE },
	{ 280, 4, SHOW, 0, MEMBER(link_speed_active) },
	{ 284, 4, ENABLE, VIB_LINK_SPEEDS, MEMBER(link_speed_enabled), LINK },
	{ 288, 4, KEEP, VIB_MTU_CAP, MEMBER(neighbor_mtu), ANY },
	{ 292, 4, PLAIN, 15, MEMBER(sm_sl), END, IB_EVENT_SM_CHANGE },
	{ 296, 4, FIXED, VL_CAP },
	{ 304, 8, PLAIN, 0xff, MEMBER(vl_high_limit), ANY },
	{ 328, 4, PLAIN, 15, MEMBER(init_type), END },
	{ 332, 4, FIXED, VIB_MTU_CAP },
	{ 336, 8, PLAIN, 0xff, MEMBER(hoq_life), VIB_ROLE_SWITCH_EXTERNAL },
	{ 344, 4, KEEP, VL_CAP, MEMBER(vl_enabled), ANY },
	{ 348, 4, PLAIN, 15, MEMBER(partition_filter), VIB_ROLE_SWITCH_EXTERNAL },
	{ 352, 16, COUNTER, 0xffff, MEMBER(mkey_violations), END },
	{ 368, 16, COUNTER, 0xffff, MEMBER(pkey_violations), END },
	{ 384, 16, COUNTER, 0xffff, MEMBER(qkey_violations), END },
	{ 400, 8, FIXED, VIB_GUIDS },
	{ 411, 5, PLAIN, 31, MEMBER(subnet_timeout), END },
	{ 419, 5, FIXED, RESPONSE_TIME },
	{ 424, 8, PLAIN, 0xff, MEMBER(port_flags), ANY },
#undef MEMBER
};

/* Fields that Set has rules of its own for. */
#define PORT_STATE_OFFSET		260
#define PHYS_STATE_OFFSET		264
#define CLIENT_REREGISTER_OFFSET	408
#define LOCAL_PORT_BYTE			(224 / 8)

static u64 get_bits(const u8 *data, unsigned int offset, unsigned int bits)
{
	u64 value = 0;

	for (; bits; bits--, offset++)
		value = value << 1 | (data[offset / 8] >> (7 - offset % 8) & 1);
	return value;
}

/* The place was zero before. */
static void put_bits(u8 *data, unsigned int offset, unsigned int bits, u64 value)
{
	for (; bits; bits--, offset++)
		data[offset / 8] |= (value >> (bits - 1) & 1) << (7 - offset % 8);
}

static u64 member_value(const struct vib_port_state *s, const struct field *f)
{
	const void *p = (const u8 *)s + f->member;

	switch (f->size) {
	case 1:
		return *(const u8 *)p;
	case 2:
		return *(const u16 *)p;
	case 4:
		return *(const u32 *)p;
	case 8:
		return be64_to_cpu(*(const __be64 *)p);
	default:
		return f->max;
	}
}

static void set_member(struct vib_port_state *s, const struct field *f, u64 value)
{
	void *p = (u8 *)s + f->member;

	switch (f->size) {
	case 1:
		*(u8 *)p = value;
		break;
	case 2:
		*(u16 *)p = value;
		break;
	case 8:
		*(__be64 *)p = cpu_to_be64(value);
		break;
	}
}

void vib_port_info_get(const struct vib_port_state *s, u8 local_port, u8 *data)
{
	const struct field *f;

	memset(data, 0, IB_SMP_DATA_SIZE);
	for (f = fields; f < fields + ARRAY_SIZE(fields); f++)
		put_bits(data, f->offset, f->bits, member_value(s, f));
	data[LOCAL_PORT_BYTE] = local_port;
}

static bool field_ok(const struct field *f, u64 value)
{
	switch (f->kind) {
	case PLAIN:
	case KEEP:
		return value <= f->max;
	case ENABLE:
		return value == (1ull << f->bits) - 1 || !(value & ~f->max);
	default:
		return true;
	}
}

/* The value the member gets from one that is ok. */
static u64 field_result(const struct field *f, u64 value, u64 old)
{
	switch (f->kind) {
	case PLAIN:
		return value;
	case KEEP:
		return value ?: old;
	case ENABLE:
		return value ? value & f->max : old;
	case COUNTER:
		return value ? old : 0;
	default:
		return old;
	}
}

/* A state may be confirmed, and otherwise only go from INIT to ARMED and from ARMED to ACTIVE. */
static bool state_ok(u8 old, u8 state)
{
	if (state == IB_PORT_NOP || state == IB_PORT_DOWN || state == old)
		return true;
	return (state == IB_PORT_ARMED && old == IB_PORT_INIT) || (state == IB_PORT_ACTIVE && old == IB_PORT_ARMED);
}

u16 vib_port_info_set(struct vib_port_state *s, enum vib_port_role role, const u8 *data, struct vib_port_change *change)
{
	u8 state = get_bits(data, PORT_STATE_OFFSET, 4);
	u8 phys = get_bits(data, PHYS_STATE_OFFSET, 4);
	bool link = role & LINK;
	const struct field *f;
	u64 old, value;

	*change = (struct vib_port_change){ };
	for (f = fields; f < fields + ARRAY_SIZE(fields); f++)
		if ((f->roles & role) && !field_ok(f, get_bits(data, f->offset, f->bits)))
			return IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE;
	if (link && !state_ok(s->state, state))
		return IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE;
	if (phys && phys != IB_PORT_PHYS_STATE_POLLING && phys != IB_PORT_PHYS_STATE_DISABLED)
		return IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE;

	for (f = fields; f < fields + ARRAY_SIZE(fields); f++) {
		if (!(f->roles & role))
			continue;
		old = member_value(s, f);
		value = field_result(f, get_bits(data, f->offset, f->bits), old);
		if (value != old && f->event)
			change->events |= 1ul << f->event;
		set_member(s, f, value);
	}
	if ((role & END) && get_bits(data, CLIENT_REREGISTER_OFFSET, 1))
		change->events |= 1ul << IB_EVENT_CLIENT_REREGISTER;
	if (!link)
		return 0;

	/* The physical state counts when the state is "no change" or DOWN; DOWN alone means train again. */
	if (state == IB_PORT_DOWN)
		change->phys = phys ?: IB_PORT_PHYS_STATE_POLLING;
	else if (state == IB_PORT_NOP)
		change->phys = phys;
	if (state == IB_PORT_ACTIVE && s->state != IB_PORT_ACTIVE)
		change->events |= 1ul << IB_EVENT_PORT_ACTIVE;
	if (state == IB_PORT_ARMED || state == IB_PORT_ACTIVE)
		s->state = state;
	return 0;
}

u8 vib_link_common(u8 enabled, u8 peer_enabled)
{
	u8 common = enabled & peer_enabled;

	while (common & (common - 1))
		common &= common - 1;
	return common;
}
