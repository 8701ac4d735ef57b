// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Attributes of an SRP SCSI host. They exist from scsi_add_host() to scsi_remove_host(),
 * while the channels exist.
 */
#include "srp_sysfs.h"
#include "srp_target.h"

/* One row: how to show it, and whether it means anything for RDMA/CM logins. */
struct srp_attr {
	struct device_attribute	attr;
	ssize_t			(*show)(struct srp_target *target, char *buf);
	bool			ib_only;	/* reading gives ENOENT otherwise */
};

static ssize_t srp_attr_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct srp_attr *a = container_of(attr, struct srp_attr, attr);
	struct srp_target *target = srp_host_to_target(class_to_shost(dev));

	if (a->ib_only && target->opt.cm != SRP_CM_IB)
		return -ENOENT;
	return a->show(target, buf);
}

#define SRP_ATTR(_name, _ib_only, fmt, ...)						\
	static ssize_t _name##_show(struct srp_target *target, char *buf)		\
	{										\
		return sysfs_emit(buf, fmt "\n", ##__VA_ARGS__);			\
	}										\
	static struct srp_attr srp_attr_##_name = {					\
		.attr = __ATTR(_name, 0444, srp_attr_show, NULL),			\
		.show = _name##_show,							\
		.ib_only = _ib_only,							\
	}

static s32 srp_min_credits(struct srp_target *target)
{
	s32 min = SRP_MAX_REQ_LIM;
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		min = min(min, READ_ONCE(target->ch[i].credits));
	return min;
}

static unsigned long srp_total_zero_req_lim(struct srp_target *target)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < target->ch_count; i++)
		sum += READ_ONCE(target->ch[i].zero_req_lim);
	return sum;
}

SRP_ATTR(id_ext, false, "0x%016llx", target->opt.id_ext);
SRP_ATTR(ioc_guid, false, "0x%016llx", target->opt.ioc_guid);
SRP_ATTR(service_id, true, "0x%016llx", target->opt.service_id);
SRP_ATTR(pkey, true, "0x%04x", target->opt.pkey);
SRP_ATTR(sgid, false, "%pI6", target->sgid.raw);
SRP_ATTR(dgid, true, "%pI6", target->ch[0].ib.path.dgid.raw);
SRP_ATTR(orig_dgid, true, "%pI6", target->opt.dgid);
SRP_ATTR(req_lim, false, "%d", srp_min_credits(target));
SRP_ATTR(zero_req_lim, false, "%lu", srp_total_zero_req_lim(target));
SRP_ATTR(local_ib_port, false, "%u", target->port_num);
SRP_ATTR(local_ib_device, false, "%s", dev_name(&target->sdev->dev->dev));
SRP_ATTR(ch_count, false, "%u", target->ch_count);
SRP_ATTR(comp_vector, false, "%u", target->opt.comp_vector);
SRP_ATTR(tl_retry_count, false, "%u", target->opt.tl_retry_count);
SRP_ATTR(cmd_sg_entries, false, "%u", target->sizes.cmd_sg_entries);
SRP_ATTR(allow_ext_sg, false, "%s", target->opt.allow_ext_sg ? "true" : "false");

#define SRP_CHANNEL_LINE	160

/* A line for each channel, as many as fit in a page. */
static ssize_t channels_show(struct srp_target *target, char *buf)
{
	ssize_t len = 0;
	unsigned int i;

	for (i = 0; i < target->ch_count && len < PAGE_SIZE - SRP_CHANNEL_LINE; i++) {
		const struct srp_ch *ch = &target->ch[i];

		len += sysfs_emit_at(buf, len,
				     "%u vector=%u connected=%d credits=%d outstanding=%u zero_req_lim=%lu received=%u\n",
				     i, ch->comp_vector, READ_ONCE(ch->live),
				     READ_ONCE(ch->credits), READ_ONCE(ch->outstanding),
				     READ_ONCE(ch->zero_req_lim), READ_ONCE(ch->rx_count));
	}
	return len;
}

/* Why it does not connect, empty after a connect that worked. */
static ssize_t last_error_show(struct srp_target *target, char *buf)
{
	char text[SRP_ERROR_LEN];

	srp_last_error(target, text);
	return sysfs_emit(buf, "%s\n", text);
}

static struct srp_attr srp_attr_last_error = {
	.attr = __ATTR(last_error, 0444, srp_attr_show, NULL),
	.show = last_error_show,
};

static struct srp_attr srp_attr_channels = {
	.attr = __ATTR(channels, 0444, srp_attr_show, NULL),
	.show = channels_show,
};

kc_host_attr_t *srp_host_attrs[] = {
	KC_HOST_ATTR(srp_attr_id_ext.attr),
	KC_HOST_ATTR(srp_attr_ioc_guid.attr),
	KC_HOST_ATTR(srp_attr_service_id.attr),
	KC_HOST_ATTR(srp_attr_pkey.attr),
	KC_HOST_ATTR(srp_attr_sgid.attr),
	KC_HOST_ATTR(srp_attr_dgid.attr),
	KC_HOST_ATTR(srp_attr_orig_dgid.attr),
	KC_HOST_ATTR(srp_attr_req_lim.attr),
	KC_HOST_ATTR(srp_attr_zero_req_lim.attr),
	KC_HOST_ATTR(srp_attr_local_ib_port.attr),
	KC_HOST_ATTR(srp_attr_local_ib_device.attr),
	KC_HOST_ATTR(srp_attr_ch_count.attr),
	KC_HOST_ATTR(srp_attr_channels.attr),
	KC_HOST_ATTR(srp_attr_last_error.attr),
	KC_HOST_ATTR(srp_attr_comp_vector.attr),
	KC_HOST_ATTR(srp_attr_tl_retry_count.attr),
	KC_HOST_ATTR(srp_attr_cmd_sg_entries.attr),
	KC_HOST_ATTR(srp_attr_allow_ext_sg.attr),
	NULL
};
KC_DEFINE_HOST_ATTRS(srp_host);
