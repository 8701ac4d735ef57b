/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listening, through either connection manager. */
#ifndef PEER_CM_H
#define PEER_CM_H

#include "peer_port.h"

/* start parses the rest of the line "add NAME ..." and listens; stop is called once, no request arrives afterwards. */
struct peer_listen_ops {
	int (*start)(struct peer_port *port, char *where, const char **why);
	void (*stop)(struct peer_port *port);
};

extern const struct peer_listen_ops peer_listen_rdma;	/* ADDRESS:PORT, e.g. 10.1.0.2:5556 or [fd00:1::2]:5556 */
extern const struct peer_listen_ops peer_listen_ib;	/* ib:DEVICE:SERVICE_ID, the latter in hexadecimal */

/* Watches devices for peer_listen_ib. Return: 0 or what the RDMA core said. */
int peer_cm_ib_init(void);
void peer_cm_ib_exit(void);

#endif /* PEER_CM_H */
