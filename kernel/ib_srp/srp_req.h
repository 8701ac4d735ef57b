/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Per-command state, one slot for each tag of a channel.
 *
 * A slot is owned by the channel from the moment its SEND is posted (cmd is not
 * NULL) until exactly one finisher claims it: the response, an abort, a LUN reset,
 * or whoever terminates everything. Both happen under the channel lock; whoever
 * claims unmaps and hands the command back.
 */
#ifndef SRP_REQ_H
#define SRP_REQ_H

#include <scsi/scsi_cmnd.h>
#include "srp_iu.h"
#include "srp_mr.h"
#include "srp_proto.h"

struct srp_ch;

struct srp_req {
	struct scsi_cmnd	*cmd;		/* not NULL: outstanding */
	/*
	 * Tag on the wire: block layer's unique tag in the low half, a generation in the
	 * high half, so that a late or duplicate response never hits a later command.
	 */
	u64			tag;
	u64			doomed_tag;	/* a LUN reset was sent while this tag was out */
	struct srp_mr		*mrs;		/* registered for this command */
	struct ib_send_wr	*first_wr;	/* chain that ends with @wr */
	unsigned int		nr_wr;
	bool			mapped;		/* scatterlist is DMA mapped */
	struct srp_iu		iu;
	struct ib_send_wr	wr;
	struct ib_sge		sge;
	struct srp_iu		table;		/* descriptors beyond the IU; buf NULL if not needed */
};

/* Generation part of a wire tag. */
#define SRP_TAG_GENERATION	BIT_ULL(32)
/* Tags of task management and of probes never equal a unique tag of the block layer. */
#define SRP_TAG_TSK_MGMT	BIT(31)
#define SRP_TAG_PROBE		((u64)(BIT(31) | BIT(30)))
#define SRP_TAG_KIND(tag)	((u32)(tag) & (BIT(31) | BIT(30)))

/**
 * srp_reqs_alloc - the slots of a channel
 * @n: number of slots
 * @hwq: hardware queue of the block layer, part of the tag
 * @iu_len: longest SRP_CMD
 * @table_len: bytes of the descriptor table outside of the IU, 0 for none
 *
 * Context: may sleep. Return: array, NULL if out of memory.
 */
struct srp_req *srp_reqs_alloc(struct srp_device *sdev, unsigned int n, unsigned int hwq,
			       unsigned int iu_len, unsigned int table_len);
void srp_reqs_free(struct srp_device *sdev, struct srp_req *reqs, unsigned int n);

/* DMA-unmap a command that was claimed or never posted. Any context. */
static inline void srp_req_unmap(struct srp_device *sdev, struct srp_req *req,
				 struct scsi_cmnd *cmd)
{
	if (!req->mapped)
		return;
	req->mapped = false;
	ib_dma_unmap_sg(sdev->dev, scsi_sglist(cmd), scsi_sg_count(cmd),
			cmd->sc_data_direction);
}

/* The result with which a command is finished early. */
typedef int (*srp_result_fn)(struct srp_ch *ch, const struct scsi_cmnd *cmd);

/**
 * srp_req_finish - claim, unmap and complete with @result if still outstanding with @tag
 *
 * Context: any, channel lock not held. Return: true if this call completed it.
 */
bool srp_req_finish(struct srp_ch *ch, struct srp_req *req, u64 tag, srp_result_fn result);

/* Finish all commands of a channel; quiet. Context: process, lock not held. */
void srp_reqs_finish_all(struct srp_ch *ch, srp_result_fn result);

#endif /* SRP_REQ_H */
