/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What arrives from a target. Nothing in it is trusted. */
#ifndef SRP_RSP_H
#define SRP_RSP_H

#include "srp_ch.h"

/* srp_ch_ops.recv_done. Softirq. */
void srp_recv_done(struct ib_cq *cq, struct ib_wc *wc);

#endif /* SRP_RSP_H */
