/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ports of the target and their files in debugfs:
 *
 *	srp_peer/control	"add NAME ADDRESS:PORT", "add NAME ib:DEVICE:SERVICE_ID", "del NAME", "luns N"
 *	srp_peer/NAME/rules	the script: lines as in peer_script.h, or "clear"; reading shows them
 *	srp_peer/NAME/send	what to do now
 *	srp_peer/NAME/state	counters
 *
 * A line that is wrong is answered with EINVAL; the kernel log says why.
 */
#ifndef PEER_PORTS_H
#define PEER_PORTS_H

int peer_ports_init(void);
void peer_ports_exit(void);

#endif /* PEER_PORTS_H */
