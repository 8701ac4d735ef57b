/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the transport class share. */
#ifndef SRP_RPORT_H
#define SRP_RPORT_H

#include <srp_transport.h>

/* Private part of a transport template: the driver and its sysfs containers. */
struct srp_internal {
	struct scsi_transport_template t;
	const struct srp_function_template *ft;
	struct transport_container rport_cont;
};

#define to_srp_internal(tmpl)	container_of(tmpl, struct srp_internal, t)
#define dev_to_rport(d)		container_of(d, struct srp_rport, dev)

static inline struct Scsi_Host *rport_to_shost(const struct srp_rport *rport)
{
	return dev_to_shost(rport->dev.parent);
}

static inline const struct srp_function_template *rport_ft(const struct srp_rport *rport)
{
	return to_srp_internal(rport_to_shost(rport)->transportt)->ft;
}

/* srp_rport.c */
int srp_rport_init_wq(void);
void srp_rport_exit_wq(void);
bool srp_is_rport(const struct device *dev);
int srp_rport_set_tmo(struct srp_rport *rport, const struct srp_tmo *tmo);

/* srp_rport_sysfs.c */
extern const struct attribute_group srp_rport_group;

#endif /* SRP_RPORT_H */
