/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vib: a virtual InfiniBand fabric inside one kernel, for tests only: software HCAs behind virtual switches and cables.
 *
 * Calls go down only; upwards there is struct vib_hca_ops:
 *
 *	vib_main	parameters, topology, init and exit
 *	vib_debugfs	files for tests: faults, cables, ports, objects, trace
 *	vib_hca		one HCA as an ib_device: registration, queries, address handles, events
 *	vib_rc, vib_ud	transports: execute work requests
 *	vib_qp		queue pairs: states, posting, flush
 *	vib_queue, vib_cq, vib_mr	receive queues, completion queues, memory regions
 *	vib_node	what the fabric is made of; start and end of the lower half
 *	vib_sma, vib_pma	subnet management and performance agents of HCAs and switches (vib_portinfo: rules of PortInfo)
 *	vib_port	cables, training of links, events; P_Keys and LIDs of a port
 *	vib_trap	traps
 *	vib_fabric	transit of packets (vib_route: which way) and delivery of datagrams
 *	vib_fault	what happens to a packet on its way (vib_rule: one rule)
 *
 * One call goes up within the lower half: a MAD that ends at a switch goes from vib_fabric to vib_agent_receive().
 *
 * This header holds the lower half (fabric, faults, agents). The upper half (verbs objects) is in vib_verbs.h.
 */
#ifndef VIB_H
#define VIB_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <rdma/ib_mad.h>
#include <rdma/ib_smi.h>
#include <rdma/ib_verbs.h>

struct seq_file;

#define VIB_MAX_NODES		32
#define VIB_MAX_PORTS		36	/* of one node; a switch has port 0 besides */
#define VIB_PKEYS		32
#define VIB_GUIDS		8
#define VIB_LFT_SIZE		(48 * 1024)
#define VIB_MFT_LIDS		1024
#define VIB_LID_PERMISSIVE	0xffff
#define VIB_MULTICAST_LID	0xc000

/* ---- packets ---------------------------------------------------------------------------------------------- */

/* Classes of packets that fault rules and counters tell apart. */
enum vib_class {
	VIB_SMP,		/* QP0, VL15: passes ports that are up but not active */
	VIB_GMP,		/* QP1 */
	VIB_UD,			/* datagrams between other queue pairs */
	VIB_RC,			/* requests of reliable connections */
	VIB_RC_ACK,		/* acknowledgements and read responses */
};

enum vib_rc_op { VIB_OP_SEND, VIB_OP_WRITE, VIB_OP_READ };

/*
 * What the network sees of a packet (IBA 5.2). Lives on the sender's stack or in a struct vib_packet.
 * LIDs, P_Keys and queue pair numbers are in host byte order.
 */
struct vib_hdr {
	enum vib_class class;
	enum vib_rc_op op;	/* of class VIB_RC and VIB_RC_ACK */
	u16 slid;
	u16 dlid;
	u8 sl;
	u16 pkey;		/* P_Key value; not looked at in SMPs */
	u32 src_qpn;
	u32 dest_qpn;
	u32 len;		/* payload in bytes */
	const struct ib_mad_hdr *mad;	/* of class VIB_SMP and VIB_GMP, otherwise NULL */
};

/* A datagram on its way. Allocated by the sender, owned by the fabric from vib_fabric_send() on, freed after delivery. */
struct vib_packet {
	struct list_head entry;
	struct vib_hdr hdr;
	u32 qkey;
	bool solicited;
	bool has_imm;
	__be32 imm;
	bool has_grh;
	struct ib_grh grh;
	/* private to vib_fabric.c: where it goes, and what it waits for on its way */
	struct vib_port *dest;
	unsigned long due;
	u32 held_by;
	u8 data[];		/* hdr.len bytes */
};

/* ---- faults (vib_fault.c) ------------------------------------------------------------------------------------ */

enum vib_action {
	VIB_PASS,
	VIB_DROP,
	VIB_DELAY,		/* by fate.delay_us */
	VIB_HOLD,		/* until the rule is released or removed */
	VIB_DUPLICATE,		/* datagrams only */
	VIB_RNR,		/* RC: the responder answers RNR NAK although it has a receive */
	VIB_NAK_ACCESS,		/* RC: the responder answers remote access error */
	VIB_NAK_OP,		/* RC: the responder answers remote operational error */
	VIB_NAK_INVALID,	/* RC: the responder answers invalid request */
	VIB_BAD_RKEY,		/* RC: the R_Key arrives with bits flipped */
	VIB_FLIP,		/* one payload byte (fate.arg: its offset) is inverted */
	VIB_BAD_STATUS,		/* MAD: arrives with status fate.arg */
};

struct vib_fate {
	enum vib_action action;
	u32 delay_us;
	u32 arg;
	u32 rule;		/* number of the rule, for vib_fault_holding() */
};

struct vib_port;

/* Applies the first rule that matches and is due; counts. Any context; never sleeps. Only vib_fabric.c asks. */
void vib_fault_judge(const struct vib_hdr *hdr, const struct vib_port *from, struct vib_fate *fate);
/* Is this rule still holding packets? */
bool vib_fault_holding(u32 rule);
/* @fn is called (process context) after rules were released or removed. vib_fabric sets it once at start. */
void vib_fault_on_release(void (*fn)(void));
/*
 * Text interface of debugfs file "rules": one command per write; see vib_fault.c for the grammar. Returns 0 or -EINVAL with a
 * message in the kernel log. vib_fault_show() lists rules with their hit counts.
 */
int vib_fault_command(char *text);
void vib_fault_show(struct seq_file *s);
void vib_fault_clear(void);

/* ---- nodes, ports, cables (vib_fabric.c) ------------------------------------------------------------------------- */

/* What the fabric asks of an HCA. Called in process context, without locks of the fabric held. */
struct vib_hca_ops {
	/*
	 * A datagram for one of the port's queue pairs. The packet belongs to the caller. A multicast packet also comes back to the
	 * port that sent it: for other queue pairs than the one that sent it.
	 */
	void (*receive)(struct vib_port *port, const struct vib_packet *packet);
	/* IB_EVENT_PORT_ACTIVE, PORT_ERR, LID_CHANGE, SM_CHANGE, PKEY_CHANGE, CLIENT_REREGISTER, GID_CHANGE. */
	void (*event)(struct vib_port *port, enum ib_event_type event);
};

enum vib_node_type { VIB_CA = 1, VIB_SWITCH = 2 };

/* What the subnet manager sets and the performance manager reads of one port. Protected by vib_fabric_lock. */
struct vib_port_state {
	u8 phys_state;		/* enum ib_port_phys_state: polling, disabled, link up */
	u8 state;		/* enum ib_port_state: down, init, armed, active */
	u16 lid;
	u8 lmc;
	u16 sm_lid;
	u8 sm_sl;
	__be64 gid_prefix;
	__be64 mkey;
	u8 mkey_protect;
	u16 mkey_lease;
	u8 subnet_timeout;
	u8 neighbor_mtu;	/* enum ib_mtu */
	u8 vl_enabled;		/* operational VLs */
	u8 init_type;
	u8 port_flags;		/* byte with the overrun and error thresholds */
	u8 link_width_enabled, link_width_active;	/* enum ib_port_width; masks if enabled */
	u8 link_speed_enabled, link_speed_active;	/* 1: 2.5, 2: 5, 4: 10 Gbit/s per lane */
	u8 link_down_default;
	u8 vl_high_limit;
	u8 hoq_life;		/* byte with VLStallCount and HOQLife */
	u8 partition_filter;	/* four bits: partition enforcement, raw filters */
	u16 mkey_violations, pkey_violations, qkey_violations;
	u32 cap_mask;		/* IB_PORT_* in host byte order */
	u16 pkeys[VIB_PKEYS];
	__be64 guids[VIB_GUIDS];	/* guids[0] is the port's own and read-only */
	u8 sl2vl[8];
	u8 vlarb[4][64];
};

/* IBA 16.1.3.5. 64 bits wide inside; PortCounters show what fits. Protected by vib_fabric_lock. */
struct vib_port_counters {
	u64 xmit_data, rcv_data;	/* in units of 4 bytes */
	u64 xmit_packets, rcv_packets;
	u64 xmit_discards, rcv_errors, link_downed, link_error_recovery, symbol_errors, vl15_dropped, xmit_wait;
};

enum vib_trap_slot { VIB_TRAP_LINK_STATE, VIB_TRAP_CAPABILITY, VIB_TRAP_BAD_PKEY, VIB_TRAPS };

/* A trap that is resent until it is repressed. Protected by the lock of vib_trap.c. */
struct vib_trap {
	struct list_head entry;	/* empty: nothing to send */
	struct vib_port *port;
	unsigned long due;
	u64 tid;
	struct ib_mad_notice_attr notice;
};

struct vib_port {
	struct vib_node *node;
	u8 num;			/* 1 to node->nports; 0 of a switch is its management port */
	struct vib_port *peer;	/* other end of the cable or NULL; vib_fabric_lock */
	bool pulled;		/* the cable is known but out, see vib_cable_set(); same in the peer; vib_fabric_lock */
	bool cable_cut_tx;	/* what this port sends vanishes; the link stays up; vib_fabric_lock */
	struct vib_port_state s;
	struct vib_port_counters c;
	struct vib_hca *hca;	/* owner set by vib_fabric_attach(), NULL if none (switch, or HCA removed); vib_fabric_lock */
	bool frozen;		/* packets that arrive wait until it thaws; vib_fabric_lock */
	u32 waited;		/* that did so, ever; rx_lock */
	unsigned long events;	/* IB_EVENT_* to be told by vib_port_tell(); vib_fabric_lock */
	struct vib_trap traps[VIB_TRAPS];	/* private to vib_trap.c */
	/* delivery queue: private to vib_fabric.c */
	spinlock_t rx_lock;
	struct list_head rx;
	unsigned int rx_count;
	struct work_struct rx_work;
};

struct vib_node {
	enum vib_node_type type;
	u8 index;		/* place in vib_nodes */
	u8 nports;
	u16 subnet;		/* number of the physical subnet it was cabled in, for messages only */
	__be64 sys_guid, guid;
	char name[16];		/* what rules and messages call it; of an HCA the name of its ib_device */
	char desc[IB_DEVICE_NODE_DESC_MAX];	/* NodeDescription, at first the name; vib_fabric_lock */
	struct vib_port ports[VIB_MAX_PORTS + 1];
	/* switches; vib_fabric_lock */
	u16 lft_top;
	u8 life_time;
	bool port_state_change;
	u8 def_mcast_port;
	u8 *lft;		/* VIB_LFT_SIZE bytes, 0xff: no route */
	u64 *mft;		/* VIB_MFT_LIDS masks of ports */
};

extern spinlock_t vib_fabric_lock;	/* taken with interrupts disabled; leaf lock: nothing is called under it */
extern struct vib_node *vib_nodes[VIB_MAX_NODES];
extern int vib_node_count;

/* Makes and frees nodes; before traffic and after it only. */
struct vib_node *vib_node_create(enum vib_node_type type, u8 nports, const char *name);	/* NULL: no memory, no room */
int vib_fabric_start(const struct vib_hca_ops *ops);	/* before cables are plugged and HCAs attached */
void vib_fabric_destroy(void);		/* after all HCAs were detached; undoes start and create */

/* Puts a cable between two ports, or takes it away; both ends go down or train to INIT. Process context. */
int vib_cable_plug(struct vib_port *a, struct vib_port *b);
void vib_cable_pull(struct vib_port *port);
/* The same cable pulled out and put in again, remembered in the port: what debugfs "link" does. -ENOTCONN without a cable. */
int vib_cable_set(struct vib_port *port, bool up);

/* An HCA takes over its node's ports: links train. Detach returns when no ops call is running or will run for them. Process context. */
void vib_fabric_attach(struct vib_node *node, struct vib_hca *hca);
void vib_fabric_detach(struct vib_node *node);

/*
 * Physical state by management or by an operator: IB_PORT_PHYS_STATE_DISABLED, IB_PORT_PHYS_STATE_POLLING (train again).
 * Raises events, sets the switch's PortStateChange, sends trap 128. Process context.
 */
void vib_port_set_phys(struct vib_port *port, u8 phys_state);
/* Tells the port's owner (HCA: ops->event, switch: trap 128) what was noted in port->events. Process context, no locks held. */
void vib_port_tell(struct vib_port *port);

/*
 * vib_fabric_transit() - which port a unicast packet reaches.
 * Walks from the sender over cables and forwarding tables, asks the fault rules once, counts on every port passed.
 * Any context; never sleeps. Acknowledgements are asked about with class VIB_RC_ACK, from the responder's port. Loopback to the
 * sending port's own LID needs the port to be up only.
 * Returns NULL if the packet is lost (no route, port not active, cable cut, dropped by a rule); never a switch's port.
 * Datagrams use vib_fabric_send(); this is for packets whose sender executes them at once (RC).
 */
struct vib_port *vib_fabric_transit(struct vib_port *from, const struct vib_hdr *hdr, struct vib_fate *fate);
/* Must an RC engine wait before it executes at this port? If so, it says once that its packet does. */
bool vib_port_frozen(struct vib_port *port);
void vib_port_waits(struct vib_port *port);
void vib_port_freeze(struct vib_port *port, bool frozen);

/*
 * vib_fabric_send() - sends a datagram (unicast, multicast, LID-routed or directed SMP) out of @from.
 * Takes over @packet in any case. Any context; delivery is by the destination's work item, in order per destination port.
 * SMPs and GMPs for a switch end in vib_agent_receive().
 */
void vib_fabric_send(struct vib_port *from, struct vib_packet *packet);
struct vib_packet *vib_packet_alloc(u32 len, gfp_t gfp);

/* P_Key of the table (0 if the index is out of range); and: do two P_Keys match (IBA 10.9.3)? */
u16 vib_port_pkey(struct vib_port *port, unsigned int index);
bool vib_pkeys_match(u16 a, u16 b);
/* Does this port's table let a packet in? Returns the index of the entry that does, or -EPERM: counts a violation, sends trap 257. */
int vib_port_check_pkey(struct vib_port *port, const struct vib_hdr *hdr);

/* Is this one of the port's own LIDs, counting LMC? Path bits in *@path_bits unless that is NULL. */
bool vib_port_has_lid(struct vib_port *port, u16 lid, u8 *path_bits);

/* ---- agents (vib_sma.c, vib_pma.c) --------------------------------------------------------------------------------- */

/*
 * vib_agent_process() - answers one MAD addressed to a port of an HCA or switch.
 * @in_port: port it arrived at (switch: may differ from the port asked about). Process context.
 * Returns IB_MAD_RESULT_* as struct ib_device_ops.process_mad does: the table in vib_sma.c.
 */
int vib_agent_process(struct vib_port *in_port, const struct ib_mad *in, struct ib_mad *out);
/* A MAD that ended at a switch: answered through the fabric. */
void vib_agent_receive(struct vib_port *in_port, const struct vib_packet *packet);
int vib_sma_process(struct vib_port *in_port, const struct ib_smp *in, struct ib_smp *out);
int vib_pma_process(struct vib_port *in_port, const struct ib_mad *in, struct ib_mad *out);

/* Traps (IBA 14.3.7), resent until repressed; nothing is sent while no subnet manager is known. Any context. */
void vib_trap_link_state(struct vib_node *sw);			/* 128 */
void vib_trap_capability(struct vib_port *port, bool desc);	/* 144: CapabilityMask changed, or if @desc the NodeDescription */
void vib_trap_bad_pkey(struct vib_port *port, const struct vib_hdr *hdr);	/* 257 */

#endif
