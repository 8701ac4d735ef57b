/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What arrives from a target. Nothing in it is trusted. */
#ifndef SRP_RSP_H
#define SRP_RSP_H

#include "srp_ch.h"

/* srp_ch_ops.receive: one IU. Softirq. */
void srp_receive(struct srp_ch *ch, const void *iu, unsigned int len);

#endif /* SRP_RSP_H */
