/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/rdma_cm.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_RDMA_CM_H
#define SRP_COMPAT_RDMA_CM_H

#include_next <rdma/rdma_cm.h>

#ifndef KC_HAS_RDMA_PORTS
const char *rdma_event_msg(enum rdma_cm_event_type event);
#endif

#ifndef KC_HAS_REJECT_DATA
#include <rdma/ib_cm.h>

static inline const void *rdma_consumer_reject_data(struct rdma_cm_id *id,
						    struct rdma_cm_event *event, u8 *len)
{
	if (event->status != IB_CM_REJ_CONSUMER_DEFINED)
		return NULL;
	*len = event->param.conn.private_data_len;
	return event->param.conn.private_data;
}
#endif

/* An identifier in network namespace @net; -EAFNOSUPPORT where the kernel knows only the first one. */
static inline struct rdma_cm_id *kc_rdma_create_id(struct net *net, rdma_cm_event_handler handler,
						   void *context)
{
#ifdef KC_HAS_TYPED_WR
	return rdma_create_id(net, handler, context, RDMA_PS_TCP, IB_QPT_RC);
#else
	if (!net_eq(net, &init_net))
		return ERR_PTR(-EAFNOSUPPORT);
#ifdef KC_HAS_CREATE_ID_QP_TYPE
	return rdma_create_id(handler, context, RDMA_PS_TCP, IB_QPT_RC);
#else
	return rdma_create_id(handler, context, RDMA_PS_TCP);
#endif
#endif
}

#endif /* SRP_COMPAT_RDMA_CM_H */
