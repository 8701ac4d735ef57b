/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shadow of <scsi/scsi_host.h>: the names of newer kernels. */
#ifndef SRP_COMPAT_SCSI_HOST_H
#define SRP_COMPAT_SCSI_HOST_H

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include_next <scsi/scsi_host.h>

/*
 * KC_DEFINE_SDEV_CONFIGURE(fn) after the definition of
 * int fn(struct scsi_device *, struct queue_limits *), and KC_SDEV_CONFIGURE(fn)
 * as an initialiser in the host template. Without sdev_configure, @lim is NULL.
 * KC_SDEV_INIT(fn) with int fn(struct scsi_device *): sdev_init got its name with it.
 */
#ifdef KC_HAS_SDEV_CONFIGURE
#define KC_DEFINE_SDEV_CONFIGURE(fn)
#define KC_SDEV_CONFIGURE(fn)	.sdev_configure = (fn)
#define KC_SDEV_INIT(fn)	.sdev_init = (fn)
#else
#define KC_SDEV_INIT(fn)	.slave_alloc = (fn)
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

#ifndef KC_HAS_HOST_BOUNDARY
/* Before 4.3 a list with gaps is none of the block layer's business. It takes more registrations. */
static inline void kc_queue_set_boundary(struct request_queue *q, unsigned long mask)
{
#ifdef KC_HAS_CLIENT_DATA
	blk_queue_virt_boundary(q, mask);
#endif
}
#endif

static inline void kc_sdev_set_limits(struct scsi_device *sdev, unsigned int max_segment_size,
				      unsigned long boundary_mask)
{
#ifndef KC_HAS_HOST_BOUNDARY
	blk_queue_max_segment_size(sdev->request_queue, max_segment_size);
	if (boundary_mask)
		kc_queue_set_boundary(sdev->request_queue, boundary_mask);
#endif
}

/* Merging of adjacent segments: a switch of the template, as long as there was one. */
#ifdef ENABLE_CLUSTERING
#define KC_ENABLE_CLUSTERING	.use_clustering = ENABLE_CLUSTERING,
#else
#define KC_ENABLE_CLUSTERING
#endif

/* LUNs have 64 bits since 3.17. */
#define KC_MAX_LUN	((typeof(((struct Scsi_Host *)NULL)->max_lun))-1)

/*
 * Hardware queues and tags. kc_shost_set_queues() before scsi_add_host(), when can_queue is that of
 * one queue; kc_tags_exit() after scsi_remove_host(), when the driver holds no command and before it frees what
 * fn needs: no call of fn runs or begins after it. Without hardware queues: engine compat/src/tags.c.
 * KC_DEFINE_QUEUECOMMAND(fn, tags_of) after the definition of
 * kc_qc_status_t fn(struct Scsi_Host *, struct scsi_cmnd *), and KC_QUEUECOMMAND(fn) in the host
 * template; struct kc_tags *tags_of(struct Scsi_Host *).
 */
#ifdef KC_HAS_HW_QUEUES
struct kc_tags {
};

static inline int kc_shost_set_queues(struct Scsi_Host *shost, struct kc_tags *tags,
				      unsigned int nr)
{
#ifdef KC_HAS_USE_BLK_MQ
	shost->use_blk_mq = true;
#endif
	shost->nr_hw_queues = nr;
	return 0;
}

static inline void kc_tags_exit(struct Scsi_Host *shost, struct kc_tags *tags)
{
}

#define KC_DEFINE_QUEUECOMMAND(fn, tags_of)			\
	static inline const void *fn##_tags(void)		\
	{							\
		return tags_of;					\
	}
#define KC_QUEUECOMMAND(fn)	.queuecommand = (fn)
#else
struct kc_tag;

struct kc_tags {
	spinlock_t	lock;
	struct kc_tag	*all;	/* array */
	struct kc_tag	**idle;	/* a list for each queue */
	unsigned int	nr_queues;
};

int kc_shost_set_queues(struct Scsi_Host *shost, struct kc_tags *tags, unsigned int nr);
void kc_tags_exit(struct Scsi_Host *shost, struct kc_tags *tags);
int kc_tags_queue(struct kc_tags *tags, struct Scsi_Host *shost, struct scsi_cmnd *cmd,
		  int (*fn)(struct Scsi_Host *shost, struct scsi_cmnd *cmd));

#ifdef KC_HAS_QC_SHOST
#define KC_DEFINE_QUEUECOMMAND(fn, tags_of)					\
	static int fn##_tagged(struct Scsi_Host *shost, struct scsi_cmnd *cmd)	\
	{									\
		return kc_tags_queue(tags_of(shost), shost, cmd, fn);		\
	}
#else
/* The lock of the host is held, interrupts are off. */
#define KC_DEFINE_QUEUECOMMAND(fn, tags_of)					\
	static int fn##_tagged(struct scsi_cmnd *cmd, void (*done)(struct scsi_cmnd *))	\
	{									\
		struct Scsi_Host *shost = cmd->device->host;			\
		int ret;							\
										\
		cmd->scsi_done = done;						\
		spin_unlock(shost->host_lock);					\
		ret = kc_tags_queue(tags_of(shost), shost, cmd, fn);		\
		spin_lock(shost->host_lock);					\
		return ret;							\
	}
#endif
#define KC_QUEUECOMMAND(fn)	.queuecommand = fn##_tagged
#endif

/*
 * KC_DEFINE_CHANGE_QUEUE_DEPTH(fn) after the definition of int fn(struct scsi_device *, int depth),
 * KC_CHANGE_QUEUE_DEPTH(fn) in the host template.
 */
#ifdef KC_HAS_TRACK_QUEUE_DEPTH
#define KC_DEFINE_CHANGE_QUEUE_DEPTH(fn)
#define KC_CHANGE_QUEUE_DEPTH(fn)	.change_queue_depth = (fn), .track_queue_depth = 1
#else
#include <scsi/scsi_tcq.h>

static inline int scsi_change_queue_depth(struct scsi_device *sdev, int depth)
{
	scsi_adjust_queue_depth(sdev, scsi_get_tag_type(sdev), depth);
	return sdev->queue_depth;
}

#ifdef KC_HAS_QDEPTH_REASON
#define KC_DEFINE_CHANGE_QUEUE_DEPTH(fn)						\
	static int fn##_reason(struct scsi_device *sdev, int depth, int reason)		\
	{										\
		if (reason == SCSI_QDEPTH_QFULL) {					\
			scsi_track_queue_full(sdev, depth);				\
			return sdev->queue_depth;					\
		}									\
		return fn(sdev, depth);							\
	}
#define KC_CHANGE_QUEUE_DEPTH(fn)	.change_queue_depth = fn##_reason
#else
#define KC_DEFINE_CHANGE_QUEUE_DEPTH(fn)
#define KC_CHANGE_QUEUE_DEPTH(fn)	.change_queue_depth = (fn)
#endif
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
