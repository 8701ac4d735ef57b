/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the lower half know of each other besides vib.h. */
#ifndef VIB_LOWER_H
#define VIB_LOWER_H

#include <linux/srcu.h>
#include "vib.h"

/* vib_fabric.c: the work queue of deliveries and traps. Close clears the fault rules and drops what is still on its way. */
extern struct workqueue_struct *vib_fabric_wq;
int vib_fabric_open(void);
void vib_fabric_close(void);
void vib_fabric_init_port(struct vib_port *port);

/*
 * The HCAs' operations, NULL before vib_fabric_start(). Calls to them, and the check of port->hca before, are SRCU readers:
 * vib_fabric_detach() waits for these.
 */
extern const struct vib_hca_ops *vib_ops;
extern struct srcu_struct vib_ops_srcu;

/* vib_trap.c */
void vib_trap_init_port(struct vib_port *port);
void vib_trap_repress(struct vib_port *port, u64 tid);	/* the subnet manager has heard of it */
void vib_trap_forget(struct vib_port *port);		/* the port is gone */
void vib_trap_stop(void);

/* vib_port.c: a port as it is at power on. vib_fabric_lock is held, or nobody else knows the port. */
void vib_port_reset(struct vib_port *port);

#endif
