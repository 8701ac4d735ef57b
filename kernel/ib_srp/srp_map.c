// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A command's scatterlist to SRP data descriptors. */
#include <linux/scatterlist.h>
#include "srp_log.h"
#include "srp_map.h"

/* Descriptors and work requests of one command while they are collected. */
struct srp_mapping {
	struct ib_send_wr	**wr_link;	/* where the next work request is chained */
	unsigned int		nr_wr;
	struct srp_mr		**mr_link;
	unsigned int		nr_mr;
	struct srp_direct_desc	*desc;
	unsigned int		nr_desc;
	unsigned int		max_desc;
	unsigned int		total;		/* bytes described */
	int			access;		/* what the target may do */
};

static int srp_add_desc(struct srp_mapping *m, u64 va, u32 key, u32 len)
{
	if (unlikely(m->nr_desc >= m->max_desc))
		return -E2BIG;
	srp_set_desc(&m->desc[m->nr_desc++], va, key, len);
	m->total += len;
	return 0;
}

static struct srp_mr *srp_take_mr(struct srp_ch *ch)
{
	struct srp_mr *mr;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	mr = srp_mr_get(&ch->mr_pool);
	spin_unlock_irqrestore(&ch->lock, flags);
	return mr;
}

/* Put back what was not posted. */
static void srp_map_put_mrs(struct srp_ch *ch, struct srp_req *req)
{
	struct srp_mr *mr = req->mrs, *next;
	unsigned long flags;

	if (!mr)
		return;
	req->mrs = NULL;
	spin_lock_irqsave(&ch->lock, flags);
	for (; mr; mr = next) {
		next = mr->next;
		kc_unreg(&mr->reg);
		if (mr->stale)
			srp_mr_put_stale(&ch->mr_pool, mr);
		else
			srp_mr_put_clean(&ch->mr_pool, mr);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
}

/* A new key and the rights for what was mapped. Return: first work request of its chain. */
static struct ib_send_wr *srp_arm_mr(struct srp_mr *mr, int access, unsigned int *nr_wr)
{
	struct ib_mr *ibmr = mr->reg.mr;

	ib_update_fast_reg_key(ibmr, ibmr->rkey + 1);
	mr->reg.key = ibmr->rkey;
	mr->reg.access = access;
	kc_arm_reg(&mr->reg);
	*nr_wr += 1 + mr->stale;
	if (!mr->stale)
		return &mr->reg.wr;
	mr->inv.next = &mr->reg.wr;
	mr->inv.send_flags = 0;
	return &mr->inv;
}

/*
 * Register as many entries as one MR takes. @offset: in the first entry, updated to where
 * the MR ended inside an entry. Return: entries used up, or -errno.
 */
static int srp_map_mr(struct srp_ch *ch, struct srp_mapping *m, struct scatterlist *sg,
		      unsigned int count, unsigned int *offset)
{
	struct srp_mr *mr = srp_take_mr(ch);
	unsigned int begin = *offset;
	int n;

	if (unlikely(!mr))
		return m->nr_mr >= ch->mr_pool.size ? -E2BIG : -ENOMEM;
	mr->next = NULL;
	*m->mr_link = mr;
	m->mr_link = &mr->next;
	m->nr_mr++;

	n = kc_map_mr_sg(&mr->reg, sg, count, offset, ch->sdev->hca.mr_page_size,
			 ch->sdev->hca.max_pages_per_mr);
	if (unlikely(n < 0 || (n == 0 && *offset == begin)))
		return n ? : -EINVAL;
	if (kc_reg_is_wr(&mr->reg)) {
		*m->wr_link = srp_arm_mr(mr, m->access, &m->nr_wr);
		m->wr_link = &mr->reg.wr.next;
	}
	return n;
}

static int srp_add_mr_desc(struct srp_mapping *m, const struct srp_mr *mr)
{
	return srp_add_desc(m, kc_reg_iova(&mr->reg), mr->reg.key, kc_reg_len(&mr->reg));
}

static int srp_map_sg_fr(struct srp_ch *ch, struct srp_mapping *m, struct scatterlist *sg,
			 int count)
{
	struct srp_mr **mr = m->mr_link;
	unsigned int offset = 0;
	int n, ret;

	while (count > 0) {
		if (count == 1 && ch->sdev->reg.global_rkey && !offset)
			return srp_add_desc(m, kc_sg_dma_address(ch->sdev->dev, sg),
					    kc_pd_rkey(&ch->sdev->pd),
					    kc_sg_dma_len(ch->sdev->dev, sg));
		n = srp_map_mr(ch, m, sg, count, &offset);
		if (unlikely(n < 0))
			return n;
		ret = srp_add_mr_desc(m, *mr);
		if (unlikely(ret))
			return ret;
		mr = &(*mr)->next;
		count -= n;
		while (count > 0 && n-- > 0)
			sg = sg_next(sg);
	}
	return 0;
}

static int srp_map_sg_global(struct srp_ch *ch, struct srp_mapping *m, struct scatterlist *sgl,
			     int count)
{
	u32 key = kc_pd_rkey(&ch->sdev->pd);
	struct scatterlist *sg;
	int i, ret = 0;

	for_each_sg(sgl, sg, count, i) {
		ret = srp_add_desc(m, kc_sg_dma_address(ch->sdev->dev, sg), key,
				   kc_sg_dma_len(ch->sdev->dev, sg));
		if (ret)
			break;
	}
	return ret;
}

/*
 * Make the descriptor table itself readable by the target. It may fetch it even if the
 * whole list is in the command.
 */
static int srp_map_table(struct srp_ch *ch, struct srp_mapping *m,
			 struct srp_direct_desc *table, u64 dma, unsigned int len)
{
	struct srp_mr **mr = m->mr_link;
	unsigned int offset = 0;
	struct scatterlist sg;
	int n;

	if (ch->sdev->reg.global_rkey) {
		srp_set_desc(table, dma, kc_pd_rkey(&ch->sdev->pd), len);
		return 0;
	}
	sg_init_table(&sg, 1);
	sg_dma_address(&sg) = dma;
	sg_dma_len(&sg) = len;
	m->access = IB_ACCESS_REMOTE_READ;
	n = srp_map_mr(ch, m, &sg, 1, &offset);
	if (unlikely(n < 0))
		return n;
	if (unlikely(n != 1))
		return -E2BIG;
	srp_set_desc(table, kc_reg_iova(&(*mr)->reg), (*mr)->reg.key, len);
	return 0;
}

/* Both nibbles of buf_fmt and the counts: data-out is the high nibble. */
static void srp_set_format(struct srp_cmd *iu, enum dma_data_direction dir,
			   enum srp_desc_format fmt, u8 count)
{
	if (dir == DMA_TO_DEVICE) {
		iu->buf_fmt = fmt << 4;
		iu->data_out_desc_cnt = count;
	} else {
		iu->buf_fmt = fmt;
		iu->data_in_desc_cnt = count;
	}
}

/* Copied, so that the buffer is free as soon as the command is answered. */
static int srp_copy_imm_data(struct srp_req *req, struct scsi_cmnd *cmd, unsigned int hdr_len)
{
	struct srp_imm_desc *imm = req->iu.buf + hdr_len;
	unsigned int len = scsi_bufflen(cmd);

	imm->len = cpu_to_be32(len);
	srp_set_format(req->iu.buf, DMA_TO_DEVICE, SRP_DESC_IMM, 0);
	sg_copy_to_buffer(scsi_sglist(cmd), scsi_sg_count(cmd),
			  req->iu.buf + SRP_IMM_DATA_OFFSET, len);
	return SRP_IMM_DATA_OFFSET + len;
}

static int srp_write_indirect(struct srp_ch *ch, struct srp_mapping *m, struct srp_req *req,
			      enum dma_data_direction dir, unsigned int hdr_len)
{
	struct srp_indirect_desc *ind = req->iu.buf + hdr_len;
	unsigned int table_len = m->nr_desc * sizeof(*m->desc);
	unsigned int in_iu = min(m->nr_desc, ch->cmd_sg_entries);
	u64 dma = req->iu.dma + hdr_len + sizeof(*ind);
	unsigned int total = m->total;
	int ret;

	if ((m->nr_desc > ch->cmd_sg_entries && !ch->allow_ext_sg) ||
	    hdr_len + sizeof(*ind) > ch->max_it_iu_len) {
		srp_err_ratelimited(ch->shost, "Could not fit S/G list into SRP_CMD (%u descriptors, cmd_sg_entries %u)\n",
				    m->nr_desc, ch->cmd_sg_entries);
		return -EIO;
	}
	if (m->desc != ind->list) {
		memcpy(ind->list, m->desc, in_iu * sizeof(*m->desc));
		srp_iu_to_device(ch->sdev, &req->table, table_len);
		dma = req->table.dma;
	}
	ret = srp_map_table(ch, m, &ind->table, dma, table_len);
	if (unlikely(ret))
		return ret;
	ind->len = cpu_to_be32(total);
	srp_set_format(req->iu.buf, dir, SRP_DESC_INDIRECT, in_iu);
	return hdr_len + sizeof(*ind) + in_iu * sizeof(*m->desc);
}

static int srp_write_descs(struct srp_ch *ch, struct srp_mapping *m, struct srp_req *req,
			   enum dma_data_direction dir, unsigned int hdr_len)
{
	if (m->nr_desc == 1) {
		struct srp_direct_desc *direct = req->iu.buf + hdr_len;

		/* Overlaps with the list that begins 20 bytes later. */
		memmove(direct, m->desc, sizeof(*direct));
		srp_set_format(req->iu.buf, dir, SRP_DESC_DIRECT, 0);
		return hdr_len + sizeof(*direct);
	}
	return srp_write_indirect(ch, m, req, dir, hdr_len);
}

static void srp_mapping_init(struct srp_mapping *m, struct srp_ch *ch, struct srp_req *req,
			     int access, unsigned int hdr_len)
{
	struct srp_indirect_desc *ind = req->iu.buf + hdr_len;

	m->wr_link = &req->first_wr;
	m->nr_wr = 0;
	m->mr_link = &req->mrs;
	m->nr_mr = 0;
	m->nr_desc = 0;
	m->total = 0;
	if (req->table.buf) {
		m->desc = req->table.buf;
		m->max_desc = req->table.size / sizeof(*m->desc);
	} else {
		m->desc = ind->list;
		/* One always fits: as a direct descriptor it is shorter. */
		m->max_desc = max(ch->cmd_sg_entries, 1u);
	}
	m->access = access;
}

static void srp_log_map_error(struct srp_ch *ch, int err)
{
	if (err == -ENOMEM)
		srp_err_ratelimited(ch->shost, "Out of MRs (mr_per_cmd = %d)\n",
				    ch->mr_pool.size / ch->queue_size);
	else
		srp_err_ratelimited(ch->shost, "Failed to map data (%d)\n", err);
}

static int srp_access(enum dma_data_direction dir)
{
	return dir == DMA_TO_DEVICE ? IB_ACCESS_REMOTE_READ :
		IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE;
}

/*
 * The common case: one MR takes the whole list. Return: length of the IU, 0 if it does not
 * or no MR is free (nothing is held then).
 */
static int srp_map_one_mr(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd,
			  int count, enum dma_data_direction dir, unsigned int hdr_len)
{
	struct srp_direct_desc *direct = req->iu.buf + hdr_len;
	struct srp_mr *mr = srp_take_mr(ch);

	if (unlikely(!mr))
		return 0;
	mr->next = NULL;
	req->mrs = mr;
	if (unlikely(kc_map_mr_sg(&mr->reg, scsi_sglist(cmd), count, NULL,
				  ch->sdev->hca.mr_page_size,
				  ch->sdev->hca.max_pages_per_mr) != count)) {
		srp_map_put_mrs(ch, req);
		return 0;
	}
	if (kc_reg_is_wr(&mr->reg)) {
		req->first_wr = srp_arm_mr(mr, srp_access(dir), &req->nr_wr);
		mr->reg.wr.next = &req->wr;
	}
	srp_set_desc(direct, kc_reg_iova(&mr->reg), mr->reg.key, kc_reg_len(&mr->reg));
	srp_set_format(req->iu.buf, dir, SRP_DESC_DIRECT, 0);
	return hdr_len + sizeof(*direct);
}

static int srp_map_list(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd,
			int count, enum dma_data_direction dir, unsigned int hdr_len)
{
	struct srp_mapping m;
	int ret;

	srp_mapping_init(&m, ch, req, srp_access(dir), hdr_len);
	if (ch->sdev->reg.fast_reg)
		ret = srp_map_sg_fr(ch, &m, scsi_sglist(cmd), count);
	else
		ret = srp_map_sg_global(ch, &m, scsi_sglist(cmd), count);
	if (!ret)
		ret = srp_write_descs(ch, &m, req, dir, hdr_len);
	if (unlikely(ret < 0))
		return ret;
	*m.wr_link = &req->wr;
	req->nr_wr = m.nr_wr + 1;
	return ret;
}

int srp_map_data(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd,
		 unsigned int hdr_len)
{
	enum dma_data_direction dir = cmd->sc_data_direction;
	int count, ret = 0;

	req->first_wr = &req->wr;
	req->nr_wr = 1;
	if (unlikely(hdr_len + sizeof(struct srp_direct_desc) > ch->max_it_iu_len))
		return -EINVAL;
	if (dir == DMA_NONE || !scsi_sg_count(cmd))
		return hdr_len;
	if (dir == DMA_TO_DEVICE && scsi_bufflen(cmd) <= ch->imm_data_max)
		return srp_copy_imm_data(req, cmd, hdr_len);
	if (unlikely(dir != DMA_TO_DEVICE && dir != DMA_FROM_DEVICE)) {
		srp_warn_ratelimited(ch->shost, "Unhandled data direction %d\n", dir);
		return -EINVAL;
	}

	count = ib_dma_map_sg(ch->sdev->dev, scsi_sglist(cmd), scsi_sg_count(cmd), dir);
	if (unlikely(count == 0)) {
		srp_log_map_error(ch, -EIO);
		return -EIO;
	}
	req->mapped = true;

	if (likely(ch->sdev->reg.fast_reg && !(count == 1 && ch->sdev->reg.global_rkey)))
		ret = srp_map_one_mr(ch, req, cmd, count, dir, hdr_len);
	if (unlikely(!ret))
		ret = srp_map_list(ch, req, cmd, count, dir, hdr_len);
	if (unlikely(ret < 0)) {
		srp_log_map_error(ch, ret);
		srp_map_undo(ch, req, cmd);
	}
	return ret;
}

void srp_map_undo(struct srp_ch *ch, struct srp_req *req, struct scsi_cmnd *cmd)
{
	srp_map_put_mrs(ch, req);
	srp_req_unmap(ch->sdev, req, cmd);
}
