// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* /sys/class/srp_remote_ports/port-<host>:<n>/: see doc/sysfs.md. */
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include <scsi/scsi_host.h>
#include "srp_rport.h"

/* The class device is a child of the rport. */
static struct srp_rport *srp_dev_rport(struct device *dev)
{
	return dev_to_rport(dev->parent);
}

static ssize_t port_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return kc_format_id(buf, srp_dev_rport(dev)->port_id);
}
static DEVICE_ATTR_RO(port_id);

static ssize_t roles_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const names[] = {
		[SRP_RPORT_ROLE_INITIATOR] = "SRP Initiator",
		[SRP_RPORT_ROLE_TARGET] = "SRP Target",
	};
	u8 roles = srp_dev_rport(dev)->roles;

	return sysfs_emit(buf, "%s\n", roles < ARRAY_SIZE(names) ? names[roles] : "unknown");
}
static DEVICE_ATTR_RO(roles);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  srp_rport_state_name(READ_ONCE(srp_dev_rport(dev)->state)));
}
static DEVICE_ATTR_RO(state);

static ssize_t failed_reconnects_show(struct device *dev, struct device_attribute *attr,
				      char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(srp_dev_rport(dev)->failed_reconnects));
}
static DEVICE_ATTR_RO(failed_reconnects);

static ssize_t delete_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct srp_rport *rport = srp_dev_rport(dev);

	rport_ft(rport)->rport_delete(rport);
	return count;
}
static DEVICE_ATTR_WO(delete);

/* Told by whoever sees the fabric, srp_daemon say; a mistake costs one reconnect. */
static ssize_t fail_path_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct srp_rport *rport = srp_dev_rport(dev);

	if (!sysfs_streq(buf, "1")) {
		dev_err(&rport->dev, "fail_path takes only 1: the path to the target port is gone\n");
		return -EINVAL;
	}
	rport_ft(rport)->path_gone(rport);
	return count;
}
static DEVICE_ATTR_WO(fail_path);

/* One of the three time-outs; @ea.var is its offset in struct srp_tmo. */
static int *srp_tmo_field(struct srp_tmo *tmo, struct device_attribute *attr)
{
	struct dev_ext_attribute *ea = container_of(attr, struct dev_ext_attribute, attr);

	return (int *)((char *)tmo + (uintptr_t)ea->var);
}

static ssize_t srp_tmo_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct srp_tmo tmo = srp_dev_rport(dev)->tmo;
	int len = srp_tmo_format(buf, PAGE_SIZE - 1, *srp_tmo_field(&tmo, attr));

	buf[len++] = '\n';
	return len;
}

static ssize_t srp_tmo_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct srp_rport *rport = srp_dev_rport(dev);
	struct srp_tmo tmo;
	int secs, ret;

	ret = srp_tmo_parse(buf, &secs);
	if (ret)
		return ret;
	mutex_lock(&rport->mutex);
	tmo = rport->tmo;
	*srp_tmo_field(&tmo, attr) = secs;
	ret = srp_rport_set_tmo(rport, &tmo);
	mutex_unlock(&rport->mutex);
	return ret ? : count;
}

#define SRP_TMO_ATTR(_name, _field)						\
	struct dev_ext_attribute dev_attr_##_name = {				\
		.attr = __ATTR(_name, 0644, srp_tmo_show, srp_tmo_store),	\
		.var = (void *)offsetof(struct srp_tmo, _field),		\
	}

static SRP_TMO_ATTR(reconnect_delay, reconnect_delay);
static SRP_TMO_ATTR(fast_io_fail_tmo, fast_io_fail);
static SRP_TMO_ATTR(dev_loss_tmo, dev_loss);

static struct attribute *srp_rport_attrs[] = {
	&dev_attr_port_id.attr,
	&dev_attr_roles.attr,
	&dev_attr_state.attr,
	&dev_attr_failed_reconnects.attr,
	&dev_attr_delete.attr,
	&dev_attr_fail_path.attr,
	&dev_attr_reconnect_delay.attr.attr,
	&dev_attr_fast_io_fail_tmo.attr.attr,
	&dev_attr_dev_loss_tmo.attr.attr,
	NULL
};

const struct attribute_group srp_rport_group = {
	.attrs = srp_rport_attrs,
};
