// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* its configuration lacks CONFIG_INFINIBAND or CONFIG_INFINIBAND_ADDR_TRANS. */
#include <linux/module.h>
#if !defined(CONFIG_INFINIBAND) && !defined(CONFIG_INFINIBAND_MODULE)
#error no RDMA core
#endif
#ifndef CONFIG_INFINIBAND_ADDR_TRANS
#error no RDMA connection manager
#endif
