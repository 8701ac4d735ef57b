// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Datagrams: queue pairs 0 and 1 and unreliable datagram service. */
#include "vib_verbs.h"

#define VIB_UD_MTU		4096
#define VIB_DEFAULT_PKEY	0xffff
#define VIB_QKEY_OWN		0x80000000	/* IBA 10.2.5: a Q_Key with this bit stands for the queue pair's own */

static bool ud_supports(enum ib_wr_opcode opcode)
{
	return opcode == IB_WR_SEND || opcode == IB_WR_SEND_WITH_IMM;
}

/* ---- sending -------------------------------------------------------------------------------------------- */

static enum vib_class ud_class(u32 src_qpn, u32 dest_qpn)
{
	if (!src_qpn)
		return VIB_SMP;
	return src_qpn == 1 || dest_qpn == 1 ? VIB_GMP : VIB_UD;
}

static u16 ud_pkey(struct vib_qp *qp, struct vib_port *port, const struct vib_swr *wr)
{
	switch (qp->ib.qp_num) {
	case 0:
		return VIB_DEFAULT_PKEY;
	case 1:
		return vib_port_pkey(port, wr->ud.pkey_index);
	default:
		return vib_port_pkey(port, qp->attr.pkey_index);
	}
}

static void ud_header(struct vib_qp *qp, const struct vib_swr *wr, struct vib_packet *packet)
{
	struct vib_port *port = &qp->hca->node->ports[wr->ud.av.port];
	const struct vib_av *av = &wr->ud.av;

	packet->hdr.class = ud_class(qp->ib.qp_num, wr->ud.qpn);
	/* IBA 14.2.2: a directed route SMP has permissive addresses. */
	packet->hdr.slid = !qp->ib.qp_num && av->dlid == VIB_LID_PERMISSIVE ? VIB_LID_PERMISSIVE : port->s.lid | av->path_bits;
	packet->hdr.dlid = av->dlid;
	packet->hdr.sl = av->sl;
	packet->hdr.pkey = ud_pkey(qp, port, wr);
	packet->hdr.src_qpn = qp->ib.qp_num;
	packet->hdr.dest_qpn = wr->ud.qpn;
	packet->hdr.len = wr->len;
	if (packet->hdr.class != VIB_UD && wr->len >= sizeof(struct ib_mad_hdr))
		packet->hdr.mad = (struct ib_mad_hdr *)packet->data;
	packet->qkey = wr->ud.qkey & VIB_QKEY_OWN ? qp->attr.qkey : wr->ud.qkey;
	packet->solicited = wr->flags & IB_SEND_SOLICITED;
	packet->has_imm = wr->opcode == IB_WR_SEND_WITH_IMM;
	packet->imm = wr->imm;
	packet->has_grh = av->has_grh;
	packet->grh = av->grh;
	packet->grh.paylen = cpu_to_be16(wr->len);
}

static unsigned long ud_execute(struct vib_qp *qp, struct vib_swr *wr, enum ib_wc_status *status)
{
	struct vib_packet *packet;
	struct vib_sgl data;

	*status = IB_WC_LOC_LEN_ERR;
	if (wr->len > VIB_UD_MTU)
		return 0;
	*status = IB_WC_LOC_QP_OP_ERR;
	if (wr->ud.av.port != qp->attr.port_num)
		return 0;
	*status = IB_WC_LOC_PROT_ERR;
	if (!vib_sgl_pin(qp->hca, qp->ib.pd, wr->sge, wr->num_sge, 0, &qp->local))
		return 0;
	*status = IB_WC_SUCCESS;
	packet = vib_packet_alloc(wr->len, GFP_KERNEL);
	/* Without memory the datagram is lost, as datagrams are. */
	if (packet) {
		vib_sgl_plain(&data, packet->data, wr->len);
		vib_sgl_copy(&data, 0, &qp->local, wr->len);
		ud_header(qp, wr, packet);
	}
	vib_sgl_unpin(qp->hca, &qp->local);
	if (packet)
		vib_fabric_send(vib_qp_port(qp), packet);
	return 0;
}

const struct vib_transport vib_ud_transport = {
	.supports = ud_supports,
	.execute = ud_execute,
	.after_error = IB_QPS_SQE,
};

/* ---- receiving ------------------------------------------------------------------------------------------ */

static bool qkey_ok(struct vib_port *port, const struct vib_qp *qp, const struct vib_packet *packet)
{
	unsigned long flags;

	if (!qp->ib.qp_num || qp->attr.qkey == packet->qkey)
		return true;
	spin_lock_irqsave(&vib_fabric_lock, flags);
	if (port->s.qkey_violations != U16_MAX)
		port->s.qkey_violations++;
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
	return false;
}

/* Index of the entry of the P_Key table that lets the packet in, or negative. IBA 10.9.3. */
static int pkey_index(struct vib_port *port, const struct vib_qp *qp, const struct vib_packet *packet)
{
	int index;

	if (!qp->ib.qp_num)
		return 0;
	index = vib_port_check_pkey(port, &packet->hdr);
	if (index < 0 || qp->ib.qp_num == 1)
		return index;
	return vib_pkeys_match(packet->hdr.pkey, vib_port_pkey(port, qp->attr.pkey_index)) ? qp->attr.pkey_index : -EPERM;
}

static void ud_deliver(struct vib_port *port, struct vib_qp *qp, const struct vib_packet *packet)
{
	struct ib_wc wc = {
		.status = IB_WC_SUCCESS,
		.opcode = IB_WC_RECV,
		.byte_len = packet->hdr.len + VIB_GRH_BYTES,
		.src_qp = packet->hdr.src_qpn,
		.slid = packet->hdr.slid,
		.sl = packet->hdr.sl,
		.port_num = port->num,
	};
	struct vib_sgl data;
	int index;

	lockdep_assert_held(&qp->serve_lock);
	if (!vib_qp_serves(qp) || qp->ib.qp_type == IB_QPT_RC || qp->attr.port_num != port->num)
		return;
	index = pkey_index(port, qp, packet);
	if (index < 0 || !qkey_ok(port, qp, packet) || !vib_qp_take_recv(qp))
		return;
	wc.pkey_index = index;
	vib_port_has_lid(port, packet->hdr.dlid, &wc.dlid_path_bits);
	if (packet->has_imm) {
		wc.wc_flags |= IB_WC_WITH_IMM;
		wc.ex.imm_data = packet->imm;
	}
	if (qp->recv.len < wc.byte_len) {
		wc.status = IB_WC_LOC_LEN_ERR;
	} else if (!vib_sgl_pin(qp->hca, qp->ib.pd, qp->recv.sge, qp->recv.num_sge, IB_ACCESS_LOCAL_WRITE, &qp->remote)) {
		wc.status = IB_WC_LOC_PROT_ERR;
	} else {
		if (packet->has_grh) {
			wc.wc_flags |= IB_WC_GRH;
			vib_sgl_plain(&data, (void *)&packet->grh, VIB_GRH_BYTES);
			vib_sgl_copy(&qp->remote, 0, &data, VIB_GRH_BYTES);
		}
		vib_sgl_plain(&data, (void *)packet->data, packet->hdr.len);
		vib_sgl_copy(&qp->remote, VIB_GRH_BYTES, &data, packet->hdr.len);
		vib_sgl_unpin(qp->hca, &qp->remote);
	}
	vib_qp_complete_recv(qp, &wc, packet->solicited);
	if (wc.status != IB_WC_SUCCESS)
		vib_qp_error(qp);
}

static void ud_receive_one(struct vib_port *port, struct vib_qp *qp, const struct vib_packet *packet)
{
	mutex_lock(&qp->serve_lock);
	ud_deliver(port, qp, packet);
	mutex_unlock(&qp->serve_lock);
	vib_qp_put(qp);
}

void vib_ud_receive(struct vib_port *port, const struct vib_packet *packet)
{
	struct vib_qp *qp;
	u32 after = 0;

	if (packet->hdr.dest_qpn != VIB_MULTICAST_QPN) {
		qp = vib_qp_get(port, packet->hdr.dest_qpn);
		if (qp)
			ud_receive_one(port, qp, packet);
		return;
	}
	while (packet->has_grh && (qp = vib_qp_get_mcast(port, &packet->grh.dgid, after))) {
		after = qp->ib.qp_num;
		/* Not back to the sender itself. */
		if (after == packet->hdr.src_qpn && vib_port_has_lid(port, packet->hdr.slid, NULL))
			vib_qp_put(qp);
		else
			ud_receive_one(port, qp, packet);
	}
}
