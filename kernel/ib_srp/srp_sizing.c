// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How big everything is.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include "srp_proto.h"
#include "srp_sizing.h"

#define SECTOR_SHIFT_BYTES	9

/* An SRP_CMD with the longest CDB and an indirect descriptor whose list is still empty. */
#define INDIRECT_CMD_LEN	(SRP_MAX_CMD_HDR_LEN + sizeof(struct srp_indirect_desc))

/* A command with one direct descriptor is the least that must fit (SRP r16a 6.2). */
static_assert(sizeof(struct srp_cmd) + sizeof(struct srp_direct_desc) == SRP_MIN_IT_IU_LEN);
static_assert(SRP_MAX_CMD_HDR_LEN + sizeof(struct srp_imm_desc) == SRP_IMM_DATA_OFFSET);

static const char note_sg_entries[] =
	"max_it_iu_size leaves room for fewer descriptors than cmd_sg_entries asks for";
static const char note_queue_size[] =
	"queue_size was reduced to what the queue pairs of the HCA can hold";
static const char note_sg_tablesize[] =
	"No MR pool and no external indirect descriptors, limiting sg_tablesize to cmd_sg_cnt";

unsigned int srp_it_iu_len(unsigned int *cmd_sg_entries, unsigned int imm_data_max,
			   unsigned int max_it_iu_size)
{
	__u64 cmd_len = INDIRECT_CMD_LEN +
		(__u64)*cmd_sg_entries * sizeof(struct srp_direct_desc);
	__u64 imm_len = imm_data_max ? (__u64)SRP_IMM_DATA_OFFSET + imm_data_max : 0;
	__u64 limit = max_it_iu_size ? max_it_iu_size : INT_MAX;

	if (cmd_len > limit) {
		*cmd_sg_entries = 1;
		if (limit > INDIRECT_CMD_LEN + sizeof(struct srp_direct_desc))
			*cmd_sg_entries = ((unsigned int)limit - INDIRECT_CMD_LEN) /
				sizeof(struct srp_direct_desc);
	}
	return min(max(cmd_len, imm_len), limit);
}

unsigned int srp_mr_per_cmd(const struct srp_hca_limits *hca, const struct srp_reg_policy *reg,
			    unsigned int max_sectors, unsigned int sg_tablesize)
{
	unsigned int table = reg->global_rkey ? 0 : 1;
	unsigned int page_sectors, mr_sectors;

	if (!reg->fast_reg || hca->max_pages_per_mr == 0)
		return 0;
	if (hca->sg_gaps)
		return table + DIV_ROUND_UP(sg_tablesize, hca->max_pages_per_mr);

	page_sectors = max(hca->mr_page_size >> SECTOR_SHIFT_BYTES, 1u);
	mr_sectors = min_t(__u64, (__u64)hca->max_pages_per_mr * page_sectors, INT_MAX);
	/*
	 * Data that does not start at a page boundary reaches up to one page less a byte
	 * further, and a page that is used in part counts as a whole.
	 */
	max_sectors = min_t(unsigned int, max_sectors, INT_MAX);
	return table + (max_sectors + page_sectors - 1) / mr_sectors + 1;
}

/* Most commands for which send queue, receive queue and one CQ for both fit the HCA. */
static unsigned int queue_size_limit(const struct srp_hca_limits *hca, unsigned int wr_per_cmd)
{
	/* SRP_RX_EXTRA other IUs and one drain WR per queue. */
	unsigned int qp_other = SRP_RX_EXTRA + 1;
	unsigned int cq_other = 2 * qp_other;

	if (hca->max_qp_wr < qp_other || hca->max_cqe < cq_other)
		return 0;
	return min((hca->max_qp_wr - qp_other) / wr_per_cmd,
		   (hca->max_cqe - cq_other) / (wr_per_cmd + 1));
}

int srp_sizes_init(struct srp_sizes *s, const struct srp_options *opt,
		   const struct srp_hca_limits *hca, const struct srp_reg_policy *reg,
		   unsigned int max_sectors, unsigned int imm_data_max,
		   const char **note)
{
	unsigned int wr_per_cmd, limit;

	*note = NULL;

	s->cmd_sg_entries = opt->cmd_sg_entries;
	s->it_iu_len = srp_it_iu_len(&s->cmd_sg_entries, imm_data_max, opt->max_it_iu_size);
	s->plain_iu_len = srp_it_iu_len(&s->cmd_sg_entries, 0, opt->max_it_iu_size);
	if (s->cmd_sg_entries < opt->cmd_sg_entries)
		*note = note_sg_entries;
	s->imm_data_max = 0;
	if (s->it_iu_len > SRP_IMM_DATA_OFFSET)
		s->imm_data_max = min(imm_data_max, s->it_iu_len - SRP_IMM_DATA_OFFSET);

	s->sg_tablesize = opt->sg_tablesize;
	s->mr_per_cmd = srp_mr_per_cmd(hca, reg, max_sectors, s->sg_tablesize);
	/* Register, invalidate: one work request each per MR; and the command itself. */
	wr_per_cmd = 1 + 2 * s->mr_per_cmd;
	limit = queue_size_limit(hca, wr_per_cmd);
	if (limit == 0)
		return -EINVAL;
	s->queue_size = opt->queue_size;
	if (s->queue_size > limit) {
		s->queue_size = limit;
		*note = note_queue_size;
	}
	s->rq_depth = s->queue_size + SRP_RX_EXTRA;
	s->sq_depth = s->queue_size * wr_per_cmd + SRP_RX_EXTRA;

	if (s->mr_per_cmd == 0 && !opt->allow_ext_sg && s->sg_tablesize > s->cmd_sg_entries) {
		s->sg_tablesize = s->cmd_sg_entries;
		*note = note_sg_tablesize;
	}
	return 0;
}

unsigned int srp_channel_count(unsigned int wanted, unsigned int nodes,
			       unsigned int vectors, unsigned int cpus)
{
	unsigned int count = wanted ? wanted : max(4 * nodes, vectors);

	return max(min(count, cpus), 1u);
}

unsigned int srp_channel_vector(unsigned int ch, unsigned int channels,
				unsigned int vectors, unsigned int first)
{
	__u64 step = div_u64((__u64)ch * vectors, max(channels, 1u));

	return (first % vectors + (unsigned int)step) % vectors;
}

unsigned int srp_rc_timeout_ms(unsigned int qp_timeout, unsigned int retry_cnt)
{
	__u64 ns;

	qp_timeout &= 31;
	if (qp_timeout == 0)
		return UINT_MAX;
	/* An unanswered request is lost after one time-out even if it is never repeated. */
	ns = 4ull * 4096 * max(retry_cnt, 1u) << qp_timeout;
	return min_t(__u64, div_u64(ns + 999999, 1000000), UINT_MAX);
}
