// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of the RDMA core that need more than a line: keys of protection domains, texts. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>

#ifndef KC_HAS_PD_FLAGS
/* Does a protection domain need a region of all memory for its local key? */
static bool kc_needs_local_mr(struct ib_device *dev)
{
#ifdef KC_HAS_CLIENT_DATA
	return false;
#else
	struct ib_device_attr attr;

	return ib_query_device(dev, &attr) || !(attr.device_cap_flags & IB_DEVICE_LOCAL_DMA_LKEY);
#endif
}

int kc_pd_alloc(struct kc_pd *pd, struct ib_device *dev, bool global_rkey)
{
	int access = IB_ACCESS_LOCAL_WRITE;
	int ret;

	pd->all = NULL;
	pd->pd = ib_alloc_pd(dev);
	if (IS_ERR(pd->pd))
		return PTR_ERR(pd->pd);
	if (global_rkey)
		access |= IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE;
	else if (!kc_needs_local_mr(dev))
		return 0;
	pd->all = ib_get_dma_mr(pd->pd, access);
	if (IS_ERR(pd->all)) {
		ret = PTR_ERR(pd->all);
		ib_dealloc_pd(pd->pd);
		return ret;
	}
	return 0;
}

void kc_pd_free(struct kc_pd *pd)
{
	if (pd->all)
		ib_dereg_mr(pd->all);
	ib_dealloc_pd(pd->pd);
}

u32 kc_pd_lkey(const struct kc_pd *pd)
{
	if (pd->all)
		return pd->all->lkey;
#ifdef KC_HAS_CLIENT_DATA
	return pd->pd->local_dma_lkey;
#else
	return pd->pd->device->local_dma_lkey;
#endif
}
#endif

#ifndef KC_HAS_RDMA_PORTS
const char *ib_wc_status_msg(enum ib_wc_status status)
{
	static const char * const names[] = {
		[IB_WC_SUCCESS] = "success",
		[IB_WC_LOC_LEN_ERR] = "local length error",
		[IB_WC_LOC_QP_OP_ERR] = "local QP operation error",
		[IB_WC_LOC_EEC_OP_ERR] = "local EE context operation error",
		[IB_WC_LOC_PROT_ERR] = "local protection error",
		[IB_WC_WR_FLUSH_ERR] = "WR flushed",
		[IB_WC_MW_BIND_ERR] = "memory management operation error",
		[IB_WC_BAD_RESP_ERR] = "bad response error",
		[IB_WC_LOC_ACCESS_ERR] = "local access error",
		[IB_WC_REM_INV_REQ_ERR] = "remote invalid request error",
		[IB_WC_REM_ACCESS_ERR] = "remote access error",
		[IB_WC_REM_OP_ERR] = "remote operation error",
		[IB_WC_RETRY_EXC_ERR] = "transport retry counter exceeded",
		[IB_WC_RNR_RETRY_EXC_ERR] = "RNR retry counter exceeded",
		[IB_WC_REM_ABORT_ERR] = "operation aborted",
		[IB_WC_FATAL_ERR] = "fatal error",
		[IB_WC_RESP_TIMEOUT_ERR] = "response timeout error",
		[IB_WC_GENERAL_ERR] = "general error",
	};

	return status < ARRAY_SIZE(names) && names[status] ? names[status] : "unknown status";
}

const char *rdma_event_msg(enum rdma_cm_event_type event)
{
	switch (event) {
	case RDMA_CM_EVENT_ADDR_ERROR:
		return "address error";
	case RDMA_CM_EVENT_ROUTE_ERROR:
		return "route error";
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		return "device removal";
	case RDMA_CM_EVENT_ADDR_CHANGE:
		return "address change";
	default:
		return "unknown event";
	}
}
#endif
