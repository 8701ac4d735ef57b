// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* HCA ports and add_target: parse, check, size, connect, publish. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include "srp_host.h"
#include "srp_log.h"
#include "srp_params.h"
#include "srp_scsi.h"
#include "srp_target.h"

#define dev_to_srp_host(d)	container_of(d, struct srp_host, dev)

/* --- targets of a port ------------------------------------------------------------- */

/*
 * The same login twice would make the target end the first session for the second, and
 * so on. SRP r16a 4.2: a nexus is initiator port and target port; an RDMA/CM address is
 * another port of the target.
 */
static bool srp_same_nexus(const struct srp_options *a, const struct srp_options *b)
{
	if (a->id_ext != b->id_ext || a->ioc_guid != b->ioc_guid ||
	    a->initiator_ext != b->initiator_ext || a->cm != b->cm)
		return false;
	return a->cm == SRP_CM_IB || !memcmp(&a->dest, &b->dest, sizeof(a->dest));
}

static void srp_log_duplicate(const struct srp_target *target)
{
	const struct srp_options *opt = &target->opt;

	if (opt->cm == SRP_CM_IB)
		srp_info(target->shost,
			 "Already connected to target port with id_ext=%016llx;ioc_guid=%016llx;initiator_ext=%016llx\n",
			 opt->id_ext, opt->ioc_guid, opt->initiator_ext);
	else
		srp_info(target->shost,
			 "Already connected to target port with id_ext=%016llx;ioc_guid=%016llx;dest=%s\n",
			 opt->id_ext, opt->ioc_guid, target->name);
}

/* From here on nobody else logs in to this nexus, and device removal knows the target. */
static int srp_host_add(struct srp_host *host, struct srp_target *target)
{
	struct srp_target *other;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&host->lock, flags);
	if (host->going)
		ret = -ENODEV;
	list_for_each_entry(other, &host->targets, node)
		if (srp_same_nexus(&other->opt, &target->opt))
			ret = ret ? : -EEXIST;
	if (!ret)
		list_add_tail(&target->node, &host->targets);
	spin_unlock_irqrestore(&host->lock, flags);
	if (ret == -EEXIST)
		srp_log_duplicate(target);
	return ret;
}

void srp_host_for_each_target(struct srp_host *host, void (*fn)(struct srp_target *target))
{
	struct srp_target *target;
	unsigned long flags;

	spin_lock_irqsave(&host->lock, flags);
	list_for_each_entry(target, &host->targets, node)
		fn(target);
	spin_unlock_irqrestore(&host->lock, flags);
}

/* --- add_target ---------------------------------------------------------------------- */

/* For whoever wrote to add_target and got no more than an error number. */
__printf(2, 3)
static void srp_host_set_error(struct srp_host *host, const char *fmt, ...)
{
	unsigned long flags;
	va_list args;

	va_start(args, fmt);
	spin_lock_irqsave(&host->lock, flags);
	vsnprintf(host->last_error, sizeof(host->last_error), fmt, args);
	spin_unlock_irqrestore(&host->lock, flags);
	va_end(args);
}

static void srp_host_set_login_error(struct srp_host *host, const struct srp_options *opt,
				     const char *text)
{
	srp_host_set_error(host, "id_ext=%016llx,ioc_guid=%016llx: %s", opt->id_ext,
			   opt->ioc_guid, text);
}

static void srp_login_failed(struct srp_target *target, int err)
{
	char text[SRP_ERROR_LEN];

	srp_last_error(target, text);
	if (!text[0])
		snprintf(text, sizeof(text), "error %d", err);
	srp_host_set_login_error(target->host, &target->opt, text);
}

static int srp_parse_login(struct srp_host *host, const char *buf, size_t count,
			   struct srp_options *opt)
{
	struct srp_option_defaults def;
	struct srp_option_msgs msgs;
	int ret;

	srp_param_option_defaults(&def);
	ret = srp_options_parse(buf, count, &def, opt, &msgs);
	if (msgs.error[0]) {
		pr_warn(SRP_PFX "%s\n", msgs.error);
		srp_host_set_error(host, "%s", msgs.error);
	}
	if (msgs.warning[0])
		pr_warn(SRP_PFX "%s\n", msgs.warning);
	return ret;
}

static int srp_size_target(struct srp_target *target)
{
	unsigned int max_sectors = target->opt.max_sect ? : SCSI_DEFAULT_MAX_SECTORS;
	unsigned int ch_count = target->opt.ch_count ? : srp_param_ch_count;
	const char *note = NULL;
	int ret;

	ret = srp_sizes_init(&target->sizes, &target->opt, &target->sdev->hca,
			     &target->sdev->reg, max_sectors, srp_param_imm_data(), &note);
	if (note)
		srp_warn(target->shost, "%s\n", note);
	if (ret) {
		srp_path_err(target, "%s cannot hold the work requests of a single command; reduce max_sect",
			     dev_name(&target->sdev->dev->dev));
		return ret;
	}
	target->login.it_iu_len = target->sizes.it_iu_len;
	target->login.imm_data = target->sizes.imm_data_max > 0;
	target->ch_count = srp_channel_count(ch_count, num_online_nodes(),
					     target->sdev->dev->num_comp_vectors,
					     num_online_cpus());
	return 0;
}

static void srp_log_new_target(const struct srp_target *target)
{
	const struct srp_options *opt = &target->opt;

	if (opt->cm == SRP_CM_IB)
		srp_dbg(target->shost,
			"new target: id_ext %016llx ioc_guid %016llx pkey %04x service_id %016llx sgid %pI6 dgid %pI6\n",
			opt->id_ext, opt->ioc_guid, opt->pkey, opt->service_id,
			target->sgid.raw, opt->dgid);
	else
		srp_dbg(target->shost,
			"new target: id_ext %016llx ioc_guid %016llx sgid %pI6 dest %s\n",
			opt->id_ext, opt->ioc_guid, target->sgid.raw, target->name);
}

/* Find its LUNs. A path that died meanwhile may have hidden some or all of them. */
static void srp_scan_target(struct srp_target *target, struct srp_rport *rport)
{
	unsigned int attempts = READ_ONCE(rport->attempts);

	srp_log_new_target(target);
	scsi_scan_target(&target->shost->shost_gendev, 0, 0, SCAN_WILD_CARD,
			 SCSI_SCAN_INITIAL);
	/* It went and came back: look again for what the scan could not see. */
	if (READ_ONCE(rport->attempts) != attempts)
		scsi_scan_target(&target->shost->shost_gendev, 0, 0, SCAN_WILD_CARD,
				 SCSI_SCAN_RESCAN);
	if (!srp_target_usable(target) && srp_target_remove(target))
		srp_info(target->shost, "SCSI scan failed - removing SCSI host\n");
}

static int srp_login_target(struct srp_host *host, const struct srp_options *opt)
{
	struct srp_target *target;
	struct srp_rport *rport;
	struct Scsi_Host *shost;
	int ret;

	shost = srp_scsi_alloc_host(srp_transport);
	if (!shost) {
		srp_host_set_login_error(host, opt, "out of memory");
		return -ENOMEM;
	}
	target = srp_host_to_target(shost);
	srp_target_init(target, shost, host, opt);

	ret = srp_host_add(host, target);
	if (ret)
		goto free_target;
	ret = srp_size_target(target);
	if (ret)
		goto free_target;
	ret = srp_target_connect(target);
	if (ret)
		goto free_target;
	ret = srp_scsi_set_limits(target);
	if (ret)
		goto disconnect;
	ret = scsi_add_host(shost, target->sdev->dev->dev.parent);
	if (ret)
		goto disconnect;
	/* Once published, removal may be faster than we are. */
	scsi_host_get(shost);
	ret = srp_target_publish(target);
	if (ret)
		goto remove_host;
	rport = target->rport;
	srp_scan_target(target, rport);
	srp_rport_put(rport);
	scsi_host_put(shost);
	return 0;

remove_host:
	scsi_remove_host(shost);
	scsi_host_put(shost);
disconnect:
	srp_target_disconnect(target);
free_target:
	srp_login_failed(target, ret);
	srp_target_free(target);
	return ret;
}

static ssize_t add_target_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct srp_host *host = dev_to_srp_host(dev);
	struct srp_options opt;
	int ret;

	ret = srp_parse_login(host, buf, count, &opt);
	if (!ret)
		ret = srp_login_target(host, &opt);
	return ret ? : count;
}
static DEVICE_ATTR_WO(add_target);

static ssize_t ibdev_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_name(&dev_to_srp_host(dev)->sdev->dev->dev));
}
static DEVICE_ATTR_RO(ibdev);

static ssize_t port_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", dev_to_srp_host(dev)->port);
}
static DEVICE_ATTR_RO(port);

/* "id_ext=<16 digits>,ioc_guid=<16 digits>: <reason>", or what is wrong with the login string. */
static ssize_t last_error_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct srp_host *host = dev_to_srp_host(dev);
	unsigned long flags;
	ssize_t len;

	spin_lock_irqsave(&host->lock, flags);
	len = sysfs_emit(buf, "%s\n", host->last_error);
	spin_unlock_irqrestore(&host->lock, flags);
	return len;
}
static DEVICE_ATTR_RO(last_error);

static struct attribute *srp_class_attrs[] = {
	&dev_attr_add_target.attr,
	&dev_attr_ibdev.attr,
	&dev_attr_last_error.attr,
	&dev_attr_port.attr,
	NULL
};
ATTRIBUTE_GROUPS(srp_class);

/* --- class --------------------------------------------------------------------------- */

static void srp_host_release(struct device *dev)
{
	kfree(dev_to_srp_host(dev));
}

static struct class srp_class = {
	.name = "infiniband_srp",
	KC_CLASS_DEV_GROUPS(srp_class_groups)
	.dev_release = srp_host_release,
};

int srp_host_register_class(void)
{
	return class_register(&srp_class);
}

void srp_host_unregister_class(void)
{
	class_unregister(&srp_class);
}

/* --- life ------------------------------------------------------------------------------ */

struct srp_host *srp_host_create(struct srp_device *sdev, u32 port)
{
	struct srp_host *host = kzalloc(sizeof(*host), GFP_KERNEL);
	int ret;

	if (!host)
		return ERR_PTR(-ENOMEM);
	host->sdev = sdev;
	host->port = port;
	spin_lock_init(&host->lock);
	INIT_LIST_HEAD(&host->targets);
	init_waitqueue_head(&host->empty);

	device_initialize(&host->dev);
	host->dev.class = &srp_class;
	kc_dev_set_groups(&host->dev, srp_class_groups);
	host->dev.parent = sdev->dev->dev.parent;
	ret = dev_set_name(&host->dev, "srp-%s-%u", dev_name(&sdev->dev->dev), port);
	if (!ret)
		ret = device_add(&host->dev);
	if (ret)
		goto put_dev;
	return host;

put_dev:
	put_device(&host->dev);
	return ERR_PTR(ret);
}

void srp_host_rename(struct srp_host *host)
{
	char name[IB_DEVICE_NAME_MAX + 16];

	snprintf(name, sizeof(name), "srp-%s-%u", dev_name(&host->sdev->dev->dev), host->port);
	if (device_rename(&host->dev, name))
		dev_warn(&host->dev, "renaming to %s failed\n", name);
}

static bool srp_host_is_empty(struct srp_host *host)
{
	unsigned long flags;
	bool empty;

	spin_lock_irqsave(&host->lock, flags);
	empty = list_empty(&host->targets);
	spin_unlock_irqrestore(&host->lock, flags);
	return empty;
}

static void srp_host_remove_target(struct srp_target *target)
{
	srp_target_remove(target);
}

void srp_host_destroy(struct srp_host *host)
{
	unsigned long flags;

	spin_lock_irqsave(&host->lock, flags);
	host->going = true;
	spin_unlock_irqrestore(&host->lock, flags);
	/* Logins return early, so that deleting the device does not wait for them. */
	srp_host_for_each_target(host, srp_host_remove_target);
	device_del(&host->dev);
	wait_event(host->empty, srp_host_is_empty(host));
	put_device(&host->dev);
}
