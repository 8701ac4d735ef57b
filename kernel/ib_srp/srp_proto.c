// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Building and parsing of every SRP information unit.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "srp_proto.h"

/* Fields of 8 bytes that are not aligned; constant sizes compile to single moves. */

static inline void put_be64(__u8 *p, __u64 v)
{
	__be64 be = cpu_to_be64(v);

	memcpy(p, &be, sizeof(be));
}

static inline __u64 get_be64(const __u8 *p)
{
	__be64 be;

	memcpy(&be, p, sizeof(be));
	return be64_to_cpu(be);
}

/* --- identifiers --- */

void srp_port_id_init(struct srp_port_id *id, __u64 ext, __u64 guid, __u16 io_class)
{
	bool guid_first = io_class == SRP_IO_CLASS_REV10;

	put_be64(id->raw, guid_first ? guid : ext);
	put_be64(id->raw + 8, guid_first ? ext : guid);
}

bool srp_guid_is_topspin(__u64 ioc_guid)
{
	__u64 oui = ioc_guid >> 40;

	return oui == 0x0005ad || oui == 0x001b0d;
}

/* --- login --- */

static __u8 login_flags(const struct srp_login_params *p)
{
	return (p->multi_channel ? SRP_LOGIN_MULTI : SRP_LOGIN_SINGLE) |
		(p->imm_data ? SRP_LOGIN_IMM_REQUESTED : 0);
}

void srp_build_login_req(struct srp_login_req *req, const struct srp_login_params *p)
{
	memset(req, 0, sizeof(*req));
	req->opcode = SRP_OP_LOGIN_REQ;
	req->req_it_iu_len = cpu_to_be32(p->it_iu_len);
	req->req_buf_fmt = cpu_to_be16(SRP_BUF_FORMAT_DIRECT | SRP_BUF_FORMAT_INDIRECT);
	req->req_flags = login_flags(p);
	if (p->imm_data)
		req->imm_data_offset = cpu_to_be16(SRP_IMM_DATA_OFFSET);
	memcpy(req->initiator_port_id, p->initiator.raw, sizeof(req->initiator_port_id));
	memcpy(req->target_port_id, p->target.raw, sizeof(req->target_port_id));
}

void srp_build_login_req_rdma(struct srp_login_req_rdma *req, const struct srp_login_params *p)
{
	memset(req, 0, sizeof(*req));
	req->opcode = SRP_OP_LOGIN_REQ;
	req->req_it_iu_len = cpu_to_be32(p->it_iu_len);
	req->req_buf_fmt = cpu_to_be16(SRP_BUF_FORMAT_DIRECT | SRP_BUF_FORMAT_INDIRECT);
	req->req_flags = login_flags(p);
	if (p->imm_data)
		req->imm_data_offset = cpu_to_be16(SRP_IMM_DATA_OFFSET);
	memcpy(req->initiator_port_id, p->initiator.raw, sizeof(req->initiator_port_id));
	memcpy(req->target_port_id, p->target.raw, sizeof(req->target_port_id));
}

static const char *check_login_rsp(const void *buf, size_t len)
{
	const struct srp_login_rsp *rsp = buf;

	if (len < 1)
		return "the target accepted the connection without an SRP login response";
	if (rsp->opcode != SRP_OP_LOGIN_RSP)
		return "the target answered with something else than an SRP login response";
	if (len < sizeof(*rsp))
		return "the SRP login response of the target is too short";
	if ((__s32)be32_to_cpu(rsp->req_lim_delta) < 1)
		return "the target grants no credit to send commands";
	if (be32_to_cpu(rsp->max_it_iu_len) < SRP_MIN_IT_IU_LEN)
		return "the target accepts no information unit that is long enough for a command";
	if (be32_to_cpu(rsp->max_ti_iu_len) < SRP_MIN_TI_IU_LEN)
		return "the target sends no information unit that is long enough for a response";
	return NULL;
}

int srp_parse_login_rsp(const void *buf, size_t len,
			struct srp_login_grant *grant, const char **why)
{
	const struct srp_login_rsp *rsp = buf;

	*why = check_login_rsp(buf, len);
	if (*why)
		return -ECONNRESET;

	grant->req_lim = min_t(__u32, be32_to_cpu(rsp->req_lim_delta), SRP_MAX_REQ_LIM);
	grant->max_it_iu_len = be32_to_cpu(rsp->max_it_iu_len);
	grant->max_ti_iu_len = min(be32_to_cpu(rsp->max_ti_iu_len), SRP_MAX_TI_IU_LEN);
	grant->imm_data = rsp->rsp_flags & SRP_LOGIN_RSP_IMM_SUPPORTED;
	return 0;
}

int srp_parse_login_rej(const void *buf, size_t len, __u32 *reason)
{
	const struct srp_login_rej *rej = buf;

	/* A reject cut off behind its reason still tells the operator what is wrong. */
	if (len < offsetof(struct srp_login_rej, tag) || rej->opcode != SRP_OP_LOGIN_REJ)
		return -EPROTO;
	*reason = be32_to_cpu(rej->reason);
	return 0;
}

/* --- reasons in words --- */

struct reason_row {
	__u32 code;
	struct srp_reason_text words;
};

static struct srp_reason_text find_reason(const struct reason_row *rows, unsigned int count,
					  __u32 code, struct srp_reason_text unknown)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (rows[i].code == code)
			return rows[i].words;
	return unknown;
}

/* SRP r16a table 10 */
static const struct reason_row login_rej_rows[] = {
	{ SRP_REJ_NO_CHANNEL,
	  { "the target cannot establish an RDMA channel",
	    "look at the log of the target; it may be shutting down" } },
	{ SRP_REJ_NO_RESOURCES,
	  { "the target has not enough resources, or its port is disabled",
	    "enable the target port, or lower ch_count" } },
	{ SRP_REJ_IU_TOO_LARGE,
	  { "the information units asked for are larger than the target accepts",
	    "lower cmd_sg_entries, set max_it_iu_size, or lower max_imm_data" } },
	{ SRP_REJ_NO_ASSOCIATION,
	  { "the target cannot associate the channel with an I_T nexus",
	    "check id_ext, ioc_guid and service_id, and which initiators the target allows" } },
	{ SRP_REJ_DESC_FORMAT,
	  { "the target does not support the data buffer descriptor formats",
	    "the target must support direct and indirect descriptors; update it" } },
	{ SRP_REJ_NO_MULTI_CHANNEL,
	  { "the target does not support several channels for one I_T nexus",
	    "use ch_count=1" } },
	{ SRP_REJ_CHANNEL_LIMIT,
	  { "the target has reached its channel limit, or could not set up a SCSI session",
	    "lower ch_count, or add this initiator to the access list of the target" } },
};

struct srp_reason_text srp_login_rej_text(__u32 reason)
{
	static const struct srp_reason_text unknown = {
		"unknown SRP login reject reason", "look at the log of the target"
	};

	return find_reason(login_rej_rows, ARRAY_SIZE(login_rej_rows), reason, unknown);
}

#define HINT_FABRIC	"check the subnet manager and the path to the target"
#define HINT_RELOAD	"wait a moment and try again"
#define HINT_ALTERNATE	"no alternate path was asked for; update the target"
#define HINT_TARGET	"look at the log of the target"

/* IBA 12.6.7.2 */
static const struct reason_row cm_rej_rows[] = {
	{ 1, { "no queue pair available", "the target is short of resources; lower ch_count" } },
	{ 2, { "no end-to-end context available", HINT_TARGET } },
	{ 3, { "no resources available", "the target is short of resources; lower ch_count" } },
	{ 4, { "timeout: our answer came too late",
	       "check the load of this host and the path to the target" } },
	{ 5, { "unsupported request", HINT_TARGET } },
	{ 6, { "invalid communication id", HINT_RELOAD } },
	{ 7, { "invalid communication instance", HINT_RELOAD } },
	{ 8, { "invalid service id: nothing listens there",
	       "check service_id or the port number, and that the target is running" } },
	{ 9, { "invalid transport service type", HINT_TARGET } },
	{ 10, { "stale connection: the target still knows an earlier connection", HINT_RELOAD } },
	{ 11, { "reliable datagram domain does not exist", HINT_TARGET } },
	{ 12, { "primary port GID rejected", "check dgid" } },
	{ 13, { "primary port LID rejected", HINT_FABRIC } },
	{ 14, { "invalid primary service level", HINT_FABRIC } },
	{ 15, { "invalid primary traffic class", HINT_FABRIC } },
	{ 16, { "invalid primary hop limit", HINT_FABRIC } },
	{ 17, { "invalid primary packet rate", HINT_FABRIC } },
	{ 18, { "alternate port GID rejected", HINT_ALTERNATE } },
	{ 19, { "alternate port LID rejected", HINT_ALTERNATE } },
	{ 20, { "invalid alternate service level", HINT_ALTERNATE } },
	{ 21, { "invalid alternate traffic class", HINT_ALTERNATE } },
	{ 22, { "invalid alternate hop limit", HINT_ALTERNATE } },
	{ 23, { "invalid alternate packet rate", HINT_ALTERNATE } },
	{ 24, { "redirected to another port and connection manager",
		"log in to the port named by the target" } },
	{ 25, { "redirected to another port", "log in to the port named by the target" } },
	{ 26, { "invalid path MTU", HINT_FABRIC } },
	{ 27, { "insufficient responder resources", HINT_TARGET } },
	{ 28, { "rejected by the SRP target itself", HINT_TARGET } },
	{ 29, { "RNR retry count rejected", HINT_TARGET } },
	{ 30, { "duplicate local communication id", HINT_RELOAD } },
	{ 31, { "invalid class version",
		"the connection managers do not match; update the target" } },
	{ 32, { "invalid primary flow label", HINT_FABRIC } },
	{ 33, { "invalid alternate flow label", HINT_ALTERNATE } },
	{ 35, { "vendor option not supported", HINT_TARGET } },
};

struct srp_reason_text srp_cm_rej_text(unsigned int reason)
{
	static const struct srp_reason_text unknown = {
		"unknown reject reason", HINT_TARGET
	};

	return find_reason(cm_rej_rows, ARRAY_SIZE(cm_rej_rows), reason, unknown);
}

/* SRP r16a 6.6; 5 is not assigned */
static const char * const t_logout_texts[] = {
	[0] = "no reason given",
	[1] = "the channel was inactive",
	[2] = "the target received an invalid information unit type",
	[3] = "the target received a response without a request",
	[4] = "another login of this initiator ended the channel",
	[6] = "unsupported data-out buffer descriptor format",
	[7] = "unsupported data-in buffer descriptor format",
	[8] = "invalid data-out buffer descriptor count",
	[9] = "invalid data-in buffer descriptor count",
};

const char *srp_t_logout_text(__u32 reason)
{
	if (reason >= ARRAY_SIZE(t_logout_texts) || !t_logout_texts[reason])
		return "unknown reason";
	return t_logout_texts[reason];
}

/* --- initiator to target --- */

/* Any length up to 16 without a loop or a call: two moves that may overlap. */
static inline void copy_cdb(__u8 *dst, const __u8 *src, unsigned int len)
{
	if (len >= 8) {
		memcpy(dst, src, 8);
		memcpy(dst + len - 8, src + len - 8, 8);
	} else if (len >= 4) {
		memcpy(dst, src, 4);
		memcpy(dst + len - 4, src + len - 4, 4);
	} else {
		while (len--)
			dst[len] = src[len];
	}
}

/* A CDB of more than 16 bytes, rare and kept out of the way. */
static noinline unsigned int add_long_cdb(struct srp_cmd *cmd, const __u8 *cdb,
					  unsigned int cdb_len)
{
	unsigned int more = cdb_len - sizeof(cmd->cdb);
	unsigned int add_len = ALIGN(more, 4);

	cmd->add_cdb_len = add_len;
	memcpy(cmd->cdb, cdb, sizeof(cmd->cdb));
	memset(cmd->add_data, 0, add_len);
	memcpy(cmd->add_data, cdb + sizeof(cmd->cdb), more);
	return sizeof(*cmd) + add_len;
}

unsigned int srp_build_cmd(struct srp_cmd *cmd, __u64 tag, __u64 lun,
			   const __u8 *cdb, unsigned int cdb_len)
{
	/* In two steps because compilers make a slow string instruction of all 48 bytes. */
	memset(cmd, 0, offsetof(struct srp_cmd, cdb));
	memset(cmd->cdb, 0, sizeof(cmd->cdb));
	cmd->opcode = SRP_OP_CMD;
	cmd->tag = tag;
	put_be64(cmd->lun, lun);
	if (unlikely(cdb_len > sizeof(cmd->cdb)))
		return add_long_cdb(cmd, cdb, cdb_len);
	copy_cdb(cmd->cdb, cdb, cdb_len);
	return sizeof(*cmd);
}

void srp_build_tsk_mgmt(struct srp_tsk_mgmt *tm, __u64 tag, __u64 lun, __u8 func, __u64 task_tag)
{
	memset(tm, 0, sizeof(*tm));
	tm->opcode = SRP_OP_TSK_MGMT;
	tm->tag = tag;
	put_be64(tm->lun, lun);
	tm->func = func;
	tm->task_tag = task_tag;
}

void srp_build_i_logout(struct srp_i_logout *lo, __u64 tag)
{
	memset(lo, 0, sizeof(*lo));
	lo->opcode = SRP_OP_I_LOGOUT;
	lo->tag = tag;
}

void srp_build_cred_rsp(struct srp_cred_rsp *rsp, __u64 tag)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->opcode = SRP_OP_CRED_RSP;
	rsp->tag = tag;
}

void srp_build_aer_rsp(struct srp_aer_rsp *rsp, __u64 tag)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->opcode = SRP_OP_AER_RSP;
	rsp->tag = tag;
}

/* --- target to initiator --- */

/*
 * Takes a list of @announced bytes off the front of @p, @left bytes of which arrived.
 * Return: how much of the list is there.
 */
static __u32 take_list(const __u8 **p, __u32 *left, __u32 announced, const __u8 **list,
		       bool *truncated)
{
	__u32 len = min(announced, *left);

	if (len < announced)
		*truncated = true;
	*list = len ? *p : NULL;
	*p += len;
	*left -= len;
	return len;
}

/* The rare part of a response, kept out of the way of the common one. */
static noinline void parse_rsp_lists(const struct srp_rsp *rsp, __u32 len,
				     struct srp_rsp_info *info)
{
	const __u8 *p = rsp->data;
	__u32 left = len - sizeof(*rsp);

	/* Without its flag a length field means nothing (SRP r16a 6.9). */
	if (rsp->flags & SRP_RSP_VALID)
		info->resp_len = take_list(&p, &left, be32_to_cpu(rsp->resp_len),
					   &info->resp, &info->truncated);
	if (rsp->flags & SRP_RSP_SENSE_VALID)
		info->sense_len = take_list(&p, &left, be32_to_cpu(rsp->sense_len),
					    &info->sense, &info->truncated);
}

int srp_parse_rsp(const void *buf, __u32 len, struct srp_rsp_info *info)
{
	const struct srp_rsp *rsp = buf;

	if (unlikely(len < sizeof(*rsp)))
		return -EPROTO;

	info->tag = rsp->tag;
	info->req_lim_delta = be32_to_cpu(rsp->req_lim_delta);
	info->flags = rsp->flags;
	info->status = rsp->status;
	info->data_out_res = be32_to_cpu(rsp->data_out_res);
	info->data_in_res = be32_to_cpu(rsp->data_in_res);
	info->resp = NULL;
	info->resp_len = 0;
	info->sense = NULL;
	info->sense_len = 0;
	info->truncated = false;
	if (unlikely(rsp->flags & (SRP_RSP_VALID | SRP_RSP_SENSE_VALID)))
		parse_rsp_lists(rsp, len, info);
	return 0;
}

int srp_rsp_code(const struct srp_rsp_info *info)
{
	/* Three reserved bytes, then the code (SRP r16a 6.9). */
	if (info->resp_len < 4)
		return -1;
	return info->resp[3];
}

__u32 srp_rsp_residual(const struct srp_rsp_info *info, __u32 bufflen, bool out)
{
	__u8 under = out ? SRP_RSP_DATA_OUT_UNDER : SRP_RSP_DATA_IN_UNDER;

	if (likely(!(info->flags & under)))
		return 0;
	return min(out ? info->data_out_res : info->data_in_res, bufflen);
}

int srp_parse_cred_req(const void *buf, __u32 len, struct srp_target_req_info *info)
{
	const struct srp_cred_req *req = buf;

	if (len < sizeof(*req))
		return -EPROTO;
	memset(info, 0, sizeof(*info));
	info->tag = req->tag;
	info->req_lim_delta = be32_to_cpu(req->req_lim_delta);
	return 0;
}

int srp_parse_aer_req(const void *buf, __u32 len, struct srp_target_req_info *info)
{
	const struct srp_aer_req *req = buf;
	const __u8 *p = req->sense;
	__u32 left = len - sizeof(*req);

	if (len < sizeof(*req))
		return -EPROTO;
	memset(info, 0, sizeof(*info));
	info->tag = req->tag;
	info->req_lim_delta = be32_to_cpu(req->req_lim_delta);
	info->lun = get_be64(req->lun);
	info->sense_len = take_list(&p, &left, be32_to_cpu(req->sense_len), &info->sense,
				    &info->truncated);
	return 0;
}

int srp_parse_t_logout(const void *buf, __u32 len, __u32 *reason)
{
	const struct srp_t_logout *lo = buf;

	if (len < sizeof(*lo))
		return -EPROTO;
	*reason = be32_to_cpu(lo->reason);
	return 0;
}
