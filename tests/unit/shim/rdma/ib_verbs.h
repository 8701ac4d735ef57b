/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#ifndef SHIM_RDMA_IB_VERBS_H
#define SHIM_RDMA_IB_VERBS_H

#include <linux/types.h>

#define IB_DEVICE_NODE_DESC_MAX	64

struct ib_grh {
	__u8 bytes[40];
};

enum ib_event_type {
	IB_EVENT_PORT_ACTIVE = 9, IB_EVENT_PORT_ERR, IB_EVENT_LID_CHANGE, IB_EVENT_PKEY_CHANGE, IB_EVENT_SM_CHANGE,
	IB_EVENT_CLIENT_REREGISTER = 17, IB_EVENT_GID_CHANGE
};

enum ib_port_state { IB_PORT_NOP, IB_PORT_DOWN, IB_PORT_INIT, IB_PORT_ARMED, IB_PORT_ACTIVE };

enum ib_port_phys_state {
	IB_PORT_PHYS_STATE_POLLING = 2, IB_PORT_PHYS_STATE_DISABLED, IB_PORT_PHYS_STATE_LINK_UP = 5
};

enum ib_mtu { IB_MTU_256 = 1, IB_MTU_2048 = 4, IB_MTU_4096 };
enum ib_port_width { IB_WIDTH_1X = 1, IB_WIDTH_4X = 2 };

#endif
