// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What vib_compat.h promises and older kernels need code for; nearly empty on new ones. */
#include <linux/dma-mapping.h>
#if VIB_LINUX(5, 10)
#include <linux/dma-map-ops.h>
#endif
#include <linux/scatterlist.h>
#include <linux/uaccess.h>

#include "vib_verbs.h"

/* ---- text and memory --------------------------------------------------------------------------------------------- */

#if !VIB_LINUX(3, 0) && !VIB_EL(6, 8)
int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	return strict_strtoul(s, base, res);
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	long value;
	int ret = strict_strtol(s, base, &value);

	if (ret)
		return ret;
	if (value != (int)value)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long value;
	int ret = strict_strtoul(s, base, &value);

	if (ret)
		return ret;
	if (value != (unsigned int)value)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtou16(const char *s, unsigned int base, u16 *res)
{
	unsigned int value;
	int ret = kstrtouint(s, base, &value);

	if (ret)
		return ret;
	if (value > U16_MAX)
		return -ERANGE;
	*res = value;
	return 0;
}

int strtobool(const char *s, bool *res)
{
	if (!*s || !strchr("yY1nN0", *s))
		return -EINVAL;
	*res = strchr("yY1", *s);
	return 0;
}
#endif

#if !VIB_LINUX(3, 4) && !VIB_EL(6, 8)
int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}
#endif

#if !VIB_LINUX(4, 5) && !VIB_EL(7, 7)
void *memdup_user_nul(const void __user *src, size_t len)
{
	char *p = kmalloc(len + 1, GFP_KERNEL);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kfree(p);
		return ERR_PTR(-EFAULT);
	}
	p[len] = '\0';
	return p;
}
#endif

#if !VIB_LINUX(4, 18) && !VIB_EL(7, 7)
void *vib_kvalloc(size_t n, size_t size)
{
	void *p = kcalloc(n, size, GFP_KERNEL | __GFP_NOWARN);

	if (p || (size && n > ~(size_t)0 / size))
		return p;
	return __vmalloc(n * size, GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO, PAGE_KERNEL);
}
#endif

#if !VIB_LINUX(3, 15) && !VIB_EL(6, 8)
void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}
#endif

/* ---- work queues ------------------------------------------------------------------------------------------------- */

#if !VIB_LINUX(3, 0)
/* A delivery sends an answer at most, the delivery of which sends nothing; a few rounds find everything. */
void vib_drain_workqueue(struct workqueue_struct *wq)
{
	int i;

	for (i = 0; i < 8; i++)
		flush_workqueue(wq);
}
#endif

#if !VIB_LINUX(3, 7) && !VIB_EL(6, 8)
/* A timer that fires just now has queued the work, which then runs at once. */
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	static DEFINE_SPINLOCK(lock);	/* two at the same time: the later one decides */
	unsigned long flags;
	bool pending;

	spin_lock_irqsave(&lock, flags);
	pending = __cancel_delayed_work(work);
	queue_delayed_work(wq, work, delay);
	spin_unlock_irqrestore(&lock, flags);
	return pending;
}
#endif

/* ---- debugfs, platform devices ----------------------------------------------------------------------------------- */

#if !VIB_LINUX(4, 4)
static ssize_t bool_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	const bool *value = file->private_data;

	return simple_read_from_buffer(buf, len, pos, *value ? "Y\n" : "N\n", 2);
}

static ssize_t bool_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char text[8] = "";
	int ret;

	if (copy_from_user(text, buf, min(len, sizeof(text) - 1)))
		return -EFAULT;
	ret = kstrtobool(text, file->private_data);
	return ret ? ret : len;
}

static const struct file_operations bool_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = bool_read,
	.write = bool_write,
	.llseek = noop_llseek,
};

void vib_debugfs_bool(const char *name, umode_t mode, struct dentry *dir, bool *value)
{
	debugfs_create_file(name, mode, dir, value, &bool_fops);
}
#endif

struct platform_device *vib_platform_device(const char *name, int id)
{
#if VIB_LINUX(3, 0) || VIB_EL(6, 8)
	struct platform_device_info info = { .name = name, .id = id, .dma_mask = DMA_BIT_MASK(64) };

	return platform_device_register_full(&info);
#else
	struct platform_device *pdev = platform_device_register_simple(name, id, NULL, 0);

	if (!IS_ERR(pdev)) {
		pdev->dev.coherent_dma_mask = DMA_BIT_MASK(64);
		pdev->dev.dma_mask = &pdev->dev.coherent_dma_mask;
	}
	return pdev;
#endif
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

#if !VIB_LINUX(5, 1)
void vib_table_init(struct vib_table *t)
{
	spin_lock_init(&t->lock);
	idr_init(&t->idr);
	t->min = U32_MAX;
	t->max = 0;
}

void vib_table_destroy(struct vib_table *t)
{
#if !VIB_LINUX(3, 9)
	idr_remove_all(&t->idr);
#endif
	idr_destroy(&t->idr);
}

/* A free number from @from to @max, or -errno; -ENOSPC: none. */
static int table_add_from(struct vib_table *t, void *entry, u32 from, u32 max)
{
	int ret;
#if VIB_LINUX(3, 9)

	idr_preload(GFP_KERNEL);
	spin_lock_irq(&t->lock);
	ret = idr_alloc(&t->idr, entry, from, max + 1, GFP_NOWAIT);
	spin_unlock_irq(&t->lock);
	idr_preload_end();
	return ret;
#else
	int number;

	do {
		if (!idr_pre_get(&t->idr, GFP_KERNEL))
			return -ENOMEM;
		spin_lock_irq(&t->lock);
		ret = idr_get_new_above(&t->idr, entry, from, &number);
		if (!ret && number > max) {
			idr_remove(&t->idr, number);
			ret = -ENOSPC;
		}
		if (!ret) {
			t->min = min_t(u32, t->min, number);
			t->max = max_t(u32, t->max, number);
		}
		spin_unlock_irq(&t->lock);
	} while (ret == -EAGAIN);
	return ret ? ret : number;
#endif
}

int vib_table_add(struct vib_table *t, u32 *number, void *entry, u32 min, u32 max, u32 *next)
{
	int ret = table_add_from(t, entry, clamp(*next, min, max), max);

	if (ret == -ENOSPC)
		ret = table_add_from(t, entry, min, max);
	if (ret < 0)
		return ret;
	*number = ret;
	*next = ret + 1;
	return 0;
}

void vib_table_remove(struct vib_table *t, u32 number)
{
	spin_lock(&t->lock);
	vib_table_remove_locked(t, number);
	spin_unlock(&t->lock);
}

void vib_table_remove_locked(struct vib_table *t, u32 number)
{
	lockdep_assert_held(&t->lock);
	idr_remove(&t->idr, number);
}

void *vib_table_find(struct vib_table *t, u32 number)
{
	void *entry;

	rcu_read_lock();
	entry = idr_find(&t->idr, number);
	rcu_read_unlock();
	return entry;
}

void *vib_table_next(struct vib_table *t, unsigned long *number)
{
	void *entry = NULL;
#if VIB_LINUX(3, 0)
	int id = *number;

	rcu_read_lock();
	entry = idr_get_next(&t->idr, &id);
	rcu_read_unlock();
	*number = id;
#else
	/* idr_get_next() is there, but not for modules. */
	*number = max_t(unsigned long, *number, t->min);
	for (; !entry && *number <= t->max; (*number)++)
		entry = vib_table_find(t, *number);
	if (entry)
		(*number)--;
#endif
	return entry;
}
#endif

/* ---- messages ---------------------------------------------------------------------------------------------------- */

#if !VIB_RDMA(4, 2)
const char *ib_event_msg(enum ib_event_type event)
{
	static const char *const names[] = {
		[IB_EVENT_CQ_ERR] = "CQ error", [IB_EVENT_QP_FATAL] = "QP fatal error", [IB_EVENT_QP_REQ_ERR] = "QP request error",
		[IB_EVENT_QP_ACCESS_ERR] = "QP access error", [IB_EVENT_COMM_EST] = "communication established",
		[IB_EVENT_SQ_DRAINED] = "send queue drained", [IB_EVENT_DEVICE_FATAL] = "device fatal error",
		[IB_EVENT_PORT_ACTIVE] = "port active", [IB_EVENT_PORT_ERR] = "port error", [IB_EVENT_LID_CHANGE] = "LID changed",
		[IB_EVENT_PKEY_CHANGE] = "P_key changed", [IB_EVENT_SM_CHANGE] = "SM changed",
		[IB_EVENT_SRQ_LIMIT_REACHED] = "SRQ limit reached", [IB_EVENT_QP_LAST_WQE_REACHED] = "last WQE reached",
		[IB_EVENT_CLIENT_REREGISTER] = "client reregister",
	};

	return event < ARRAY_SIZE(names) && names[event] ? names[event] : "other event";
}

const char *ib_wc_status_msg(enum ib_wc_status status)
{
	static const char *const names[] = {
		[IB_WC_SUCCESS] = "success", [IB_WC_LOC_LEN_ERR] = "local length error",
		[IB_WC_LOC_QP_OP_ERR] = "local QP operation error", [IB_WC_LOC_PROT_ERR] = "local protection error",
		[IB_WC_WR_FLUSH_ERR] = "WR flushed", [IB_WC_MW_BIND_ERR] = "memory bind operation error",
		[IB_WC_LOC_ACCESS_ERR] = "local access error", [IB_WC_REM_INV_REQ_ERR] = "remote invalid request error",
		[IB_WC_REM_ACCESS_ERR] = "remote access error", [IB_WC_REM_OP_ERR] = "remote operation error",
		[IB_WC_RETRY_EXC_ERR] = "transport retry counter exceeded", [IB_WC_RNR_RETRY_EXC_ERR] = "RNR retry counter exceeded",
	};

	return status < ARRAY_SIZE(names) && names[status] ? names[status] : "other error";
}
#endif

/* ---- addresses --------------------------------------------------------------------------------------------------- */

#if !VIB_RDMA(4, 19)
void vib_grh_sgid(struct ib_device *dev, const struct rdma_ah_attr *attr, union ib_gid *gid)
{
	const struct vib_node *node = vib_hca(dev)->node;
	const struct vib_port_state *s;
	unsigned long flags;

	if (!rdma_ah_get_port_num(attr) || rdma_ah_get_port_num(attr) > node->nports || attr->grh.sgid_index >= VIB_GUIDS)
		return;
	s = &node->ports[rdma_ah_get_port_num(attr)].s;
	spin_lock_irqsave(&vib_fabric_lock, flags);
	gid->global.subnet_prefix = s->gid_prefix;
	gid->global.interface_id = s->guids[attr->grh.sgid_index];
	spin_unlock_irqrestore(&vib_fabric_lock, flags);
}
#endif

/* ---- registration by lists of pages ------------------------------------------------------------------------------ */

#if !VIB_RDMA(4, 4)
void vib_reg_get(struct vib_reg *reg, const struct ib_send_wr *wr)
{
	*reg = (struct vib_reg){
		.key = wr->wr.fast_reg.rkey,
		.access = wr->wr.fast_reg.access_flags,
		.iova = wr->wr.fast_reg.iova_start,
		.length = wr->wr.fast_reg.length,
		.page_shift = wr->wr.fast_reg.page_shift,
		.pages = wr->wr.fast_reg.page_list_len,
		.list = wr->wr.fast_reg.page_list->page_list,
	};
}
#endif

struct vib_mr *vib_reg_load(struct vib_hca *hca, const struct vib_reg *reg)
{
#if VIB_RDMA(4, 4)
	return vib_mr(reg->mr);
#else
	struct vib_mr *mr = vib_table_find(&hca->mrs, reg->key >> 8);

	lockdep_assert_held(&hca->mr_lock);
	if (!mr || mr->kind != VIB_MR_FAST || reg->pages > mr->max_pages)
		return NULL;
	memcpy(mr->next_pages, reg->list, reg->pages * sizeof(u64));
	mr->next_npages = reg->pages;
	mr->next.iova = reg->iova;
	mr->next.length = reg->length;
	mr->next.page_size = 1u << reg->page_shift;
	return mr;
#endif
}

/* ---- DMA addresses ----------------------------------------------------------------------------------------------- */

#if !VIB_RDMA(5, 11)
/* Those of one device's mapping functions; before there was the type of dma_map_ops, the ib_device had its own. */
#if VIB_RDMA(4, 11) && !VIB_EL(7, 7)
#define DMA_DEV		struct device
#define DMA_ADDR	dma_addr_t
#define DMA_ATTRS	, unsigned long attrs
#else
#define DMA_DEV		struct ib_device
#define DMA_ADDR	u64
#define DMA_ATTRS
#endif

static DMA_ADDR dma_map_page_virt(DMA_DEV *dev, struct page *page, unsigned long offset, size_t size,
				  enum dma_data_direction direction DMA_ATTRS)
{
	return (uintptr_t)page_address(page) + offset;
}

static void dma_unmap_page_virt(DMA_DEV *dev, DMA_ADDR addr, size_t size, enum dma_data_direction direction DMA_ATTRS)
{
}

static int dma_map_sg_virt(DMA_DEV *dev, struct scatterlist *sgl, int n, enum dma_data_direction direction DMA_ATTRS)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, n, i) {
		sg_dma_address(sg) = (uintptr_t)sg_virt(sg);
		sg_dma_len(sg) = sg->length;
	}
	return n;
}

static void dma_unmap_sg_virt(DMA_DEV *dev, struct scatterlist *sgl, int n, enum dma_data_direction direction DMA_ATTRS)
{
}

static void *dma_alloc_virt(DMA_DEV *dev, size_t size, DMA_ADDR *addr, gfp_t gfp DMA_ATTRS)
{
	void *p = (void *)__get_free_pages(gfp | __GFP_ZERO, get_order(size));

	*addr = (uintptr_t)p;
	return p;
}

static void dma_free_virt(DMA_DEV *dev, size_t size, void *p, DMA_ADDR addr DMA_ATTRS)
{
	free_pages((unsigned long)p, get_order(size));
}

#if VIB_RDMA(4, 11) && !VIB_EL(7, 7)
static const struct dma_map_ops vib_dma_ops = {
	.alloc = dma_alloc_virt,
	.free = dma_free_virt,
	.map_page = dma_map_page_virt,
	.unmap_page = dma_unmap_page_virt,
	.map_sg = dma_map_sg_virt,
	.unmap_sg = dma_unmap_sg_virt,
};

static struct device_dma_parameters dma_parms = { .max_segment_size = 1u << 31 };

void vib_device_on(struct ib_device *dev, struct device *parent)
{
	dev->dev.parent = parent;
	dev->dev.dma_ops = &vib_dma_ops;
	dev->dev.dma_parms = &dma_parms;
	dev->dev.coherent_dma_mask = DMA_BIT_MASK(64);
	dev->dev.dma_mask = &dev->dev.coherent_dma_mask;
}
#else
static int dma_error_virt(struct ib_device *dev, u64 addr)
{
	return !addr;
}

static u64 dma_map_single_virt(struct ib_device *dev, void *p, size_t size, enum dma_data_direction direction)
{
	return (uintptr_t)p;
}

static void dma_sync_virt(struct ib_device *dev, u64 addr, size_t size, enum dma_data_direction direction)
{
}

#if !VIB_RDMA(3, 15)
static u64 sg_address_virt(struct ib_device *dev, struct scatterlist *sg)
{
	return (uintptr_t)sg_virt(sg);
}

static unsigned int sg_len_virt(struct ib_device *dev, struct scatterlist *sg)
{
	return sg->length;
}
#endif

#if VIB_EL(7, 7)
static int dma_map_sg_attrs_virt(struct ib_device *dev, struct scatterlist *sg, int n, enum dma_data_direction direction,
				 struct dma_attrs *attrs)
{
	return dma_map_sg_virt(dev, sg, n, direction);
}

static void dma_unmap_sg_attrs_virt(struct ib_device *dev, struct scatterlist *sg, int n, enum dma_data_direction direction,
				    struct dma_attrs *attrs)
{
}
#endif

static struct ib_dma_mapping_ops vib_dma_ops = {
	.mapping_error = dma_error_virt,
	.map_single = dma_map_single_virt,
	.unmap_single = dma_sync_virt,
	.map_page = dma_map_page_virt,
	.unmap_page = dma_unmap_page_virt,
	.map_sg = dma_map_sg_virt,
	.unmap_sg = dma_unmap_sg_virt,
#if !VIB_RDMA(3, 15)
	.dma_address = sg_address_virt,
	.dma_len = sg_len_virt,
#endif
#if VIB_EL(7, 7)
	.map_sg_attrs = dma_map_sg_attrs_virt,
	.unmap_sg_attrs = dma_unmap_sg_attrs_virt,
#endif
	.sync_single_for_cpu = dma_sync_virt,
	.sync_single_for_device = dma_sync_virt,
	.alloc_coherent = dma_alloc_virt,
	.free_coherent = dma_free_virt,
};

void vib_device_on(struct ib_device *dev, struct device *parent)
{
#if VIB_RDMA(4, 11)
	dev->dev.parent = parent;
#endif
	dev->dma_device = parent;
	dev->dma_ops = &vib_dma_ops;
}
#endif
#else
/* Without a device that does DMA the core gives out the kernel's own addresses (CONFIG_INFINIBAND_VIRT_DMA). */
void vib_device_on(struct ib_device *dev, struct device *parent)
{
	dev->dev.parent = parent;
}
#endif

int vib_register_device(struct ib_device *dev, const char *name)
{
#if VIB_RDMA(5, 11)
	return ib_register_device(dev, name, NULL);
#elif VIB_RDMA(5, 10)
	return ib_register_device(dev, name, &dev->dev);
#elif VIB_EL(7, 7)
	return ib_register_device(dev, name, NULL);
#else
	strscpy(dev->name, name, sizeof(dev->name));
#if VIB_RDMA(3, 0)
	return ib_register_device(dev, NULL);
#else
	return ib_register_device(dev);
#endif
#endif
}

/* ---- operations in older shapes ---------------------------------------------------------------------------------- */

#if !VIB_RDMA(6, 1)
static const struct vib_device_ops *ops;

#if VIB_RDMA(4, 19)
#define WR_CONST	const
#else
#define WR_CONST
#endif

static int op_post_send(struct ib_qp *qp, WR_CONST struct ib_send_wr *wr, WR_CONST struct ib_send_wr **bad)
{
	return ops->post_send(qp, wr, (const struct ib_send_wr **)bad);
}

static int op_post_recv(struct ib_qp *qp, WR_CONST struct ib_recv_wr *wr, WR_CONST struct ib_recv_wr **bad)
{
	return ops->post_recv(qp, wr, (const struct ib_recv_wr **)bad);
}

static int op_post_srq_recv(struct ib_srq *srq, WR_CONST struct ib_recv_wr *wr, WR_CONST struct ib_recv_wr **bad)
{
	return ops->post_srq_recv(srq, wr, (const struct ib_recv_wr **)bad);
}

#if VIB_RDMA(4, 2)
static int op_query_device(struct ib_device *dev, struct ib_device_attr *attr, struct ib_udata *udata)
{
	return ops->query_device(dev, attr, udata);
}

static int op_get_port_immutable(struct ib_device *dev, u8 port, struct ib_port_immutable *immutable)
{
	return ops->get_port_immutable(dev, port, immutable);
}
#else
static int op_query_device(struct ib_device *dev, struct ib_device_attr *attr)
{
	return ops->query_device(dev, attr, NULL);
}
#endif

static int op_query_port(struct ib_device *dev, u8 port, struct ib_port_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	return ops->query_port(dev, port, attr);
}

static int op_query_gid(struct ib_device *dev, u8 port, int index, union ib_gid *gid)
{
	return ops->query_gid(dev, port, index, gid);
}

static int op_query_pkey(struct ib_device *dev, u8 port, u16 index, u16 *pkey)
{
	return ops->query_pkey(dev, port, index, pkey);
}

static int op_modify_port(struct ib_device *dev, u8 port, int mask, struct ib_port_modify *modify)
{
	return ops->modify_port(dev, port, mask, modify);
}

#if VIB_RDMA(3, 0)
static enum rdma_link_layer op_get_link_layer(struct ib_device *dev, u8 port)
{
	return ops->get_link_layer(dev, port);
}
#endif

#if VIB_RDMA(5, 10)
static int op_process_mad(struct ib_device *dev, int flags, u8 port, const struct ib_wc *in_wc, const struct ib_grh *in_grh,
			  const struct ib_mad *in, struct ib_mad *out, size_t *out_size, u16 *out_pkey_index)
{
	return ops->process_mad(dev, flags, port, in_wc, in_grh, in, out, out_size, out_pkey_index);
}
#elif VIB_RDMA(4, 2)
static int op_process_mad(struct ib_device *dev, int flags, u8 port, const struct ib_wc *in_wc, const struct ib_grh *in_grh,
			  const struct ib_mad_hdr *in, size_t in_size, struct ib_mad_hdr *out, size_t *out_size, u16 *out_pkey_index)
{
	if (in_size != sizeof(struct ib_mad) || *out_size != sizeof(struct ib_mad))
		return IB_MAD_RESULT_FAILURE;
	return ops->process_mad(dev, flags, port, in_wc, in_grh, (const struct ib_mad *)in, (struct ib_mad *)out, out_size,
				out_pkey_index);
}
#else
static int op_process_mad(struct ib_device *dev, int flags, u8 port, struct ib_wc *in_wc, struct ib_grh *in_grh, struct ib_mad *in,
			  struct ib_mad *out)
{
	return ops->process_mad(dev, flags, port, in_wc, in_grh, in, out, NULL, NULL);
}
#endif

/* What the driver allocates for the core: @object, unless the operation that fills it has failed. */
static void *made(void *object, int ret)
{
	if (!ret)
		return object;
	kfree(object);
	return ERR_PTR(ret);
}

/* Before 5.15 the driver allocates queue pairs. */
static struct ib_qp *op_create_qp(struct ib_pd *pd, struct ib_qp_init_attr *attr, struct ib_udata *udata)
{
	struct ib_qp *qp = kzalloc(ops->size_ib_qp, GFP_KERNEL);

	if (!qp)
		return ERR_PTR(-ENOMEM);
	qp->device = pd->device;
	qp->pd = pd;
	qp->qp_type = attr->qp_type;
	qp->send_cq = attr->send_cq;
	qp->recv_cq = attr->recv_cq;
	qp->srq = attr->srq;
	qp->event_handler = attr->event_handler;
	qp->qp_context = attr->qp_context;
	return made(qp, ops->create_qp(qp, attr, udata));
}

/* What programs may ask for, besides what the device itself adds; newer kernels begin with that. */
static void set_commands(struct ib_device *dev)
{
	static const u8 commands[] = {
		IB_USER_VERBS_CMD_GET_CONTEXT, IB_USER_VERBS_CMD_QUERY_DEVICE, IB_USER_VERBS_CMD_QUERY_PORT,
		IB_USER_VERBS_CMD_ALLOC_PD, IB_USER_VERBS_CMD_DEALLOC_PD, IB_USER_VERBS_CMD_CREATE_AH, IB_USER_VERBS_CMD_DESTROY_AH,
		IB_USER_VERBS_CMD_REG_MR, IB_USER_VERBS_CMD_DEREG_MR, IB_USER_VERBS_CMD_CREATE_COMP_CHANNEL,
		IB_USER_VERBS_CMD_CREATE_CQ, IB_USER_VERBS_CMD_RESIZE_CQ, IB_USER_VERBS_CMD_DESTROY_CQ,
		IB_USER_VERBS_CMD_CREATE_QP, IB_USER_VERBS_CMD_QUERY_QP, IB_USER_VERBS_CMD_MODIFY_QP, IB_USER_VERBS_CMD_DESTROY_QP,
		IB_USER_VERBS_CMD_ATTACH_MCAST, IB_USER_VERBS_CMD_DETACH_MCAST, IB_USER_VERBS_CMD_CREATE_SRQ,
		IB_USER_VERBS_CMD_MODIFY_SRQ, IB_USER_VERBS_CMD_QUERY_SRQ, IB_USER_VERBS_CMD_DESTROY_SRQ,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		dev->uverbs_cmd_mask |= 1ull << commands[i];
}

#if VIB_RDMA(5, 10)
static int op_destroy_qp(struct ib_qp *qp, struct ib_udata *udata)
{
	int ret = ops->destroy_qp(qp, udata);

	if (!ret)
		kfree(qp);
	return ret;
}

static int op_create_cq(struct ib_cq *cq, const struct ib_cq_init_attr *attr, struct ib_udata *udata)
{
	return ops->create_cq(cq, attr);
}

void vib_set_device_ops(struct ib_device *dev, const struct vib_device_ops *device_ops)
{
	static struct ib_device_ops kernel_ops = {
		.create_cq = op_create_cq,
		.create_qp = op_create_qp,
		.destroy_qp = op_destroy_qp,
		.get_link_layer = op_get_link_layer,
		.get_port_immutable = op_get_port_immutable,
		.modify_port = op_modify_port,
		.post_recv = op_post_recv,
		.post_send = op_post_send,
		.post_srq_recv = op_post_srq_recv,
		.process_mad = op_process_mad,
		.query_device = op_query_device,
		.query_gid = op_query_gid,
		.query_pkey = op_query_pkey,
		.query_port = op_query_port,
	};

	ops = device_ops;
#define SAME(op) kernel_ops.op = ops->op
	SAME(owner);
	SAME(driver_id);
	SAME(uverbs_abi_ver);
	SAME(alloc_mr);
	SAME(alloc_pd);
	SAME(alloc_ucontext);
	SAME(attach_mcast);
	SAME(create_ah);
	SAME(create_srq);
	SAME(dealloc_pd);
	SAME(dealloc_ucontext);
	SAME(dereg_mr);
	SAME(destroy_ah);
	SAME(destroy_cq);
	SAME(destroy_srq);
	SAME(detach_mcast);
	SAME(disassociate_ucontext);
	SAME(get_dev_fw_str);
	SAME(get_dma_mr);
	SAME(map_mr_sg);
	SAME(modify_qp);
	SAME(modify_device);
	SAME(modify_srq);
	SAME(poll_cq);
	SAME(query_ah);
	SAME(query_qp);
	SAME(query_srq);
	SAME(reg_user_mr);
	SAME(req_notify_cq);
	SAME(resize_cq);
	SAME(size_ib_ah);
	SAME(size_ib_cq);
	SAME(size_ib_pd);
	SAME(size_ib_srq);
	SAME(size_ib_ucontext);
#undef SAME
	set_commands(dev);
	ib_set_device_ops(dev, &kernel_ops);
}
#else
/* Before 5.1 to 5.3 the driver allocates everything. */

/* Undoes the allocation of @object unless the operation failed. */
static int freed(void *object, int ret)
{
	if (!ret)
		kfree(object);
	return ret;
}

static int op_destroy_qp(struct ib_qp *qp)
{
	return freed(vib_qp(qp), ops->destroy_qp(qp, NULL));
}

static struct ib_pd *op_alloc_pd(struct ib_device *dev, struct ib_ucontext *context, struct ib_udata *udata)
{
	struct ib_pd *pd = kzalloc(ops->size_ib_pd, GFP_KERNEL);

	if (!pd)
		return ERR_PTR(-ENOMEM);
	pd->device = dev;
	return made(pd, ops->alloc_pd(pd, udata));
}

static int op_dealloc_pd(struct ib_pd *pd)
{
	return freed(pd, ops->dealloc_pd(pd, NULL));
}

/* Any context. */
static struct ib_ah *make_ah(struct ib_pd *pd, struct rdma_ah_attr *attr)
{
	struct rdma_ah_init_attr init = { .ah_attr = attr };
	struct ib_ah *ah = kzalloc(ops->size_ib_ah, GFP_ATOMIC);

	if (!ah)
		return ERR_PTR(-ENOMEM);
	ah->device = pd->device;
	ah->pd = pd;
	return made(ah, ops->create_ah(ah, &init, NULL));
}

#if VIB_RDMA(4, 12)
static struct ib_ah *op_create_ah(struct ib_pd *pd, struct rdma_ah_attr *attr, struct ib_udata *udata)
{
	return make_ah(pd, attr);
}
#else
#define op_create_ah make_ah
#endif

static int op_destroy_ah(struct ib_ah *ah)
{
	return freed(vib_ah(ah), ops->destroy_ah(ah, 0));
}

static struct ib_cq *make_cq(struct ib_device *dev, const struct ib_cq_init_attr *attr)
{
	struct ib_cq *cq = kzalloc(ops->size_ib_cq, GFP_KERNEL);

	if (!cq)
		return ERR_PTR(-ENOMEM);
	cq->device = dev;
	return made(cq, ops->create_cq(cq, attr));
}

#if VIB_RDMA(4, 2)
static struct ib_cq *op_create_cq(struct ib_device *dev, const struct ib_cq_init_attr *attr, struct ib_ucontext *context,
				  struct ib_udata *udata)
{
	return make_cq(dev, attr);
}
#else
static struct ib_cq *op_create_cq(struct ib_device *dev, int cqe, int vector, struct ib_ucontext *context, struct ib_udata *udata)
{
	struct ib_cq_init_attr attr = { .cqe = cqe, .comp_vector = vector };

	return make_cq(dev, &attr);
}
#endif

static int op_destroy_cq(struct ib_cq *cq)
{
	return freed(vib_cq(cq), ops->destroy_cq(cq, NULL));
}

static struct ib_srq *op_create_srq(struct ib_pd *pd, struct ib_srq_init_attr *attr, struct ib_udata *udata)
{
	struct ib_srq *srq = kzalloc(ops->size_ib_srq, GFP_KERNEL);

	if (!srq)
		return ERR_PTR(-ENOMEM);
	srq->device = pd->device;
	srq->pd = pd;
	srq->event_handler = attr->event_handler;
	srq->srq_context = attr->srq_context;
	return made(srq, ops->create_srq(srq, attr, udata));
}

static int op_destroy_srq(struct ib_srq *srq)
{
	return freed(vib_srq(srq), ops->destroy_srq(srq, NULL));
}

static struct ib_mr *mr_of(struct ib_pd *pd, struct ib_mr *mr)
{
	if (!IS_ERR(mr))
		mr->device = pd->device;
	return mr;
}

static struct ib_mr *op_get_dma_mr(struct ib_pd *pd, int access)
{
	return mr_of(pd, ops->get_dma_mr(pd, access));
}

static struct ib_mr *op_reg_user_mr(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_udata *udata)
{
	return mr_of(pd, ops->reg_user_mr(pd, start, length, iova, access, udata));
}

static int op_dereg_mr(struct ib_mr *mr)
{
	return ops->dereg_mr(mr, NULL);
}

#if VIB_RDMA(4, 4)
static struct ib_mr *op_alloc_mr(struct ib_pd *pd, enum ib_mr_type type, u32 max_sg)
{
	return mr_of(pd, ops->alloc_mr(pd, type, max_sg));
}

#if VIB_RDMA(4, 7)
static int op_map_mr_sg(struct ib_mr *mr, struct scatterlist *sg, int n, unsigned int *offset)
{
	return ops->map_mr_sg(mr, sg, n, offset);
}
#else
static int op_map_mr_sg(struct ib_mr *mr, struct scatterlist *sg, int n)
{
	return ops->map_mr_sg(mr, sg, n, NULL);
}
#endif
#else
static struct ib_mr *op_alloc_fast_reg_mr(struct ib_pd *pd, int max_pages)
{
	return mr_of(pd, ops->alloc_mr(pd, IB_MR_TYPE_MEM_REG, max_pages));
}

static struct ib_fast_reg_page_list *op_alloc_page_list(struct ib_device *dev, int max_pages)
{
	struct ib_fast_reg_page_list *list = kzalloc(sizeof(*list) + max_pages * sizeof(u64), GFP_KERNEL);

	if (!list)
		return ERR_PTR(-ENOMEM);
	list->page_list = (u64 *)(list + 1);
	return list;
}

static void op_free_page_list(struct ib_fast_reg_page_list *list)
{
	kfree(list);
}
#endif

/* Programs. What they need of older kernels nobody has tried. */
#if VIB_RDMA(4, 4)
static struct ib_ucontext *op_alloc_ucontext(struct ib_device *dev, struct ib_udata *udata)
{
	struct ib_ucontext *context = kzalloc(ops->size_ib_ucontext, GFP_KERNEL);

	return context ? context : ERR_PTR(-ENOMEM);
}

static int op_dealloc_ucontext(struct ib_ucontext *context)
{
	kfree(context);
	return 0;
}
#endif

void vib_set_device_ops(struct ib_device *dev, const struct vib_device_ops *device_ops)
{
	ops = device_ops;
	set_commands(dev);
	dev->owner = ops->owner;
	dev->uverbs_abi_ver = ops->uverbs_abi_ver;
	dev->alloc_pd = op_alloc_pd;
	dev->attach_mcast = ops->attach_mcast;
	dev->create_ah = op_create_ah;
	dev->create_cq = op_create_cq;
	dev->create_qp = op_create_qp;
	dev->create_srq = op_create_srq;
	dev->dealloc_pd = op_dealloc_pd;
	dev->dereg_mr = op_dereg_mr;
	dev->destroy_ah = op_destroy_ah;
	dev->destroy_cq = op_destroy_cq;
	dev->destroy_qp = op_destroy_qp;
	dev->destroy_srq = op_destroy_srq;
	dev->detach_mcast = ops->detach_mcast;
	dev->get_dma_mr = op_get_dma_mr;
	dev->modify_device = ops->modify_device;
	dev->modify_port = op_modify_port;
	dev->modify_qp = ops->modify_qp;
	dev->modify_srq = ops->modify_srq;
	dev->poll_cq = ops->poll_cq;
	dev->post_recv = op_post_recv;
	dev->post_send = op_post_send;
	dev->post_srq_recv = op_post_srq_recv;
	dev->process_mad = op_process_mad;
	dev->query_ah = ops->query_ah;
	dev->query_device = op_query_device;
	dev->query_gid = op_query_gid;
	dev->query_pkey = op_query_pkey;
	dev->query_port = op_query_port;
	dev->query_qp = ops->query_qp;
	dev->query_srq = ops->query_srq;
	dev->reg_user_mr = op_reg_user_mr;
	dev->req_notify_cq = ops->req_notify_cq;
	dev->resize_cq = ops->resize_cq;
#if VIB_RDMA(3, 0)
	dev->get_link_layer = op_get_link_layer;
#endif
#if VIB_RDMA(4, 2)
	dev->get_port_immutable = op_get_port_immutable;
#endif
#if VIB_RDMA(4, 4)
	dev->alloc_mr = op_alloc_mr;
	dev->map_mr_sg = op_map_mr_sg;
	dev->alloc_ucontext = op_alloc_ucontext;
	dev->dealloc_ucontext = op_dealloc_ucontext;
	dev->disassociate_ucontext = ops->disassociate_ucontext;
#else
	dev->alloc_fast_reg_mr = op_alloc_fast_reg_mr;
	dev->alloc_fast_reg_page_list = op_alloc_page_list;
	dev->free_fast_reg_page_list = op_free_page_list;
#endif
#if VIB_RDMA(4, 18)
	dev->driver_id = ops->driver_id;
	dev->get_dev_fw_str = ops->get_dev_fw_str;
#endif
}
#endif
#endif
