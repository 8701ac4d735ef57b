// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The SCSI host template and what the SCSI core is told about a target. */
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/module.h>
#include "srp_eh.h"
#include "srp_io.h"
#include "srp_log.h"
#include "srp_scsi.h"
#include "srp_sysfs.h"

static const char *srp_scsi_info(struct Scsi_Host *shost)
{
	return srp_host_to_target(shost)->info;
}

/* One registration covers only what has no gaps between its pages. */
static unsigned long srp_boundary_mask(const struct srp_target *target)
{
	return target->sdev->hca.sg_gaps ? 0 : target->sdev->hca.mr_page_size - 1;
}

/*
 * The SCSI core does not find the devices of a module that is being unloaded, and would add
 * them for the second time when somebody scans.
 */
static int srp_sdev_init(struct scsi_device *sdev)
{
	return module_is_live(THIS_MODULE) ? 0 : -ENXIO;
}

static int srp_sdev_configure(struct scsi_device *sdev, struct queue_limits *lim)
{
	struct srp_target *target = srp_host_to_target(sdev->host);

	kc_sdev_set_limits(sdev, ib_dma_max_seg_size(target->sdev->dev), srp_boundary_mask(target));
	srp_target_set_rq_timeout(target, sdev);
	return 0;
}

KC_DEFINE_SDEV_CONFIGURE(srp_sdev_configure)

static int srp_target_alloc(struct scsi_target *starget)
{
	const struct srp_target *target = srp_host_to_target(dev_to_shost(starget->dev.parent));

	if (target->opt.target_can_queue)
		starget->can_queue = target->opt.target_can_queue;
	return 0;
}

static int srp_change_queue_depth(struct scsi_device *sdev, int depth)
{
	return scsi_change_queue_depth(sdev, sdev->tagged_supported ? depth : 1);
}

KC_DEFINE_CHANGE_QUEUE_DEPTH(srp_change_queue_depth)

static struct kc_tags *srp_tags(struct Scsi_Host *shost)
{
	return &srp_host_to_target(shost)->tags;
}

KC_DEFINE_QUEUECOMMAND(srp_queuecommand, srp_tags)

/* Submit where the HCA completes, as far as it tells which CPUs that are. */
static const struct cpumask *srp_queue_cpus(struct Scsi_Host *shost, unsigned int queue)
{
	struct srp_target *target = srp_host_to_target(shost);

	/* The block layer's own map is better than several queues for the CPUs of one vector. */
	if (target->ch_count > target->sdev->dev->num_comp_vectors)
		return NULL;
	return ib_get_vector_affinity(target->sdev->dev, target->ch[queue].comp_vector);
}

KC_DEFINE_MAP_QUEUES(srp_map_queues, srp_queue_cpus)

static struct scsi_host_template srp_scsi_template = {
	.module = THIS_MODULE,
	.name = "InfiniBand SRP initiator",
	.proc_name = "ib_srp",
	.info = srp_scsi_info,
	.target_alloc = srp_target_alloc,
	KC_SDEV_INIT(srp_sdev_init),
	KC_SDEV_CONFIGURE(srp_sdev_configure),
	KC_QUEUECOMMAND(srp_queuecommand),
	KC_CHANGE_QUEUE_DEPTH(srp_change_queue_depth),
	KC_MAP_QUEUES(srp_map_queues)
	KC_ENABLE_CLUSTERING
	.eh_abort_handler = srp_abort,
	.eh_device_reset_handler = srp_reset_device,
	.eh_host_reset_handler = srp_reset_host,
	.skip_settle_delay = true,
	.can_queue = SRP_DEFAULT_QUEUE_SIZE,
	.cmd_per_lun = SRP_DEFAULT_CMD_PER_LUN,
	.this_id = -1,
	KC_HOST_ATTRS(srp_host),
};

struct Scsi_Host *srp_scsi_alloc_host(struct scsi_transport_template *transport)
{
	struct Scsi_Host *shost;

	shost = scsi_host_alloc(&srp_scsi_template, sizeof(struct srp_target));
	if (!shost)
		return NULL;
	shost->transportt = transport;
	shost->max_channel = 0;
	shost->max_id = 1;
	shost->max_lun = KC_MAX_LUN;
	shost->max_cmd_len = SRP_MAX_CDB_LEN;
	return shost;
}

/* Credits that every channel has; one is kept for task management. */
static int srp_queue_limit(struct srp_target *target)
{
	return min_t(s32, srp_target_min_req_lim(target) - 1, target->sizes.queue_size);
}

int srp_scsi_set_limits(struct srp_target *target)
{
	struct Scsi_Host *shost = target->shost;
	struct ib_device *dev = target->sdev->dev;
	int can_queue = srp_queue_limit(target);
	int ret;

	if (can_queue < 1)
		return -ENODEV;
	shost->can_queue = can_queue;
	shost->cmd_per_lun = min_t(int, target->opt.max_cmd_per_lun, can_queue);
	shost->sg_tablesize = srp_target_sg_limit(target);
	ret = kc_shost_set_queues(shost, &target->tags, target->ch_count);
	if (ret)
		return ret;
	if (target->opt.max_sect)
		shost->max_sectors = target->opt.max_sect;
	kc_shost_set_limits(shost, ib_dma_max_seg_size(dev), srp_boundary_mask(target));
	snprintf(target->info, sizeof(target->info), "SRP.T10:%016llX", target->opt.id_ext);
	return 0;
}
