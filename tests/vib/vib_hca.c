// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One HCA as an ib_device.
 *
 * User programs come through libibverbs as for a qib device with ABI version 1: the stock provider for those does everything by
 * plain uverbs commands, without rings mapped into the program.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "vib_verbs.h"

/* The HCAs by their nodes' places. */
static DEFINE_MUTEX(table_lock);
static struct vib_hca *table[VIB_MAX_NODES];	/* table_lock */

static struct vib_port *hca_port(struct ib_device *dev, u32 num)
{
	return &vib_hca(dev)->node->ports[num];
}

/* ---- queries -------------------------------------------------------------------------------------------- */

static int hca_query_device(struct ib_device *dev, struct ib_device_attr *attr, struct ib_udata *udata)
{
	if (udata && (udata->inlen || udata->outlen))
		return -EINVAL;
	*attr = (struct ib_device_attr){
		.fw_ver = 1,
		.sys_image_guid = vib_hca(dev)->node->sys_guid,
		.max_mr_size = U64_MAX,
		.page_size_cap = ~(u64)(PAGE_SIZE - 1),
		.vendor_id = be64_to_cpu(vib_hca(dev)->node->guid) >> 40,
		.vendor_part_id = 1,
		.hw_ver = 1,
		.max_qp = 65536,
		.max_qp_wr = VIB_MAX_WR,
		.device_cap_flags = (vib_knobs.no_fast_reg ? 0 : IB_DEVICE_MEM_MGT_EXTENSIONS) | IB_DEVICE_PORT_ACTIVE_EVENT |
			IB_DEVICE_SYS_IMAGE_GUID | IB_DEVICE_RC_RNR_NAK_GEN | IB_DEVICE_CHANGE_PHY_PORT | IB_DEVICE_BAD_PKEY_CNTR | IB_DEVICE_BAD_QKEY_CNTR,
		.max_sge_rd = VIB_MAX_SGE,
		.max_cq = 65536,
		.max_cqe = VIB_MAX_CQE,
		.max_mr = 0xffffff,
		.max_pd = 65536,
		.max_qp_rd_atom = VIB_MAX_RD_ATOMIC,
		.max_res_rd_atom = 65536,
		.max_qp_init_rd_atom = VIB_MAX_RD_ATOMIC,
		.atomic_cap = IB_ATOMIC_NONE,
		.max_mcast_grp = 1024,
		.max_mcast_qp_attach = 64,
		.max_total_mcast_qp_attach = 65536,
		.max_ah = 65536,
		.max_srq = 65536,
		.max_srq_wr = VIB_MAX_WR,
		.max_srq_sge = VIB_MAX_SGE,
		.max_fast_reg_page_list_len = VIB_MAX_PAGES,
		.max_pkeys = VIB_PKEYS,
		.local_ca_ack_delay = 8,	/* 4.096 us * 2^8: a work item's turn */
	};
	vib_attr_set_sge(attr, VIB_MAX_SGE);
	vib_attr_set_caps(attr, vib_knobs.sg_gaps);
	return 0;
}

static int hca_query_port(struct ib_device *dev, u32 num, struct ib_port_attr *attr)
{
	const struct vib_port_state *s = &hca_port(dev, num)->s;

	attr->max_mtu = IB_MTU_4096;
	attr->gid_tbl_len = VIB_GUIDS;
	attr->max_msg_sz = VIB_MAX_MSG;
	attr->pkey_tbl_len = VIB_PKEYS;
	attr->max_vl_num = 1;
	spin_lock_irq(&vib_fabric_lock);
	vib_port_attr_set(attr, 4096, s->gid_prefix);
	attr->state = s->state;
	attr->phys_state = s->phys_state;
	attr->active_width = s->link_width_active;
	attr->active_speed = s->link_speed_active;
	attr->active_mtu = s->neighbor_mtu ? s->neighbor_mtu : IB_MTU_4096;
	attr->port_cap_flags = s->cap_mask;
	attr->bad_pkey_cntr = s->pkey_violations;
	attr->qkey_viol_cntr = s->qkey_violations;
	attr->sm_lid = s->sm_lid;
	attr->sm_sl = s->sm_sl;
	attr->lid = s->lid;
	attr->lmc = s->lmc;
	attr->subnet_timeout = s->subnet_timeout;
	attr->init_type_reply = 0;
	spin_unlock_irq(&vib_fabric_lock);
	return 0;
}

static int hca_get_port_immutable(struct ib_device *dev, u32 num, struct ib_port_immutable *immutable)
{
	immutable->pkey_tbl_len = VIB_PKEYS;
	immutable->gid_tbl_len = VIB_GUIDS;
	immutable->core_cap_flags = RDMA_CORE_PORT_IBA_IB;
	immutable->max_mad_size = IB_MGMT_MAD_SIZE;
	return 0;
}

static enum rdma_link_layer hca_get_link_layer(struct ib_device *dev, u32 num)
{
	return IB_LINK_LAYER_INFINIBAND;
}

static int hca_query_gid(struct ib_device *dev, u32 num, int index, union ib_gid *gid)
{
	const struct vib_port_state *s = &hca_port(dev, num)->s;

	if (index < 0 || index >= VIB_GUIDS)
		return -EINVAL;
	spin_lock_irq(&vib_fabric_lock);
	gid->global.subnet_prefix = s->guids[index] ? s->gid_prefix : 0;
	gid->global.interface_id = s->guids[index];
	spin_unlock_irq(&vib_fabric_lock);
	return 0;
}

static int hca_query_pkey(struct ib_device *dev, u32 num, u16 index, u16 *pkey)
{
	if (index >= VIB_PKEYS)
		return -EINVAL;
	*pkey = vib_port_pkey(hca_port(dev, num), index);
	return 0;
}

static void hca_get_fw_str(struct ib_device *dev, char *str)
{
	strscpy(str, "1.0", IB_FW_VERSION_NAME_MAX);
}

/* ---- changes -------------------------------------------------------------------------------------------- */

static int hca_modify_device(struct ib_device *dev, int mask, struct ib_device_modify *modify)
{
	struct vib_node *node = vib_hca(dev)->node;
	u32 i;

	if (mask & ~IB_DEVICE_MODIFY_NODE_DESC)
		return -EOPNOTSUPP;
	if (!(mask & IB_DEVICE_MODIFY_NODE_DESC))
		return 0;
	spin_lock_irq(&vib_fabric_lock);
	memcpy(node->desc, modify->node_desc, sizeof(node->desc));
	memcpy(dev->node_desc, modify->node_desc, sizeof(dev->node_desc));
	spin_unlock_irq(&vib_fabric_lock);
	for (i = 1; i <= node->nports; i++)
		vib_trap_capability(&node->ports[i], true);
	return 0;
}

static int hca_modify_port(struct ib_device *dev, u32 num, int mask, struct ib_port_modify *modify)
{
	struct vib_port *port = hca_port(dev, num);
	bool changed;
	u32 old;

	if (mask & ~(IB_PORT_RESET_QKEY_CNTR | IB_PORT_INIT_TYPE))
		return -EOPNOTSUPP;
	spin_lock_irq(&vib_fabric_lock);
	old = port->s.cap_mask;
	port->s.cap_mask = (old | modify->set_port_cap_mask) & ~modify->clr_port_cap_mask;
	changed = port->s.cap_mask != old;
	if (mask & IB_PORT_RESET_QKEY_CNTR)
		port->s.qkey_violations = 0;
	if (mask & IB_PORT_INIT_TYPE)
		port->s.init_type = modify->init_type;
	spin_unlock_irq(&vib_fabric_lock);
	if (changed)
		vib_trap_capability(port, false);
	return 0;
}

static int hca_process_mad(struct ib_device *dev, int flags, u32 num, const struct ib_wc *in_wc, const struct ib_grh *in_grh,
			   const struct ib_mad *in, struct ib_mad *out, size_t *out_size, u16 *out_pkey_index)
{
	return vib_agent_process(hca_port(dev, num), in, out);
}

/* ---- small objects -------------------------------------------------------------------------------------- */

static int hca_alloc_ucontext(struct ib_ucontext *context, struct ib_udata *udata)
{
	return 0;
}

static void hca_dealloc_ucontext(struct ib_ucontext *context)
{
}

/* Nothing is mapped into programs, so an HCA can go while they still have it open. */
static void hca_disassociate_ucontext(struct ib_ucontext *context)
{
}

static int hca_alloc_pd(struct ib_pd *pd, struct ib_udata *udata)
{
	return vib_refused(pd->device, VIB_ALLOC_PD) ? -ENOMEM : 0;
}

static int hca_dealloc_pd(struct ib_pd *pd, struct ib_udata *udata)
{
	return 0;
}

static int hca_create_ah(struct ib_ah *ibah, struct rdma_ah_init_attr *init, struct ib_udata *udata)
{
	vib_av_set(&vib_ah(ibah)->av, ibah->device, init->ah_attr);
	return 0;
}

static int hca_query_ah(struct ib_ah *ibah, struct rdma_ah_attr *attr)
{
	*attr = vib_ah(ibah)->av.attr;
	return 0;
}

static int hca_destroy_ah(struct ib_ah *ibah, u32 flags)
{
	return 0;
}

static int hca_create_qp(struct ib_qp *ibqp, struct ib_qp_init_attr *init, struct ib_udata *udata)
{
	if (vib_refused(ibqp->device, VIB_CREATE_QP))
		return -ENOMEM;
	switch (init->qp_type) {
	case IB_QPT_RC:
		return vib_qp_create(ibqp, init, &vib_rc_transport);
	case IB_QPT_SMI:
	case IB_QPT_GSI:
	case IB_QPT_UD:
		return vib_qp_create(ibqp, init, &vib_ud_transport);
	default:
		return -EOPNOTSUPP;
	}
}

static const struct vib_device_ops hca_ops = {
	.owner = THIS_MODULE,
	.driver_id = RDMA_DRIVER_QIB,
	.uverbs_abi_ver = 1,

	VIB_CQ_OPS,
	.alloc_mr = vib_mr_alloc,
	.alloc_pd = hca_alloc_pd,
	.alloc_ucontext = hca_alloc_ucontext,
	.attach_mcast = vib_qp_attach_mcast,
	.create_ah = hca_create_ah,
	.create_qp = hca_create_qp,
	.create_srq = vib_srq_create,
	.create_user_ah = hca_create_ah,
	.dealloc_pd = hca_dealloc_pd,
	.dealloc_ucontext = hca_dealloc_ucontext,
	.dereg_mr = vib_mr_dereg,
	.destroy_ah = hca_destroy_ah,
	.destroy_cq = vib_cq_destroy,
	.destroy_qp = vib_qp_destroy,
	.destroy_srq = vib_srq_destroy,
	.detach_mcast = vib_qp_detach_mcast,
	.disassociate_ucontext = hca_disassociate_ucontext,
	.get_dev_fw_str = hca_get_fw_str,
	.get_dma_mr = vib_mr_get_dma,
	.get_link_layer = hca_get_link_layer,
	.get_port_immutable = hca_get_port_immutable,
	.map_mr_sg = vib_mr_map_sg,
	.modify_device = hca_modify_device,
	.modify_port = hca_modify_port,
	.modify_qp = vib_qp_modify,
	.modify_srq = vib_srq_modify,
	.poll_cq = vib_cq_poll,
	.post_recv = vib_qp_post_recv,
	.post_send = vib_qp_post_send,
	.post_srq_recv = vib_srq_post,
	.process_mad = hca_process_mad,
	.query_ah = hca_query_ah,
	.query_device = hca_query_device,
	.query_gid = hca_query_gid,
	.query_pkey = hca_query_pkey,
	.query_port = hca_query_port,
	.query_qp = vib_qp_query,
	.query_srq = vib_srq_query,
	.reg_user_mr = vib_op_reg_user_mr,
	.req_notify_cq = vib_cq_arm,

	INIT_RDMA_OBJ_SIZE(ib_ah, vib_ah, ib),
	INIT_RDMA_OBJ_SIZE(ib_cq, vib_cq, ib),
	INIT_RDMA_OBJ_SIZE(ib_qp, vib_qp, ib),
	INIT_RDMA_OBJ_SIZE(ib_srq, vib_srq, ib),
	.size_ib_pd = sizeof(struct ib_pd),
	.size_ib_ucontext = sizeof(struct ib_ucontext),
};

/* ---- what the fabric calls ------------------------------------------------------------------------------ */

void vib_hca_event(struct vib_hca *hca, enum ib_event_type type, u8 port)
{
	struct ib_event event = { .device = &hca->ib, .event = type, .element.port_num = port };

	mutex_lock(&hca->live_lock);
	if (hca->live) {
		vib_trace("%s port %u event %s", dev_name(&hca->ib.dev), port, ib_event_msg(type));
		ib_dispatch_event(&event);
	}
	mutex_unlock(&hca->live_lock);
}

static void hca_fabric_event(struct vib_port *port, enum ib_event_type type)
{
	struct vib_hca *hca;

	spin_lock_irq(&vib_fabric_lock);
	hca = port->hca;
	spin_unlock_irq(&vib_fabric_lock);
	/* Detaching waits for us, and freeing comes after that. */
	if (hca)
		vib_hca_event(hca, type, port->num);
}

const struct vib_hca_ops vib_hca_fabric_ops = {
	.receive = vib_ud_receive,
	.event = hca_fabric_event,
};

/* ---- life ----------------------------------------------------------------------------------------------- */

static void hca_free(struct vib_hca *hca)
{
	destroy_workqueue(hca->wq);
	platform_device_unregister(hca->parent);
	vib_table_destroy(&hca->qps);
	vib_table_destroy(&hca->mrs);
	mutex_destroy(&hca->live_lock);
	ib_dealloc_device(&hca->ib);
}

static struct vib_hca *hca_alloc(struct vib_node *node)
{
	struct vib_hca *hca;
	int ret = -ENOMEM;

	hca = vib_alloc_device(vib_hca, ib);
	if (!hca)
		return ERR_PTR(-ENOMEM);
	hca->node = node;
	vib_table_init(&hca->qps);
	vib_table_init(&hca->mrs);
	/* Numbers of different HCAs differ, which makes traces and mistakes easier to see. */
	hca->next_qpn = 0x100 + (node->index << 16);
	hca->next_mr = 1 + (node->index << 12);
	spin_lock_init(&hca->mr_lock);
	spin_lock_init(&hca->cq_lock);
	INIT_LIST_HEAD(&hca->cqs);
	mutex_init(&hca->live_lock);
	hca->parent = vib_platform_device("vib", node->index);
	if (IS_ERR(hca->parent)) {
		ret = PTR_ERR(hca->parent);
		goto dealloc;
	}
	hca->wq = vib_alloc_workqueue(node->name);
	if (!hca->wq)
		goto unregister_parent;
	vib_device_on(&hca->ib, &hca->parent->dev);
	hca->ib.node_type = RDMA_NODE_IB_CA;
	hca->ib.node_guid = node->guid;
	hca->ib.phys_port_cnt = node->nports;
	hca->ib.num_comp_vectors = max(num_online_cpus(), 2u);
	hca->ib.local_dma_lkey = VIB_LOCAL_DMA_LKEY;
	hca->ib.uverbs_cmd_mask |= BIT_ULL(IB_USER_VERBS_CMD_POLL_CQ) | BIT_ULL(IB_USER_VERBS_CMD_REQ_NOTIFY_CQ) |
		BIT_ULL(IB_USER_VERBS_CMD_POST_SEND) | BIT_ULL(IB_USER_VERBS_CMD_POST_RECV) | BIT_ULL(IB_USER_VERBS_CMD_POST_SRQ_RECV);
	memcpy(hca->ib.node_desc, node->desc, sizeof(hca->ib.node_desc));
	vib_set_device_ops(&hca->ib, &hca_ops);
	return hca;

unregister_parent:
	platform_device_unregister(hca->parent);
dealloc:
	ib_dealloc_device(&hca->ib);
	return ERR_PTR(ret);
}

/* Undoes the attachment: when this returns, nobody finds the HCA through the fabric any more. */
static void hca_detach(struct vib_hca *hca)
{
	vib_fabric_detach(hca->node);
	synchronize_rcu();
}

int vib_hca_add(struct vib_node *node)
{
	struct vib_hca *hca;
	int ret = -EEXIST;

	mutex_lock(&table_lock);
	if (table[node->index])
		goto unlock;
	hca = hca_alloc(node);
	ret = PTR_ERR_OR_ZERO(hca);
	if (ret)
		goto unlock;
	ret = vib_register_device(&hca->ib, node->name);
	if (ret) {
		hca_free(hca);
		goto unlock;
	}
	mutex_lock(&hca->live_lock);
	hca->live = true;
	mutex_unlock(&hca->live_lock);
	/* Links train only now: nothing arrives before there is a queue pair for it. */
	vib_fabric_attach(node, hca);
	table[node->index] = hca;
unlock:
	mutex_unlock(&table_lock);
	return ret;
}

int vib_hca_remove(struct vib_node *node)
{
	struct vib_hca *hca;

	mutex_lock(&table_lock);
	hca = table[node->index];
	table[node->index] = NULL;
	if (hca) {
		mutex_lock(&hca->live_lock);
		hca->live = false;
		mutex_unlock(&hca->live_lock);
		/* Still attached, so that the owners of connections can say goodbye. */
		ib_unregister_device(&hca->ib);
		hca_detach(hca);
		hca_free(hca);
	}
	mutex_unlock(&table_lock);
	return hca ? 0 : -ENODEV;
}

int vib_hca_with(struct vib_node *node, int (*fn)(struct vib_hca *hca, void *arg), void *arg)
{
	int ret = -ENODEV;

	mutex_lock(&table_lock);
	if (table[node->index])
		ret = fn(table[node->index], arg);
	mutex_unlock(&table_lock);
	return ret;
}
