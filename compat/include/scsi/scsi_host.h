/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_host.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_HOST_H
#define SRP_COMPAT_SCSI_HOST_H

#include <linux/blk-mq.h>
#include <scsi/scsi_device.h>
#include_next <scsi/scsi_host.h>

/*
 * KC_DEFINE_SDEV_CONFIGURE(fn) after the definition of
 * int fn(struct scsi_device *, struct queue_limits *), and KC_SDEV_CONFIGURE(fn)
 * as an initialiser in the host template. Without sdev_configure, @lim is NULL.
 */
#ifdef KC_HAS_SDEV_CONFIGURE
#define KC_DEFINE_SDEV_CONFIGURE(fn)
#define KC_SDEV_CONFIGURE(fn)	.sdev_configure = (fn)
#else
#define KC_DEFINE_SDEV_CONFIGURE(fn)				\
	static int fn##_slave(struct scsi_device *sdev)		\
	{							\
		return fn(sdev, NULL);				\
	}
#define KC_SDEV_CONFIGURE(fn)	.slave_configure = fn##_slave
#endif

/*
 * Limits of the scatterlists: kc_shost_set_limits() before scsi_add_host() and
 * kc_sdev_set_limits() for each device as it is configured, with the same values. Hosts or
 * devices hold them, depending on the kernel. @boundary_mask: 0 for none.
 */
static inline void kc_shost_set_limits(struct Scsi_Host *shost, unsigned int max_segment_size,
				       unsigned long boundary_mask)
{
#ifdef KC_HAS_HOST_BOUNDARY
	shost->max_segment_size = max_segment_size;
	if (boundary_mask)
		shost->virt_boundary_mask = boundary_mask;
#endif
}

static inline void kc_sdev_set_limits(struct scsi_device *sdev, unsigned int max_segment_size,
				      unsigned long boundary_mask)
{
#ifndef KC_HAS_HOST_BOUNDARY
	blk_queue_max_segment_size(sdev->request_queue, max_segment_size);
	if (boundary_mask)
		blk_queue_virt_boundary(sdev->request_queue, boundary_mask);
#endif
}

/* Merging of adjacent segments: a switch of the template, as long as there was one. */
#ifdef ENABLE_CLUSTERING
#define KC_ENABLE_CLUSTERING	.use_clustering = ENABLE_CLUSTERING,
#else
#define KC_ENABLE_CLUSTERING
#endif

/* What queuecommand returns. */
#ifdef KC_HAS_QC_STATUS
typedef enum scsi_qc_status kc_qc_status_t;
#else
typedef int kc_qc_status_t;
#endif

/*
 * KC_DEFINE_MAP_QUEUES(fn, cpus) after the definition of
 * const struct cpumask *cpus(struct Scsi_Host *, unsigned int queue), and
 * KC_MAP_QUEUES(fn) in the host template: hardware queue i serves the CPUs cpus(shost, i),
 * and from the first queue on for which that is NULL, those of the block layer's choice.
 * Without maps in the tag set the block layer chooses for all of them.
 */
#ifdef KC_HAS_QUEUE_MAP
static inline void kc_map_queues(struct Scsi_Host *shost,
				 const struct cpumask *(*cpus)(struct Scsi_Host *shost,
							       unsigned int queue))
{
	struct blk_mq_queue_map *map = &shost->tag_set.map[HCTX_TYPE_DEFAULT];
	const struct cpumask *mask;
	unsigned int i;
	int cpu;

	blk_mq_map_queues(map);
	for (i = 0; i < map->nr_queues; i++) {
		mask = cpus(shost, i);
		if (!mask)
			return;
		for_each_cpu(cpu, mask)
			map->mq_map[cpu] = map->queue_offset + i;
	}
}

#ifdef KC_HAS_MAP_QUEUES_VOID
#define KC_DEFINE_MAP_QUEUES(fn, cpus)				\
	static void fn(struct Scsi_Host *shost)			\
	{							\
		kc_map_queues(shost, cpus);			\
	}
#else
#define KC_DEFINE_MAP_QUEUES(fn, cpus)				\
	static int fn(struct Scsi_Host *shost)			\
	{							\
		kc_map_queues(shost, cpus);			\
		return 0;					\
	}
#endif
#define KC_MAP_QUEUES(fn)	.map_queues = (fn),
#else
#define KC_DEFINE_MAP_QUEUES(fn, cpus)				\
	static inline const void *fn(void)			\
	{							\
		return cpus;					\
	}
#define KC_MAP_QUEUES(fn)
#endif

/*
 * Attributes of a host: kc_host_attr_t *name_attrs[] is a list of KC_HOST_ATTR(device_attribute)
 * that ends with NULL; KC_DEFINE_HOST_ATTRS(name) after it, KC_DECLARE_HOST_ATTRS(name) in a
 * header, KC_HOST_ATTRS(name) in the host template.
 */
#ifdef KC_HAS_SHOST_GROUPS
typedef struct attribute kc_host_attr_t;
#define KC_HOST_ATTR(a)			(&(a).attr)
#define KC_DECLARE_HOST_ATTRS(name)				\
	extern kc_host_attr_t *name##_attrs[];			\
	extern const struct attribute_group *name##_groups[]
#define KC_DEFINE_HOST_ATTRS(name)				\
	static const struct attribute_group name##_group = {	\
		.attrs = name##_attrs,				\
	};							\
	const struct attribute_group *name##_groups[] = {	\
		&name##_group, NULL				\
	}
#define KC_HOST_ATTRS(name)		.shost_groups = name##_groups
#else
typedef struct device_attribute kc_host_attr_t;
#define KC_HOST_ATTR(a)			(&(a))
#define KC_DECLARE_HOST_ATTRS(name)	extern struct device_attribute *name##_attrs[]
#define KC_DEFINE_HOST_ATTRS(name)	KC_DECLARE_HOST_ATTRS(name)
#define KC_HOST_ATTRS(name)		.shost_attrs = name##_attrs
#endif

#endif /* SRP_COMPAT_SCSI_HOST_H */
