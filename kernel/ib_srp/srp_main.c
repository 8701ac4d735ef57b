// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Module init and exit, RDMA devices that come and go, their events. */
#include <linux/err.h>
#include <linux/module.h>
#include <rdma/ib_sa.h>
#include <srp_transport.h>
#include "srp_count.h"
#include "srp_host.h"
#include "srp_log.h"
#include "srp_login.h"
#include "srp_params.h"
#include "srp_scsi.h"
#include "srp_target.h"

/* Below this, logins through busy switches run into CM time-outs. */
#define SRP_MIN_SUBNET_TIMEOUT	15

struct ib_sa_client srp_sa_client;
struct scsi_transport_template *srp_transport;
static struct ib_client srp_client;

static void srp_check_subnet_timeout(struct ib_device *dev, u32 port)
{
	struct ib_port_attr attr;

	if (!rdma_protocol_ib(dev, port) || ib_query_port(dev, port, &attr))
		return;
	if (attr.subnet_timeout < SRP_MIN_SUBNET_TIMEOUT)
		pr_warn(SRP_PFX "%s: subnet timeout %d may cause SRP login to fail.\n",
			dev_name(&dev->dev), attr.subnet_timeout);
}

/* --- events ------------------------------------------------------------------------- */

/* What an event means for targets behind its port; NULL: nothing. */
static void (*srp_event_reaction(enum ib_event_type event))(struct srp_target *target)
{
	switch (event) {
	case IB_EVENT_DEVICE_FATAL:
	case IB_EVENT_PORT_ERR:
	case IB_EVENT_LID_CHANGE:	/* the target answers to the old one */
		return srp_target_port_down;
	case IB_EVENT_PKEY_CHANGE:
		return srp_target_pkey_change;
	case IB_EVENT_PORT_ACTIVE:
	case IB_EVENT_SM_CHANGE:
	case IB_EVENT_CLIENT_REREGISTER:
	KC_CASE_GID_CHANGE
		return srp_target_port_up;
	default:
		return NULL;
	}
}

/* Any context. */
static void srp_event(struct ib_event_handler *handler, struct ib_event *event)
{
	struct srp_device *sdev = container_of(handler, struct srp_device, event_handler);
	void (*reaction)(struct srp_target *target) = srp_event_reaction(event->event);
	struct srp_host *host;

	if (!reaction)
		return;
	list_for_each_entry(host, &sdev->hosts, node)
		if (event->event == IB_EVENT_DEVICE_FATAL || event->element.port_num == host->port)
			srp_host_for_each_target(host, reaction);
}

/* --- RDMA devices ---------------------------------------------------------------------- */

static void srp_destroy_hosts(struct srp_device *sdev)
{
	struct srp_host *host, *next;

	list_for_each_entry_safe(host, next, &sdev->hosts, node) {
		list_del(&host->node);
		srp_host_destroy(host);
	}
}

static int srp_add_one(struct ib_device *dev)
{
	struct srp_device *sdev;
	struct srp_host *host;
	u32 port;
	int ret;

	sdev = srp_device_create(dev);
	if (IS_ERR(sdev)) {
		ret = PTR_ERR(sdev);
		goto log;
	}
	rdma_for_each_port(dev, port) {
		srp_check_subnet_timeout(dev, port);
		host = srp_host_create(sdev, port);
		if (IS_ERR(host)) {
			ret = PTR_ERR(host);
			goto destroy_hosts;
		}
		list_add_tail(&host->node, &sdev->hosts);
	}
	INIT_IB_EVENT_HANDLER(&sdev->event_handler, dev, srp_event);
	ib_register_event_handler(&sdev->event_handler);
	ib_set_client_data(dev, &srp_client, sdev);
	return 0;

destroy_hosts:
	srp_destroy_hosts(sdev);
	srp_device_destroy(sdev);
log:
	/* Nobody else says so: the RDMA core goes on without this client. */
	dev_err(&dev->dev, "not usable for SRP (%d)\n", ret);
	return ret;
}

static void srp_remove_one(struct ib_device *dev, void *client_data)
{
	struct srp_device *sdev = client_data;

	ib_unregister_event_handler(&sdev->event_handler);
	srp_destroy_hosts(sdev);
	srp_device_destroy(sdev);
}

static void srp_rename_one(struct ib_device *dev, void *client_data)
{
	struct srp_device *sdev = client_data;
	struct srp_host *host;

	list_for_each_entry(host, &sdev->hosts, node)
		srp_host_rename(host);
}

KC_DEFINE_CLIENT(srp_client, "srp", srp_add_one, srp_remove_one, srp_rename_one);

/* --- module ------------------------------------------------------------------------------- */

static int __init srp_init(void)
{
	int ret;

	srp_params_init();
	ret = srp_target_init_wq();
	if (ret)
		return ret;
	srp_transport = srp_attach_transport(&srp_transport_functions);
	if (!srp_transport) {
		ret = -ENOMEM;
		goto exit_wq;
	}
	ret = srp_host_register_class();
	if (ret) {
		pr_err(SRP_PFX "couldn't register class infiniband_srp\n");
		goto release_transport;
	}
	ib_sa_register_client(&srp_sa_client);
	ret = ib_register_client(&srp_client);
	if (ret) {
		pr_err(SRP_PFX "couldn't register IB client\n");
		goto unregister_sa;
	}
	return 0;

unregister_sa:
	ib_sa_unregister_client(&srp_sa_client);
	srp_host_unregister_class();
release_transport:
	srp_release_transport(srp_transport);
exit_wq:
	srp_target_exit_wq();
	return ret;
}

static void __exit srp_exit(void)
{
	ib_unregister_client(&srp_client);
	/* Waits for the end of removals. */
	srp_target_exit_wq();
	ib_sa_unregister_client(&srp_sa_client);
	srp_host_unregister_class();
	srp_release_transport(srp_transport);
	srp_count_report();
}

MODULE_DESCRIPTION("InfiniBand SCSI RDMA Protocol initiator");
MODULE_AUTHOR("ib_srp-backport");
MODULE_LICENSE("Dual BSD/GPL");
MODULE_VERSION(SRP_VERSION);
module_init(srp_init);
module_exit(srp_exit);
