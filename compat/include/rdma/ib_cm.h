/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <rdma/ib_cm.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_IB_CM_H
#define SRP_COMPAT_IB_CM_H

#include_next <rdma/ib_cm.h>

/* What a handler of the connection manager is given. */
#ifdef KC_HAS_CM_EVENT_CONST
typedef const struct ib_cm_event kc_cm_event_t;
#else
typedef struct ib_cm_event kc_cm_event_t;
#endif

#endif /* SRP_COMPAT_IB_CM_H */
