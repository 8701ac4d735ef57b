/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_verbs.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_IB_VERBS_H
#define SRP_COMPAT_IB_VERBS_H

#include_next <rdma/ib_verbs.h>

/* Can one registration cover entries with gaps between them? */
static inline bool kc_has_sg_gaps(const struct ib_device_attr *attr)
{
#ifdef KC_HAS_KERNEL_CAP_FLAGS
	return attr->kernel_cap_flags & IBK_SG_GAPS_REG;
#else
	return attr->device_cap_flags & IB_DEVICE_SG_GAPS_REG;
#endif
}

#ifndef KC_HAS_VECTOR_AFFINITY
/* NULL: unknown. */
static inline const struct cpumask *ib_get_vector_affinity(struct ib_device *dev, int vector)
{
	return NULL;
}
#endif

#ifndef KC_HAS_MAX_SEG_SIZE
static inline unsigned int ib_dma_max_seg_size(struct ib_device *dev)
{
	return dma_get_max_seg_size(dev->dma_device ? : dev->dev.parent);
}
#endif

#ifndef KC_HAS_FOR_EACH_PORT
#define rdma_for_each_port(dev, port) \
	for ((port) = rdma_start_port(dev); (port) <= rdma_end_port(dev); (port)++)
#endif

/* Post a chain. Return: 0, or -errno with an unknown number of them posted. */
static inline int kc_post_send(struct ib_qp *qp, struct ib_send_wr *wr)
{
#ifdef KC_HAS_BAD_WR_CONST
	return ib_post_send(qp, wr, NULL);
#else
	struct ib_send_wr *bad;

	return ib_post_send(qp, wr, &bad);
#endif
}

static inline int kc_post_recv(struct ib_qp *qp, struct ib_recv_wr *wr)
{
#ifdef KC_HAS_BAD_WR_CONST
	return ib_post_recv(qp, wr, NULL);
#else
	struct ib_recv_wr *bad;

	return ib_post_recv(qp, wr, &bad);
#endif
}

/*
 * KC_DEFINE_CLIENT(client, name, add, remove, rename): a struct ib_client.
 *
 * Before devices could be refused, clients were told to remove those, too, whose add failed;
 * before clients were told of new names, nobody calls @rename.
 */
#ifdef KC_HAS_CLIENT_ADD_INT
#define KC_CLIENT_OPS(_add, _remove)	.add = (_add), .remove = (_remove)
#define KC_DEFINE_CLIENT_OPS(_add, _remove)
#else
#define KC_CLIENT_OPS(_add, _remove)	.add = _add##_void, .remove = _remove##_added
#define KC_DEFINE_CLIENT_OPS(_add, _remove)					\
	static void _add##_void(struct ib_device *dev)				\
	{									\
		_add(dev);							\
	}									\
	static void _remove##_added(struct ib_device *dev, void *client_data)	\
	{									\
		if (client_data)						\
			_remove(dev, client_data);				\
	}
#endif
#ifdef KC_HAS_CLIENT_RENAME
#define KC_CLIENT_RENAME(_rename)	.rename = (_rename),
#define KC_DEFINE_CLIENT_RENAME(_rename)
#else
#define KC_CLIENT_RENAME(_rename)
#define KC_DEFINE_CLIENT_RENAME(_rename)					\
	static inline const void *_rename##_unused(void)			\
	{									\
		return _rename;							\
	}
#endif
#define KC_DEFINE_CLIENT(client, _name, _add, _remove, _rename)			\
	KC_DEFINE_CLIENT_OPS(_add, _remove)					\
	KC_DEFINE_CLIENT_RENAME(_rename)					\
	static struct ib_client client = {					\
		.name = (_name),						\
		KC_CLIENT_RENAME(_rename)					\
		KC_CLIENT_OPS(_add, _remove)					\
	}

#endif /* SRP_COMPAT_IB_VERBS_H */
