/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#ifndef SHIM_RDMA_IB_MAD_H
#define SHIM_RDMA_IB_MAD_H

/* IBA 13.4.2 */

#include <asm/byteorder.h>
#include <rdma/ib_verbs.h>

#define IB_MGMT_CLASS_SUBN_LID_ROUTED		0x01
#define IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE	0x81
#define IB_MGMT_CLASS_SUBN_ADM			0x03
#define IB_MGMT_CLASS_PERF_MGMT			0x04
#define IB_MGMT_CLASS_DEVICE_MGMT		0x06
#define IB_MGMT_CLASS_CM			0x07

#define IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE	0x1c

struct ib_mad_hdr {
	__u8 base_version, mgmt_class, class_version, method;
	__be16 status, class_specific;
	__be64 tid;
	__be16 attr_id, resv;
	__be32 attr_mod;
};

struct ib_mad {
	struct ib_mad_hdr mad_hdr;
	__u8 data[232];
};

struct ib_mad_notice_attr {
	__u8 bytes[64];
};

#endif
