/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#ifndef SHIM_RDMA_IB_SMI_H
#define SHIM_RDMA_IB_SMI_H

/* IBA 14.2.1.2 */

#include <rdma/ib_mad.h>

#define IB_SMP_DATA_SIZE	64
#define IB_SMP_MAX_PATH_HOPS	64
#define IB_SMP_DIRECTION	cpu_to_be16(0x8000)

struct ib_smp {
	__u8 base_version, mgmt_class, class_version, method;
	__be16 status;
	__u8 hop_ptr, hop_cnt;
	__be64 tid;
	__be16 attr_id, resv;
	__be32 attr_mod;
	__be64 mkey;
	__be16 dr_slid, dr_dlid;
	__u8 reserved[28];
	__u8 data[IB_SMP_DATA_SIZE];
	__u8 initial_path[IB_SMP_MAX_PATH_HOPS];
	__u8 return_path[IB_SMP_MAX_PATH_HOPS];
} __packed;

#endif
