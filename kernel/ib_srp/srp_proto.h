/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Building and parsing of every SRP information unit. Pure: memory in, memory
 * out, any context. Nothing that came from the target is believed before it
 * was checked against the number of bytes received.
 */
#ifndef SRP_PROTO_H
#define SRP_PROTO_H

#include <linux/types.h>
#include <asm/byteorder.h>
#include <srp_wire.h>

/* --- identifiers ------------------------------------------------------- */

/* A port identifier, 16 bytes in the order in which they travel. */
struct srp_port_id {
	__u8 raw[16];
};

/**
 * srp_port_id_init - two halves to a port identifier
 * @ext: identifier extension (initiator_ext or id_ext), host order
 * @guid: GUID half (interface id of the sgid, or ioc_guid), host order
 * @io_class: SRP_IO_CLASS_REV16A puts @ext first, SRP_IO_CLASS_REV10 @guid
 *	(SRP r16a Annex B)
 */
void srp_port_id_init(struct srp_port_id *id, __u64 ext, __u64 guid, __u16 io_class);

/* True if the GUID is of a Topspin or Cisco target, which need quirks (OUI 00:05:ad, 00:1b:0d). */
bool srp_guid_is_topspin(__u64 ioc_guid);

/* --- login (SRP r16a 6.2 to 6.4) --------------------------------------- */

struct srp_login_params {
	struct srp_port_id initiator;
	struct srp_port_id target;
	__u32 it_iu_len;	/* longest IU that we may send */
	bool multi_channel;	/* keep the other channels of this nexus */
	bool imm_data;		/* ask for SRP2 immediate data */
};

void srp_build_login_req(struct srp_login_req *req, const struct srp_login_params *p);
void srp_build_login_req_rdma(struct srp_login_req_rdma *req, const struct srp_login_params *p);

/* Bounds for what a target may grant; outside of them the login is refused. */
#define SRP_MIN_TI_IU_LEN	64u		/* SRP_RSP with sense needs more, drivers cope */
#define SRP_MAX_TI_IU_LEN	65536u
#define SRP_MAX_REQ_LIM		65535

/* What the target granted. */
struct srp_login_grant {
	__s32 req_lim;		/* 1 .. SRP_MAX_REQ_LIM */
	__u32 max_it_iu_len;	/* >= 64 */
	__u32 max_ti_iu_len;	/* SRP_MIN_TI_IU_LEN .. SRP_MAX_TI_IU_LEN */
	bool imm_data;
};

/**
 * srp_parse_login_rsp - check and decode an SRP_LOGIN_RSP
 * @buf: private data of the CM REP
 * @len: number of bytes in it
 * @grant: result; req_lim above SRP_MAX_REQ_LIM and max_ti_iu_len above
 *	SRP_MAX_TI_IU_LEN are reduced to these
 * @why: on failure, a sentence with the reason, else NULL
 *
 * Return: 0, or -ECONNRESET if it is something else than a login response,
 * is too short or grants nothing that can be worked with.
 */
int srp_parse_login_rsp(const void *buf, size_t len,
			struct srp_login_grant *grant, const char **why);

/**
 * srp_parse_login_rej - decode the private data of a consumer-defined CM REJ
 * @reason: result, host order
 *
 * Return: 0, -EPROTO if it is not an SRP_LOGIN_REJ.
 */
int srp_parse_login_rej(const void *buf, size_t len, __u32 *reason);

/* An explanation in words, and what the operator can do about it. Never NULL. */
struct srp_reason_text {
	const char *text;
	const char *hint;
};

/* LOGIN_REJ reason. */
struct srp_reason_text srp_login_rej_text(__u32 reason);
/* InfiniBand CM REJ reason (IBA 12.6.7.2). */
struct srp_reason_text srp_cm_rej_text(unsigned int reason);

/* --- initiator to target ----------------------------------------------- */

/**
 * srp_build_cmd - header of an SRP_CMD without data
 * @cmd: at least sizeof(*cmd) + additional CDB bytes
 * @tag: opaque, host order
 * @lun: 8-byte SAM LUN as a number, its first byte most significant
 * @cdb: SCSI command descriptor block
 * @cdb_len: 1 .. 32; longer than 16 takes additional CDB bytes, padded to 4
 *
 * Return: number of bytes built, where descriptors or immediate data descriptor begin.
 */
unsigned int srp_build_cmd(struct srp_cmd *cmd, __u64 tag, __u64 lun,
			   const __u8 *cdb, unsigned int cdb_len);

/* Longest IU that srp_build_cmd() makes. */
#define SRP_MAX_CDB_LEN		32
#define SRP_MAX_CMD_HDR_LEN	(sizeof(struct srp_cmd) + SRP_MAX_CDB_LEN - 16)

/* A descriptor in wire order. */
static inline void srp_set_desc(struct srp_direct_desc *d, __u64 va, __u32 key, __u32 len)
{
	d->va = cpu_to_be64(va);
	d->key = cpu_to_be32(key);
	d->len = cpu_to_be32(len);
}

void srp_build_tsk_mgmt(struct srp_tsk_mgmt *tm, __u64 tag, __u64 lun, __u8 func, __u64 task_tag);
void srp_build_i_logout(struct srp_i_logout *lo, __u64 tag);
void srp_build_cred_rsp(struct srp_cred_rsp *rsp, __u64 tag);
void srp_build_aer_rsp(struct srp_aer_rsp *rsp, __u64 tag);

/* --- target to initiator ----------------------------------------------- */

/* A checked SRP_RSP. Pointers refer to the receive buffer. */
struct srp_rsp_info {
	__u64 tag;
	__s32 req_lim_delta;
	__u8 flags;
	__u8 status;		/* SAM status */
	__u32 data_out_res;
	__u32 data_in_res;
	const __u8 *resp;	/* response data or NULL */
	__u32 resp_len;
	const __u8 *sense;	/* NULL if none */
	__u32 sense_len;	/* what is really there, never beyond the bytes received */
	bool truncated;		/* it announced more data than arrived */
};

/**
 * srp_parse_rsp - check and decode an SRP_RSP
 * @len: bytes received
 *
 * Return: 0, -EPROTO if shorter than its fixed part (nothing decoded then).
 * Announced lengths that exceed @len set @truncated and drop what is cut off.
 */
int srp_parse_rsp(const void *buf, __u32 len, struct srp_rsp_info *info);

/* Response code of a task management or failed delivery answer, -1 if there is none. */
int srp_rsp_code(const struct srp_rsp_info *info);

/**
 * srp_rsp_residual - residual count for the SCSI core
 * @bufflen: length of the command's buffer
 * @out: data-out command
 *
 * Return: bytes not transferred, 0 .. @bufflen; an overflow gives 0.
 */
__u32 srp_rsp_residual(const struct srp_rsp_info *info, __u32 bufflen, bool out);

/* A request from the target that must be answered: SRP_CRED_REQ or SRP_AER_REQ. */
struct srp_target_req_info {
	__u64 tag;
	__s32 req_lim_delta;
	__u64 lun;		/* AER only */
	const __u8 *sense;	/* AER only, NULL if none */
	__u32 sense_len;
	bool truncated;
};

/* Return: 0, -EPROTO if too short. */
int srp_parse_cred_req(const void *buf, __u32 len, struct srp_target_req_info *info);
int srp_parse_aer_req(const void *buf, __u32 len, struct srp_target_req_info *info);
int srp_parse_t_logout(const void *buf, __u32 len, __u32 *reason);

/* T_LOGOUT reason in words (SRP r16a 6.6). */
const char *srp_t_logout_text(__u32 reason);

/**
 * srp_add_credits - new request limit
 * @credits: current value, may be negative
 * @delta: REQUEST LIMIT DELTA, signed
 *
 * Return: the sum, kept within -SRP_MAX_REQ_LIM .. SRP_MAX_REQ_LIM whatever the target sends.
 */
static inline __s32 srp_add_credits(__s32 credits, __s32 delta)
{
	__s64 sum = (__s64)credits + delta;

	if (sum > SRP_MAX_REQ_LIM)
		return SRP_MAX_REQ_LIM;
	if (sum < -SRP_MAX_REQ_LIM)
		return -SRP_MAX_REQ_LIM;
	return sum;
}

#endif /* SRP_PROTO_H */
