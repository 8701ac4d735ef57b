/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How big everything is: IU lengths, registrations per command, queue depths,
 * number of channels and where they complete. Pure arithmetic.
 */
#ifndef SRP_SIZING_H
#define SRP_SIZING_H

#include <linux/types.h>
#include "srp_options.h"

/* What the HCA can do; filled from the device attributes. */
struct srp_hca_limits {
	unsigned int mr_page_size;	/* bytes, power of two >= 4096 */
	unsigned int max_pages_per_mr;	/* 0 = no fast registration */
	unsigned int max_qp_wr;
	unsigned int max_cqe;
	bool sg_gaps;			/* MRs with gaps between S/G entries */
};

/* How memory is made known to the target; from module parameters and HCA. */
struct srp_reg_policy {
	bool fast_reg;			/* register with MRs */
	bool global_rkey;		/* an all-memory rkey exists */
};

struct srp_sizes {
	unsigned int it_iu_len;		/* longest IU that we send, bytes */
	unsigned int plain_iu_len;	/* the same without immediate data */
	unsigned int imm_data_max;	/* longest immediate data, bytes; 0 = none */
	unsigned int cmd_sg_entries;	/* descriptors that fit into an SRP_CMD */
	unsigned int sg_tablesize;	/* S/G entries per command */
	unsigned int mr_per_cmd;	/* 0 without fast registration */
	unsigned int queue_size;	/* commands per channel */
	unsigned int rq_depth;		/* receive IUs per channel */
	unsigned int sq_depth;		/* send work requests per channel, without the drain WR */
};

/*
 * Per channel, besides commands: one task management IU, one probe, and answers to
 * requests of the target.
 */
#define SRP_TX_TSK_MGMT		1
#define SRP_TX_PROBE		1
#define SRP_TX_RESPONSES	8
#define SRP_RX_EXTRA		(SRP_TX_TSK_MGMT + SRP_TX_PROBE + SRP_TX_RESPONSES)

/**
 * srp_it_iu_len - IU length to ask for at login
 * @cmd_sg_entries: in: wanted; out: what fits if @max_it_iu_size limits it (at least 1)
 * @imm_data_max: bytes of immediate data wanted, 0 for none
 * @max_it_iu_size: upper bound of the login string, 0 = none, else >= SRP_MIN_IT_IU_LEN
 *
 * max(48 + 16 + 20 + 16 * cmd_sg_entries, 68 + imm_data_max), within @max_it_iu_size
 * (spec: initiator 5.3).
 *
 * Return: bytes.
 */
unsigned int srp_it_iu_len(unsigned int *cmd_sg_entries, unsigned int imm_data_max,
			   unsigned int max_it_iu_size);

/**
 * srp_sizes_init - everything that is known before login
 * @max_sectors: largest request, 512-byte sectors, > 0
 * @imm_data_max: 0 = immediate data not wanted
 * @note: a sentence when something asked for had to be reduced, else NULL
 *
 * Queue depths are reduced until they fit the HCA. sg_tablesize is reduced to
 * cmd_sg_entries when neither MRs nor allow_ext_sg make longer lists possible.
 *
 * Return: 0, -EINVAL if not even one command fits.
 */
int srp_sizes_init(struct srp_sizes *s, const struct srp_options *opt,
		   const struct srp_hca_limits *hca, const struct srp_reg_policy *reg,
		   unsigned int max_sectors, unsigned int imm_data_max,
		   const char **note);

/**
 * srp_mr_per_cmd - memory regions that one command can need
 *
 * One more for the descriptor table unless an all-memory rkey serves it.
 * With sg_gaps: ceil(sg_tablesize / max_pages_per_mr); without: a command of @max_sectors
 * that starts anywhere in a page, ceil((bytes + page size - 1) / bytes per MR).
 */
unsigned int srp_mr_per_cmd(const struct srp_hca_limits *hca, const struct srp_reg_policy *reg,
			    unsigned int max_sectors, unsigned int sg_tablesize);

/**
 * srp_channel_count - channels to open
 * @wanted: login key or module parameter, 0 = automatic
 *
 * @wanted or max(4 * @nodes, @vectors), at most @cpus, at least 1.
 */
unsigned int srp_channel_count(unsigned int wanted, unsigned int nodes,
			       unsigned int vectors, unsigned int cpus);

/* Completion vector of channel @ch, spread evenly and starting at @first. @vectors > 0. */
unsigned int srp_channel_vector(unsigned int ch, unsigned int channels,
				unsigned int vectors, unsigned int first);

/**
 * srp_rc_timeout_ms - longest time until the HCA reports a dead path
 * @qp_timeout: local ACK timeout of the QP, 0..31 (4.096 us * 2^n); 0 = infinite
 * @retry_cnt: 0..7
 *
 * An HCA may take four times the local ACK timeout for each try (IBA 9.7.6.1.3).
 *
 * Return: milliseconds, saturated at UINT_MAX.
 */
unsigned int srp_rc_timeout_ms(unsigned int qp_timeout, unsigned int retry_cnt);

#endif /* SRP_SIZING_H */
