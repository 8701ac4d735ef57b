/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The differences between the kernels that vib builds for; with vib_compat.c the only place in tests/vib that knows versions. Kbuild
 * puts it in front of every file. The other files are written for the newest kernel: names that an older one lacks are added here;
 * where shapes differ, they call something whose name begins with vib_.
 */
#ifndef VIB_COMPAT_H
#define VIB_COMPAT_H

#include <linux/version.h>

/* ---- versions --------------------------------------------------------------------------------------------------- */

#define VIB_LINUX(a, b)		(LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))

/* RHEL A.B or a newer one. It has much that is newer than the version of Linux in its name. */
#ifdef RHEL_RELEASE_CODE
#define VIB_EL(a, b)		(RHEL_RELEASE_CODE >= ((a) << 8) + (b))
#else
#define VIB_EL(a, b)		0
#endif

/* What version of Linux the RDMA stack is like. */
#if VIB_EL(7, 7) && !VIB_LINUX(4, 0)
#define VIB_RDMA_CODE		KERNEL_VERSION(4, 19, 0)
#elif VIB_EL(6, 8) && !VIB_LINUX(3, 0)
#define VIB_RDMA_CODE		KERNEL_VERSION(3, 17, 0)
#else
#define VIB_RDMA_CODE		LINUX_VERSION_CODE
#endif
#define VIB_RDMA(a, b)		(VIB_RDMA_CODE >= KERNEL_VERSION(a, b, 0))

#if (VIB_RDMA(4, 20) && !VIB_RDMA(5, 10)) || (VIB_RDMA(5, 11) && !VIB_RDMA(6, 1))
#error "vib knows Linux up to 4.19, 5.10, and 6.1 and newer"
#endif

#include <linux/bitops.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <rdma/ib_mad.h>
#include <rdma/ib_smi.h>
#include <rdma/ib_umem.h>
#include <rdma/ib_verbs.h>
#include <rdma/ib_user_verbs.h>

/* ---- names that older kernels lack ------------------------------------------------------------------------------ */

/* That of RHEL 6.8 cannot read what is const. */
#if VIB_EL(6, 8) && !VIB_LINUX(3, 0)
#undef READ_ONCE
#endif
#ifndef READ_ONCE
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, val)	(*(volatile typeof(x) *)&(x) = (val))
#endif
#ifndef smp_store_release
#define smp_store_release(p, v)	do { smp_mb(); WRITE_ONCE(*(p), v); } while (0)
#endif
#ifndef BIT_ULL
#define BIT_ULL(nr)		(1ULL << (nr))
#endif
#ifndef U16_MAX
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#endif
#ifndef min3
#define min3(x, y, z)		min(min(x, y), z)
#endif
#ifndef sizeof_field
#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#endif
#ifndef struct_size
#define struct_size(p, member, n)	(sizeof(*(p)) + sizeof(*(p)->member) * (n))
#endif
#ifndef DIV_ROUND_UP_ULL
#define DIV_ROUND_UP_ULL(n, d)	(((unsigned long long)(n) + (d) - 1) / (d))
#endif
#ifndef RCU_LOCKDEP_WARN
#define RCU_LOCKDEP_WARN(condition, text)	do { } while (0)
#endif
#ifndef for_each_set_bit
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))
#endif
#ifndef list_first_entry_or_null
#define list_first_entry_or_null(head, type, member)	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#endif

#if !VIB_LINUX(3, 13) && !VIB_EL(6, 8)
#undef PTR_ERR_OR_ZERO
static inline int __must_check PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? PTR_ERR(ptr) : 0;
}
#endif

#if !VIB_LINUX(3, 0) && !VIB_EL(6, 8)
#define strim			strstrip
#define noop_llseek		no_llseek
int kstrtoul(const char *s, unsigned int base, unsigned long *res);
int kstrtoint(const char *s, unsigned int base, int *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
int kstrtou16(const char *s, unsigned int base, u16 *res);
int strtobool(const char *s, bool *res);
static inline int atomic_dec_if_positive(atomic_t *v)
{
	int old, dec;

	do {
		old = atomic_read(v);
		dec = old - 1;
	} while (dec >= 0 && atomic_cmpxchg(v, old, dec) != old);
	return dec;
}
#endif
#if !VIB_LINUX(3, 4) && !VIB_EL(6, 8)
int simple_open(struct inode *inode, struct file *file);
#endif
#if !VIB_LINUX(3, 9)
static inline struct inode *file_inode(const struct file *file)
{
	return file->f_path.dentry->d_inode;
}
#endif
#if !VIB_LINUX(3, 17) && !VIB_EL(7, 7)
static inline u64 ktime_get_ns(void)
{
	return ktime_to_ns(ktime_get());
}
#endif
#if !VIB_LINUX(4, 14) && !VIB_EL(7, 7)
/* Nobody looks at what strscpy() returns, which at first was an error. */
#undef strscpy
#define strscpy(to, from, size)	strlcpy(to, from, size)
#endif
#if !VIB_LINUX(4, 3)
#define kstrtobool(s, res)	strtobool(s, res)
#endif
#if !VIB_LINUX(4, 5) && !VIB_EL(7, 7)
void *memdup_user_nul(const void __user *src, size_t len);
#endif
#if !VIB_LINUX(4, 18) && !VIB_EL(7, 7)
/* For GFP_KERNEL only; the memory is zeroed. */
void *vib_kvalloc(size_t n, size_t size);
#define kvcalloc(n, size, gfp)	vib_kvalloc(n, size)
#if !VIB_LINUX(4, 12)
#define kvmalloc(size, gfp)	vib_kvalloc(1, size)
#define kvzalloc(size, gfp)	vib_kvalloc(1, size)
#endif
#endif
#if !VIB_LINUX(3, 15) && !VIB_EL(6, 8)
void kvfree(const void *p);
#endif

#ifndef DEFINE_SHOW_ATTRIBUTE
#define DEFINE_SHOW_ATTRIBUTE(name)							\
static int name##_open(struct inode *inode, struct file *file)				\
{											\
	return single_open(file, name##_show, inode->i_private);			\
}											\
static const struct file_operations name##_fops = {					\
	.owner = THIS_MODULE, .open = name##_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,	\
}
#endif

#ifndef wait_event_lock_irq
#define wait_event_lock_irq(wq, condition, lock)				\
do {										\
	DEFINE_WAIT(vib_wait);							\
										\
	for (;;) {								\
		prepare_to_wait(&(wq), &vib_wait, TASK_UNINTERRUPTIBLE);	\
		if (condition)							\
			break;							\
		spin_unlock_irq(&(lock));					\
		schedule();							\
		spin_lock_irq(&(lock));						\
	}									\
	finish_wait(&(wq), &vib_wait);						\
} while (0)
#endif

#if VIB_LINUX(4, 11) || VIB_EL(7, 7)
#include <linux/refcount.h>
#else
typedef atomic_t refcount_t;
#define refcount_set(r, n)	atomic_set(r, n)
#define refcount_inc(r)		atomic_inc(r)
#define refcount_dec_and_test(r)	atomic_dec_and_test(r)
#endif

/* ---- work queues, SRCU, debugfs, platform devices --------------------------------------------------------------- */

#if !VIB_LINUX(3, 0)
#define drain_workqueue(wq)	vib_drain_workqueue(wq)
void vib_drain_workqueue(struct workqueue_struct *wq);
#endif
#if !VIB_LINUX(3, 7) && !VIB_EL(6, 8)
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay);
#endif

/* A queue whose work items run beside the CPU that queued them, at once. @name lives as long as the queue. */
static inline struct workqueue_struct *vib_alloc_workqueue(const char *name)
{
	/* Hardware does not wait for programs that poll on every CPU. Memory may be reclaimed through a disk behind this fabric. */
#if VIB_LINUX(3, 3)
	return alloc_workqueue("%s", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0, name);
#elif VIB_LINUX(3, 0)
	return alloc_workqueue(name, WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
#else
	/* With more threads a work item can run twice at the same time there. */
	return create_singlethread_workqueue(name);
#endif
}

#if VIB_LINUX(3, 8)
#define VIB_DEFINE_SRCU(name)	DEFINE_SRCU(name)
#define vib_srcu_init(srcu)	0
#define vib_srcu_cleanup(srcu)	do { } while (0)
#else
#define VIB_DEFINE_SRCU(name)	struct srcu_struct name
#define vib_srcu_init(srcu)	init_srcu_struct(srcu)
#define vib_srcu_cleanup(srcu)	cleanup_srcu_struct(srcu)
#endif

/* A file that shows a bool as Y or N. */
#if VIB_LINUX(4, 4)
#define vib_debugfs_bool(name, mode, dir, value)	debugfs_create_bool(name, mode, dir, value)
#else
void vib_debugfs_bool(const char *name, umode_t mode, struct dentry *dir, bool *value);
#endif

/* What an HCA sits on. Like an HCA it reaches all memory: with 32 bits a guest of 4 GiB would have bounce buffers. */
struct platform_device *vib_platform_device(const char *name, int id);

/* ---- tables: entries by number, one lock, taken with interrupts disabled ---------------------------------------- */

#if VIB_LINUX(5, 1)
#include <linux/xarray.h>

#define vib_table			xarray
#define vib_table_init(t)		xa_init_flags(t, XA_FLAGS_ALLOC | XA_FLAGS_LOCK_IRQ)
#define vib_table_destroy(t)		xa_destroy(t)
#define vib_table_lock(t)		xa_lock(t)
#define vib_table_unlock(t)		xa_unlock(t)
#define vib_table_lock_irq(t)		xa_lock_irq(t)
#define vib_table_unlock_irq(t)		xa_unlock_irq(t)
#define vib_table_lock_irqsave(t, flags)	xa_lock_irqsave(t, flags)
#define vib_table_unlock_irqrestore(t, flags)	xa_unlock_irqrestore(t, flags)
/* Gives @entry the next free number from @min to @max, after the last one given. Sleeps. 0 or more, or -errno. */
#define vib_table_add(t, number, entry, min, max, next) \
	xa_alloc_cyclic_irq(t, number, entry, XA_LIMIT(min, max), next, GFP_KERNEL)
/* With interrupts disabled; with the lock held. */
#define vib_table_remove(t, number)	xa_erase(t, number)
#define vib_table_remove_locked(t, number)	__xa_erase(t, number)
/* An entry or NULL. Removing is kept away by the table's lock or another one. */
#define vib_table_find(t, number)	xa_load(t, number)
#define vib_table_for_each(t, number, entry)	xa_for_each(t, number, entry)
#define vib_table_for_each_from(t, number, entry, first)	xa_for_each_start(t, number, entry, first)
#else
#include <linux/idr.h>

struct vib_table {
	spinlock_t lock;
	struct idr idr;
	u32 min, max;	/* the least and the greatest number ever given, where idr_get_next() cannot be called */
};

#define vib_table_lock(t)		spin_lock(&(t)->lock)
#define vib_table_unlock(t)		spin_unlock(&(t)->lock)
#define vib_table_lock_irq(t)		spin_lock_irq(&(t)->lock)
#define vib_table_unlock_irq(t)		spin_unlock_irq(&(t)->lock)
#define vib_table_lock_irqsave(t, flags)	spin_lock_irqsave(&(t)->lock, flags)
#define vib_table_unlock_irqrestore(t, flags)	spin_unlock_irqrestore(&(t)->lock, flags)
#define vib_table_for_each_from(t, number, entry, first) \
	for ((number) = (first); ((entry) = vib_table_next(t, &(number))); (number)++)
#define vib_table_for_each(t, number, entry)	vib_table_for_each_from(t, number, entry, 0)
void vib_table_init(struct vib_table *t);
void vib_table_destroy(struct vib_table *t);
int vib_table_add(struct vib_table *t, u32 *number, void *entry, u32 min, u32 max, u32 *next);
void vib_table_remove(struct vib_table *t, u32 number);
void vib_table_remove_locked(struct vib_table *t, u32 number);
void *vib_table_find(struct vib_table *t, u32 number);
/* The first entry from *@number on, and its number. */
void *vib_table_next(struct vib_table *t, unsigned long *number);
#endif

/* ---- MADs ------------------------------------------------------------------------------------------------------- */

#ifndef IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE
#define IB_MGMT_MAD_STATUS_BAD_VERSION			0x0004
#define IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB	0x000c
#define IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE		0x001c
#endif

#if VIB_RDMA(3, 0)
#include <rdma/ib_pma.h>
#else
/* IBA 16.1.3.5, 16.1.4.11 */
#define IB_PMA_CLASS_CAP_ALLPORTSELECT	cpu_to_be16(1 << 8)
#define IB_PMA_CLASS_PORT_INFO		cpu_to_be16(0x0001)
#define IB_PMA_PORT_COUNTERS		cpu_to_be16(0x0012)
#define IB_PMA_PORT_COUNTERS_EXT	cpu_to_be16(0x001d)

struct ib_pma_mad {
	struct ib_mad_hdr mad_hdr;
	u8 reserved[40];
	u8 data[192];
} __packed;

struct ib_pma_portcounters {
	u8 reserved;
	u8 port_select;
	__be16 counter_select;
	__be16 symbol_error_counter;
	u8 link_error_recovery_counter;
	u8 link_downed_counter;
	__be16 port_rcv_errors;
	__be16 port_rcv_remphys_errors;
	__be16 port_rcv_switch_relay_errors;
	__be16 port_xmit_discards;
	u8 port_xmit_constraint_errors;
	u8 port_rcv_constraint_errors;
	u8 reserved1;
	u8 link_overrun_errors;
	__be16 reserved2;
	__be16 vl15_dropped;
	__be32 port_xmit_data;
	__be32 port_rcv_data;
	__be32 port_xmit_packets;
	__be32 port_rcv_packets;
	__be32 port_xmit_wait;
} __packed;

struct ib_pma_portcounters_ext {
	u8 reserved;
	u8 port_select;
	__be16 counter_select;
	__be32 reserved1;
	__be64 port_xmit_data;
	__be64 port_rcv_data;
	__be64 port_xmit_packets;
	__be64 port_rcv_packets;
	__be64 port_unicast_xmit_packets;
	__be64 port_unicast_rcv_packets;
	__be64 port_multicast_xmit_packets;
	__be64 port_multicast_rcv_packets;
} __packed;
#endif
#ifndef IB_PMA_CLASS_CAP_EXT_WIDTH_NOIETF
#define IB_PMA_CLASS_CAP_EXT_WIDTH_NOIETF	cpu_to_be16(1 << 10)
#endif

#if !VIB_RDMA(4, 14)
/* IBA 13.4.8.1: the lower five bits. */
static inline void ib_set_cpi_resp_time(struct ib_class_port_info *cpi, u8 time)
{
	u8 *last = (u8 *)cpi->redirect_gid - 1;

	*last = (*last & ~0x1f) | (time & 0x1f);
}
#endif

#if !VIB_RDMA(4, 4)
/* IBA 13.4.8.2, 14.2.5.1 */
#define IB_NOTICE_TYPE_URGENT		0x81
#define IB_NOTICE_TYPE_SECURITY		0x82
#define IB_NOTICE_TYPE_INFO		0x84
#define IB_NOTICE_PROD_CA		cpu_to_be16(1)
#define IB_NOTICE_PROD_SWITCH		cpu_to_be16(2)

struct ib_mad_notice_attr {
	u8 generic_type;
	u8 prod_type_msb;
	__be16 prod_type_lsb;
	__be16 trap_num;
	__be16 issuer_lid;
	__be16 toggle_count;
	union {
		struct {
			u8 details[54];
		} raw_data;
		struct {
			__be16 reserved;
			__be16 lid;
			u8 reserved2;
			u8 local_changes;
			__be32 new_cap_mask;
			u8 reserved3;
			u8 change_flags;
		} __packed ntc_144;
		struct {
			__be16 reserved;
			__be16 lid1;
			__be16 lid2;
			__be32 key;
			__be32 sl_qp1;
			__be32 qp2;
			union ib_gid gid1;
			union ib_gid gid2;
		} __packed ntc_257_258;
	} details;
};

/* IBA 14.2.5.3 */
struct ib_node_info {
	u8 base_version;
	u8 class_version;
	u8 node_type;
	u8 num_ports;
	__be64 sys_guid;
	__be64 node_guid;
	__be64 port_guid;
	__be16 partition_cap;
	__be16 device_id;
	__be32 revision;
	u8 local_port_num;
	u8 vendor_id[3];
} __packed;
#endif
#ifndef IB_NOTICE_TRAP_NODE_DESC_CHG
#define IB_NOTICE_TRAP_NODE_DESC_CHG	0x01
#endif

/* ---- verbs: names ------------------------------------------------------------------------------------------------ */

#ifndef IB_DEVICE_NODE_DESC_MAX
#define IB_DEVICE_NODE_DESC_MAX	64
#endif
#ifndef IB_FW_VERSION_NAME_MAX
#define IB_FW_VERSION_NAME_MAX	32
#endif
#ifndef IB_MGMT_MAD_SIZE
#define IB_MGMT_MAD_SIZE	sizeof(struct ib_mad)
#endif
#if !VIB_RDMA(5, 4)
enum ib_port_phys_state {
	IB_PORT_PHYS_STATE_POLLING = 2,
	IB_PORT_PHYS_STATE_DISABLED = 3,
	IB_PORT_PHYS_STATE_LINK_UP = 5,
};
#endif
#if !VIB_RDMA(4, 18)
#define IB_PORT_OTHER_LOCAL_CHANGES_SUP	(1 << 26)
#define IB_QP_RATE_LIMIT	0	/* nobody can ask for it */
enum rdma_driver_id { RDMA_DRIVER_QIB };
#endif
#if !VIB_RDMA(3, 1)
/* Nobody would hear of it; whoever reads the table again because of another LID sees the GIDs, too. */
#define IB_EVENT_GID_CHANGE	IB_EVENT_LID_CHANGE
enum rdma_link_layer { IB_LINK_LAYER_UNSPECIFIED, IB_LINK_LAYER_INFINIBAND };
#define vib_srq_is_basic(attr)	true
#else
#define vib_srq_is_basic(attr)	((attr)->srq_type == IB_SRQT_BASIC)
#endif

#if !VIB_RDMA(4, 2)
struct ib_cq_init_attr {
	unsigned int cqe;
	int comp_vector;
	u32 flags;
};

struct ib_port_immutable {
	int pkey_tbl_len;
	int gid_tbl_len;
	u32 core_cap_flags;
	u32 max_mad_size;
};

#define RDMA_CORE_PORT_IBA_IB	0
const char *ib_event_msg(enum ib_event_type event);
const char *ib_wc_status_msg(enum ib_wc_status status);
#endif

#if !VIB_RDMA(4, 12)
#define rdma_ah_attr		ib_ah_attr
#define rdma_ah_get_port_num(attr)	((attr)->port_num)
#define rdma_ah_get_sl(attr)	((attr)->sl)
#define rdma_ah_get_path_bits(attr)	((attr)->src_path_bits)
#define rdma_ah_get_dlid(attr)	((attr)->dlid)
#define rdma_ah_get_ah_flags(attr)	((attr)->ah_flags)
#endif
#if !VIB_RDMA(5, 10)
struct rdma_ah_init_attr {
	struct rdma_ah_attr *ah_attr;
};
#endif

/* What create_flags and the caller's wishes may hold. */
#if VIB_RDMA(3, 14) && !VIB_RDMA(4, 20) && !VIB_EL(7, 7)
#define vib_modify_qp_is_ok(from, to, type, mask)	ib_modify_qp_is_ok(from, to, type, mask, IB_LINK_LAYER_INFINIBAND)
#else
#define vib_modify_qp_is_ok(from, to, type, mask)	ib_modify_qp_is_ok(from, to, type, mask)
#endif

/* ---- verbs: attributes ------------------------------------------------------------------------------------------- */

static inline void vib_attr_set_sge(struct ib_device_attr *attr, int max)
{
#if VIB_RDMA(4, 19)
	attr->max_send_sge = max;
	attr->max_recv_sge = max;
#else
	attr->max_sge = max;
#endif
}

/* There is a key for all local memory; registrations may have gaps. */
static inline void vib_attr_set_caps(struct ib_device_attr *attr, bool sg_gaps)
{
#if VIB_RDMA(6, 0)
	attr->kernel_cap_flags = IBK_LOCAL_DMA_LKEY | (sg_gaps ? IBK_SG_GAPS_REG : 0);
#else
	attr->device_cap_flags |= IB_DEVICE_LOCAL_DMA_LKEY;
#if VIB_RDMA(4, 7)
	attr->device_cap_flags |= sg_gaps ? IB_DEVICE_SG_GAPS_REG : 0;
#endif
#endif
}

static inline void vib_port_attr_set(struct ib_port_attr *attr, u32 phys_mtu, __be64 gid_prefix)
{
#if VIB_RDMA(5, 10)
	attr->phys_mtu = phys_mtu;
#endif
#if VIB_RDMA(4, 8)
	attr->subnet_prefix = be64_to_cpu(gid_prefix);
#endif
}

/* The sender's GID in the header of @attr's packets; and: @attr is kept, but no reference to an entry of the GID table. */
#if VIB_RDMA(4, 19)
#define vib_grh_sgid(dev, attr, to) \
	do { if ((attr)->grh.sgid_attr) *(to) = (attr)->grh.sgid_attr->gid; } while (0)
#define vib_grh_forget(attr)	((attr)->grh.sgid_attr = NULL)
#else
void vib_grh_sgid(struct ib_device *dev, const struct rdma_ah_attr *attr, union ib_gid *gid);
#define vib_grh_forget(attr)	do { } while (0)
#endif

/* ---- verbs: work requests and registration ----------------------------------------------------------------------- */

struct vib_mr;

#if VIB_RDMA(4, 4)
/* What a work request says of a registration. */
struct vib_reg {
	struct ib_mr *mr;
	u32 key;
	int access;
};

/* Where map_mr_sg left what comes next; see vib_reg_load(). */
#define VIB_MR_NEXT
#define vib_next(mr)		(&(mr)->ib)

static inline void vib_reg_get(struct vib_reg *reg, const struct ib_send_wr *wr)
{
	const struct ib_reg_wr *from = container_of(wr, struct ib_reg_wr, wr);

	*reg = (struct vib_reg){ .mr = from->mr, .key = from->key, .access = from->access };
}
#else
#define IB_WR_REG_MR		IB_WR_FAST_REG_MR
#define IB_WC_REG_MR		IB_WC_FAST_REG_MR
#define ud_wr(w)		(&(w)->wr.ud)
#define rdma_wr(w)		(&(w)->wr.rdma)

enum ib_mr_type { IB_MR_TYPE_MEM_REG, IB_MR_TYPE_SG_GAPS };

struct vib_reg {
	u32 key;
	int access;
	u64 iova;
	u32 length;
	unsigned int page_shift, pages;
	const u64 *list;	/* the poster's until the request is completed */
};

#define VIB_MR_NEXT		struct { u64 iova, length; unsigned int page_size; } next;
#define vib_next(mr)		(&(mr)->next)

/* Nobody calls it: there is no map_mr_sg. */
static inline int ib_sg_to_pages(struct ib_mr *mr, struct scatterlist *sg, int n, unsigned int *offset,
				 int (*set_page)(struct ib_mr *mr, u64 addr))
{
	return -EOPNOTSUPP;
}

void vib_reg_get(struct vib_reg *reg, const struct ib_send_wr *wr);
#endif
#if VIB_RDMA(4, 4) && !VIB_RDMA(4, 19)
#define ud_wr(w)		ud_wr((struct ib_send_wr *)(w))
#define rdma_wr(w)		rdma_wr((struct ib_send_wr *)(w))
#endif
#if VIB_RDMA(4, 4) && !VIB_RDMA(4, 7)
#define IB_MR_TYPE_SG_GAPS	((enum ib_mr_type)0x100)	/* nobody can ask for it */
#define ib_sg_to_pages(mr, sg, n, offset, set_page)	ib_sg_to_pages(mr, sg, n, set_page)
#endif

/* ---- verbs: memory of programs ----------------------------------------------------------------------------------- */

#if VIB_RDMA(4, 4)
#define vib_page_iter		sg_page_iter
#define vib_page(iter)		sg_page_iter_page(iter)
#endif
#if VIB_RDMA(7, 2)
#define vib_umem_get(pd, start, length, access)		ib_umem_get_va((pd)->device, start, length, access)
#define vib_umem_for_each_page(umem, iter)		for_each_sgtable_page(&(umem)->sgt_append.sgt, iter, 0)
#elif VIB_RDMA(5, 17)
#define vib_umem_get(pd, start, length, access)		ib_umem_get((pd)->device, start, length, access)
#define vib_umem_for_each_page(umem, iter)		for_each_sgtable_page(&(umem)->sgt_append.sgt, iter, 0)
#elif VIB_RDMA(5, 10)
#define vib_umem_get(pd, start, length, access)		ib_umem_get((pd)->device, start, length, access)
#define vib_umem_for_each_page(umem, iter)		for_each_sgtable_page(&(umem)->sg_head, iter, 0)
#elif VIB_RDMA(4, 4)
#define vib_umem_get(pd, start, length, access)		ib_umem_get((pd)->uobject->context, start, length, access, 0)
#define vib_umem_for_each_page(umem, iter)		for_each_sg_page((umem)->sg_head.sgl, iter, (umem)->npages, 0)
#else
/* No programs: vib offers them nothing there. */
struct vib_page_iter { struct page *page; };

#define vib_umem_get(pd, start, length, access)		((struct ib_umem *)ERR_PTR(-EOPNOTSUPP))
#define vib_umem_for_each_page(umem, iter)		for ((iter)->page = NULL; (iter)->page;)
#define vib_page(iter)					((iter)->page)
#endif

/* ---- the device -------------------------------------------------------------------------------------------------- */

#if VIB_RDMA(6, 1)
#define vib_device_ops		ib_device_ops
#define vib_set_device_ops	ib_set_device_ops
#else
/* The newest kernel's operations. vib_compat.c calls them in the shapes that this kernel wants. */
struct vib_device_ops {
	struct module *owner;
	enum rdma_driver_id driver_id;
	u32 uverbs_abi_ver;
	struct ib_mr *(*alloc_mr)(struct ib_pd *pd, enum ib_mr_type type, u32 max_sg);
	int (*alloc_pd)(struct ib_pd *pd, struct ib_udata *udata);
	int (*alloc_ucontext)(struct ib_ucontext *context, struct ib_udata *udata);
	int (*attach_mcast)(struct ib_qp *qp, union ib_gid *gid, u16 lid);
	int (*create_ah)(struct ib_ah *ah, struct rdma_ah_init_attr *attr, struct ib_udata *udata);
	int (*create_cq)(struct ib_cq *cq, const struct ib_cq_init_attr *attr);
	int (*create_qp)(struct ib_qp *qp, struct ib_qp_init_attr *attr, struct ib_udata *udata);
	int (*create_srq)(struct ib_srq *srq, struct ib_srq_init_attr *attr, struct ib_udata *udata);
	int (*create_user_ah)(struct ib_ah *ah, struct rdma_ah_init_attr *attr, struct ib_udata *udata);
	int (*dealloc_pd)(struct ib_pd *pd, struct ib_udata *udata);
	void (*dealloc_ucontext)(struct ib_ucontext *context);
	int (*dereg_mr)(struct ib_mr *mr, struct ib_udata *udata);
	int (*destroy_ah)(struct ib_ah *ah, u32 flags);
	int (*destroy_cq)(struct ib_cq *cq, struct ib_udata *udata);
	int (*destroy_qp)(struct ib_qp *qp, struct ib_udata *udata);
	int (*destroy_srq)(struct ib_srq *srq, struct ib_udata *udata);
	int (*detach_mcast)(struct ib_qp *qp, union ib_gid *gid, u16 lid);
	void (*disassociate_ucontext)(struct ib_ucontext *context);
	void (*get_dev_fw_str)(struct ib_device *dev, char *str);
	struct ib_mr *(*get_dma_mr)(struct ib_pd *pd, int access);
	enum rdma_link_layer (*get_link_layer)(struct ib_device *dev, u32 port);
	int (*get_port_immutable)(struct ib_device *dev, u32 port, struct ib_port_immutable *immutable);
	int (*map_mr_sg)(struct ib_mr *mr, struct scatterlist *sg, int n, unsigned int *offset);
	int (*modify_device)(struct ib_device *dev, int mask, struct ib_device_modify *modify);
	int (*modify_port)(struct ib_device *dev, u32 port, int mask, struct ib_port_modify *modify);
	int (*modify_qp)(struct ib_qp *qp, struct ib_qp_attr *attr, int mask, struct ib_udata *udata);
	int (*modify_srq)(struct ib_srq *srq, struct ib_srq_attr *attr, enum ib_srq_attr_mask mask, struct ib_udata *udata);
	int (*poll_cq)(struct ib_cq *cq, int max, struct ib_wc *wc);
	int (*post_recv)(struct ib_qp *qp, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
	int (*post_send)(struct ib_qp *qp, const struct ib_send_wr *wr, const struct ib_send_wr **bad);
	int (*post_srq_recv)(struct ib_srq *srq, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
	int (*process_mad)(struct ib_device *dev, int flags, u32 port, const struct ib_wc *in_wc, const struct ib_grh *in_grh,
			   const struct ib_mad *in, struct ib_mad *out, size_t *out_size, u16 *out_pkey_index);
	int (*query_ah)(struct ib_ah *ah, struct rdma_ah_attr *attr);
	int (*query_device)(struct ib_device *dev, struct ib_device_attr *attr, struct ib_udata *udata);
	int (*query_gid)(struct ib_device *dev, u32 port, int index, union ib_gid *gid);
	int (*query_pkey)(struct ib_device *dev, u32 port, u16 index, u16 *pkey);
	int (*query_port)(struct ib_device *dev, u32 port, struct ib_port_attr *attr);
	int (*query_qp)(struct ib_qp *qp, struct ib_qp_attr *attr, int mask, struct ib_qp_init_attr *init);
	int (*query_srq)(struct ib_srq *srq, struct ib_srq_attr *attr);
	struct ib_mr *(*reg_user_mr)(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_udata *udata);
	int (*req_notify_cq)(struct ib_cq *cq, enum ib_cq_notify_flags flags);
	int (*resize_cq)(struct ib_cq *cq, int cqe, struct ib_udata *udata);
	size_t size_ib_ah, size_ib_cq, size_ib_pd, size_ib_qp, size_ib_srq, size_ib_ucontext;
};

void vib_set_device_ops(struct ib_device *dev, const struct vib_device_ops *ops);
#endif

#ifndef INIT_RDMA_OBJ_SIZE
#define INIT_RDMA_OBJ_SIZE(ib_struct, drv_struct, member) \
	.size_##ib_struct = sizeof(struct drv_struct) + BUILD_BUG_ON_ZERO(offsetof(struct drv_struct, member))
#endif

/* A struct of the driver that begins with its ib_device. */
#if VIB_RDMA(5, 1)
#define vib_alloc_device(drv_struct, member)	ib_alloc_device(drv_struct, member)
#else
#define vib_alloc_device(drv_struct, member) \
	container_of(ib_alloc_device(sizeof(struct drv_struct) + BUILD_BUG_ON_ZERO(offsetof(struct drv_struct, member))), \
		     struct drv_struct, member)
#endif

/* The device sits on @parent, and the addresses that its users give it are the kernel's own. */
void vib_device_on(struct ib_device *dev, struct device *parent);
int vib_register_device(struct ib_device *dev, const char *name);

/* ---- operations whose shape changes among the newest kernels ----------------------------------------------------- */

struct ib_mr *vib_mr_reg_user(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access);
int vib_cq_create(struct ib_cq *ibcq, const struct ib_cq_init_attr *attr);
int vib_cq_resize(struct ib_cq *ibcq, unsigned int cqe, struct ib_udata *udata);

#if VIB_RDMA(6, 11)
static inline int vib_op_create_cq(struct ib_cq *cq, const struct ib_cq_init_attr *attr, struct uverbs_attr_bundle *attrs)
{
	return vib_cq_create(cq, attr);
}
#elif VIB_RDMA(6, 1)
static inline int vib_op_create_cq(struct ib_cq *cq, const struct ib_cq_init_attr *attr, struct ib_udata *udata)
{
	return vib_cq_create(cq, attr);
}
#else
#define vib_op_create_cq	vib_cq_create
#endif

/* Completion queues of user space have operations of their own. */
#if VIB_RDMA(7, 1)
#define VIB_CQ_OPS .create_cq = vib_op_create_cq, .create_user_cq = vib_op_create_cq, .resize_user_cq = vib_cq_resize
#else
static inline int vib_op_resize_cq(struct ib_cq *cq, int cqe, struct ib_udata *udata)
{
	return cqe < 1 ? -EINVAL : vib_cq_resize(cq, cqe, udata);
}

#define VIB_CQ_OPS .create_cq = vib_op_create_cq, .resize_cq = vib_op_resize_cq
#endif

/* A DMA handle came in. */
#if VIB_RDMA(6, 18)
static inline struct ib_mr *vib_op_reg_user_mr(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_dmah *dmah,
					       struct ib_udata *udata)
{
	return dmah ? ERR_PTR(-EOPNOTSUPP) : vib_mr_reg_user(pd, start, length, iova, access);
}
#else
static inline struct ib_mr *vib_op_reg_user_mr(struct ib_pd *pd, u64 start, u64 length, u64 iova, int access, struct ib_udata *udata)
{
	return vib_mr_reg_user(pd, start, length, iova, access);
}
#endif

#endif
