// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include <linux/slab.h>
#include "peer_act.h"
#include "peer_iu.h"
#include "peer_job.h"

/* Where the data of a command is at the initiator. */
struct where {
	enum dma_data_direction dir;
	u32 len;
	u32 nr;
	struct srp_direct_desc *desc;
	struct srp_direct_desc *table;	/* fetched, to be freed */
	const u8 *imm;
};

/* The rest of a list that is not all in the command: one RDMA read (SRP r16a 5.4.2.3). */
static int fetch_table(struct peer_job *job, struct where *w, const struct srp_indirect_desc *ind)
{
	u32 len = be32_to_cpu(ind->table.len);
	struct peer_buf *buf = peer_buf_alloc(len);
	int ret = -ENOMEM;

	w->table = kvcalloc(1, len, GFP_KERNEL);
	if (buf && w->table) {
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_READ, buf, &ind->table, 1, len);
		if (!ret)
			peer_buf_read(buf, 0, w->table, len);
		peer_count(job->ch->port, PEER_TABLES);
	}
	peer_buf_free(buf);
	w->desc = w->table;
	return ret;
}

static int find_indirect(struct peer_job *job, struct where *w, u32 at, u32 count)
{
	struct srp_indirect_desc *ind = (void *)(job->iu + at);
	u32 table_len;
	u64 sum = 0;
	u32 i;
	int ret;

	if (at + sizeof(*ind) + count * sizeof(ind->list[0]) > job->len)
		return -EPROTO;
	table_len = be32_to_cpu(ind->table.len);
	if (table_len % sizeof(ind->list[0]) || table_len > 65536 * sizeof(ind->list[0]))
		return -EPROTO;
	w->nr = table_len / sizeof(ind->list[0]);
	w->len = be32_to_cpu(ind->len);
	w->desc = ind->list;
	peer_count(job->ch->port, PEER_INDIRECT);
	if (w->nr > count) {
		ret = fetch_table(job, w, ind);
		if (ret)
			return ret;
	}
	for (i = 0; i < w->nr; i++)
		sum += be32_to_cpu(w->desc[i].len);
	return sum == w->len ? 0 : -EPROTO;
}

static int find_data(struct peer_job *job, struct where *w)
{
	const struct srp_cmd *cmd = (void *)job->iu;
	u32 at = sizeof(*cmd) + (cmd->add_cdb_len & ~3U);
	u8 out = cmd->buf_fmt >> 4, in = cmd->buf_fmt & 15;
	struct srp_imm_desc *imm = (void *)(job->iu + at);

	memset(w, 0, sizeof(*w));
	w->dir = out ? DMA_TO_DEVICE : in ? DMA_FROM_DEVICE : DMA_NONE;
	if (at > job->len || (out && in))
		return -EPROTO;
	switch (out ? : in) {
	case SRP_DESC_NONE:
		return 0;
	case SRP_DESC_DIRECT:
		if (at + sizeof(*w->desc) > job->len)
			return -EPROTO;
		w->desc = (void *)(job->iu + at);
		w->nr = 1;
		w->len = be32_to_cpu(w->desc->len);
		peer_count(job->ch->port, PEER_DIRECT);
		return 0;
	case SRP_DESC_INDIRECT:
		return find_indirect(job, w, at, out ? cmd->data_out_desc_cnt : cmd->data_in_desc_cnt);
	case SRP_DESC_IMM:
		if (in || !job->ch->imm_offset || at + sizeof(*imm) > job->len || job->ch->imm_offset < at + sizeof(*imm) ||
		    (u64)job->ch->imm_offset + be32_to_cpu(imm->len) > job->len)
			return -EPROTO;
		w->imm = job->iu + job->ch->imm_offset;
		w->len = be32_to_cpu(imm->len);
		peer_count(job->ch->port, PEER_IMM);
		return 0;
	default:
		return -EPROTO;
	}
}

/* Script verb rdma: not where the initiator said. */
static void misdirect(struct peer_job *job, struct where *w)
{
	const struct peer_action *act = peer_plan_find(&job->plan, PEER_RDMA);
	u32 i;

	for (i = 0; act && i < w->nr; i++) {
		w->desc[i].key ^= cpu_to_be32(act->val[ARG_RKEY_XOR]);
		w->desc[i].va = cpu_to_be64(be64_to_cpu(w->desc[i].va) + act->val[ARG_VA_ADD]);
	}
}

/* Moves the data and carries the command out. Return: 0, or why the connection is of no use any more. */
static int carry_out(struct peer_job *job, struct where *w)
{
	struct peer_scsi *s = &job->scsi;
	u32 len = s->dir == w->dir ? min(s->bytes, w->len) : 0;
	struct peer_buf *buf = peer_buf_alloc(len);
	int ret = 0;

	if (!buf)
		return -ENOMEM;
	misdirect(job, w);
	if (s->dir == DMA_TO_DEVICE && w->imm)
		peer_buf_fill(buf, 0, w->imm, len);
	else if (s->dir == DMA_TO_DEVICE)
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_READ, buf, w->desc, w->nr, len);
	if (!ret)
		peer_scsi_exec(s, buf);
	if (!ret && s->dir == DMA_FROM_DEVICE)
		ret = peer_ch_rdma(job->ch, IB_WR_RDMA_WRITE, buf, w->desc, w->nr, len);
	peer_buf_free(buf);
	return ret;
}

/* Residuals are those of the direction that the initiator made room for (SRP r16a 6.9). */
static void build_rsp(struct peer_job *job, const struct where *w)
{
	const struct peer_scsi *s = &job->scsi;
	struct srp_rsp *rsp = job->rsp;
	u32 moved = s->dir == w->dir ? s->bytes : 0;
	bool out = w->dir == DMA_TO_DEVICE;
	__be32 res = cpu_to_be32(moved < w->len ? w->len - moved : moved - w->len);

	rsp->opcode = SRP_OP_RSP;
	rsp->tag = job->tag;
	rsp->status = s->status;
	if (moved != w->len && out) {
		rsp->flags |= moved < w->len ? SRP_RSP_DATA_OUT_UNDER : SRP_RSP_DATA_OUT_OVER;
		rsp->data_out_res = res;
	} else if (moved != w->len) {
		rsp->flags |= moved < w->len ? SRP_RSP_DATA_IN_UNDER : SRP_RSP_DATA_IN_OVER;
		rsp->data_in_res = res;
	}
	job->rsp_len = sizeof(*rsp);
	if (s->sense_len) {
		rsp->flags |= SRP_RSP_SENSE_VALID;
		rsp->sense_len = cpu_to_be32(s->sense_len);
		memcpy(rsp->data, s->sense, s->sense_len);
		job->rsp_len += s->sense_len;
	}
}

static void parse_cdb(struct peer_job *job)
{
	const struct peer_action *sense = peer_plan_find(&job->plan, PEER_SENSE);
	const struct srp_cmd *cmd = (void *)job->iu;
	u32 more = min_t(u32, cmd->add_cdb_len & ~3U, PEER_CDB_LEN - sizeof(cmd->cdb));
	u8 cdb[PEER_CDB_LEN] = {};

	memcpy(cdb, cmd->cdb, sizeof(cmd->cdb));
	memcpy(cdb + sizeof(cmd->cdb), cmd->add_data, min_t(u32, more, job->len - sizeof(*cmd)));
	peer_scsi_parse(&job->scsi, cmd->lun, cdb);
	if (sense)
		peer_scsi_fail(&job->scsi, sense->val[ARG_KEY], sense->val[ARG_ASC], sense->val[ARG_ASCQ]);
}

static void refuse_cmd(struct peer_job *job)
{
	const struct srp_cmd *cmd = (void *)job->iu;

	pr_warn("srp_peer: %s: malformed command, opcode %02x, buf_fmt %02x, %u bytes\n", job->ch->port->name, cmd->cdb[0],
		cmd->buf_fmt, job->len);
	peer_count(job->ch->port, PEER_BAD_IUS);
	peer_job_code(job, SRP_TMF_FIELDS_INVALID);
}

void peer_run_cmd(struct work_struct *work)
{
	struct peer_job *job = container_of(work, struct peer_job, work);
	bool early = peer_plan_find(&job->plan, PEER_EARLY);
	struct where w;
	int ret;

	parse_cdb(job);
	ret = find_data(job, &w);
	if (early && !ret) {
		build_rsp(job, &w);
		peer_job_grant(job);
		peer_job_answer(job);
		peer_job_delay(job);
	}
	if (!ret)
		ret = carry_out(job, &w);
	if (ret == -EPROTO)
		refuse_cmd(job);
	else if (ret)
		peer_count(job->ch->port, PEER_FAILED_RDMA);
	else if (!early)
		build_rsp(job, &w);
	kvfree(w.table);
	if (early || (ret && ret != -EPROTO)) {
		peer_job_end(job);
		return;
	}
	peer_job_delay(job);
	peer_act_plan(job->ch, &job->plan, job->tag);
	peer_job_deliver(job);
}
