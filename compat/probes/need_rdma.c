// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* the headers of its RDMA stack do not compile. */
#include <rdma/ib_cm.h>
#include <rdma/ib_sa.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>
