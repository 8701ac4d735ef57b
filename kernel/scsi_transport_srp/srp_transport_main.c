// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The transport class itself: registration, containers, module init and exit. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/transport_class.h>
#include <scsi/scsi_host.h>
#include "srp_rport.h"

/* shost_data holds the number of the last rport of a host. */
static int srp_host_setup(struct transport_container *tc, struct device *dev,
			  struct device *cdev)
{
	atomic_t *last_port = dev_to_shost(dev)->shost_data;

	atomic_set(last_port, 0);
	return 0;
}

static DECLARE_TRANSPORT_CLASS(srp_host_class, "srp_host", srp_host_setup, NULL, NULL);
static DECLARE_TRANSPORT_CLASS(srp_rport_class, "srp_remote_ports", NULL, NULL, NULL);

static bool srp_is_our_host(const struct Scsi_Host *shost)
{
	return shost->transportt && shost->transportt->host_attrs.ac.class == &srp_host_class.class;
}

static int srp_host_match(struct attribute_container *cont, struct device *dev)
{
	struct Scsi_Host *shost;

	if (!scsi_is_host_device(dev))
		return 0;
	shost = dev_to_shost(dev);
	return srp_is_our_host(shost) && &shost->transportt->host_attrs.ac == cont;
}

static int srp_rport_match(struct attribute_container *cont, struct device *dev)
{
	struct Scsi_Host *shost;

	if (!srp_is_rport(dev))
		return 0;
	shost = dev_to_shost(dev->parent);
	return srp_is_our_host(shost) &&
		&to_srp_internal(shost->transportt)->rport_cont.ac == cont;
}

struct scsi_transport_template *srp_attach_transport(const struct srp_function_template *ft)
{
	struct srp_internal *i = kzalloc(sizeof(*i), GFP_KERNEL);

	if (!i)
		return NULL;
	i->ft = ft;
	i->t.host_size = sizeof(atomic_t);
	i->t.host_attrs.ac.class = &srp_host_class.class;
	i->t.host_attrs.ac.match = srp_host_match;
	transport_container_register(&i->t.host_attrs);

	i->rport_cont.ac.class = &srp_rport_class.class;
	i->rport_cont.ac.match = srp_rport_match;
	i->rport_cont.ac.grp = &srp_rport_group;
	transport_container_register(&i->rport_cont);
	return &i->t;
}
EXPORT_SYMBOL_GPL(srp_attach_transport);

void srp_release_transport(struct scsi_transport_template *t)
{
	struct srp_internal *i = to_srp_internal(t);

	transport_container_unregister(&i->rport_cont);
	transport_container_unregister(&i->t.host_attrs);
	kfree(i);
}
EXPORT_SYMBOL_GPL(srp_release_transport);

int srp_check_module_tmo(const struct srp_tmo *tmo)
{
	const char *why = srp_tmo_check(tmo, LONG_MAX / HZ);

	if (!why)
		return 0;
	pr_err("%s\n", why);
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(srp_check_module_tmo);

EXPORT_SYMBOL_GPL(srp_tmo_parse);
EXPORT_SYMBOL_GPL(srp_tmo_format);

static int __init srp_transport_init(void)
{
	int ret;

	ret = srp_rport_init_wq();
	if (ret)
		return ret;
	ret = transport_class_register(&srp_host_class);
	if (ret)
		goto exit_wq;
	ret = transport_class_register(&srp_rport_class);
	if (ret)
		goto unregister_host_class;
	return 0;

unregister_host_class:
	transport_class_unregister(&srp_host_class);
exit_wq:
	srp_rport_exit_wq();
	return ret;
}

static void __exit srp_transport_exit(void)
{
	transport_class_unregister(&srp_rport_class);
	transport_class_unregister(&srp_host_class);
	srp_rport_exit_wq();
}

MODULE_DESCRIPTION("SRP transport class");
MODULE_AUTHOR("ib_srp-backport");
MODULE_LICENSE("Dual BSD/GPL");
MODULE_VERSION(SRP_VERSION);
module_init(srp_transport_init);
module_exit(srp_transport_exit);
