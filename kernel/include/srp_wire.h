/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SCSI RDMA Protocol information units as they travel (SRP r16a, clause 5 and 6).
 *
 * Every multi-byte field is big-endian. Tags are opaque to the target; this
 * initiator keeps them in host order. All lengths are bytes.
 */
#ifndef SRP_WIRE_H
#define SRP_WIRE_H

#include <linux/types.h>
#include <linux/build_bug.h>

/* Information unit type codes (SRP r16a 5.2). */
enum srp_opcode {
	/* initiator to target */
	SRP_OP_LOGIN_REQ = 0x00,
	SRP_OP_TSK_MGMT = 0x01,
	SRP_OP_CMD = 0x02,
	SRP_OP_I_LOGOUT = 0x03,
	SRP_OP_CRED_RSP = 0x41,
	SRP_OP_AER_RSP = 0x42,
	/* target to initiator */
	SRP_OP_T_LOGOUT = 0x80,
	SRP_OP_CRED_REQ = 0x81,
	SRP_OP_AER_REQ = 0x82,
	SRP_OP_LOGIN_RSP = 0xc0,
	SRP_OP_RSP = 0xc1,
	SRP_OP_LOGIN_REJ = 0xc2,
};

/* Supported data buffer formats in LOGIN_REQ and LOGIN_RSP (SRP r16a 6.2). */
#define SRP_BUF_FORMAT_DIRECT	0x0002
#define SRP_BUF_FORMAT_INDIRECT	0x0004

/* LOGIN_REQ flags: multi-channel action, and SRP2 immediate data. */
#define SRP_LOGIN_SINGLE	0x00
#define SRP_LOGIN_MULTI		0x01
#define SRP_LOGIN_IMM_REQUESTED	0x80

/* LOGIN_RSP flags. */
#define SRP_LOGIN_RSP_MULTI_NONE	0x00
#define SRP_LOGIN_RSP_MULTI_TERMINATED	0x01
#define SRP_LOGIN_RSP_MULTI_MAINTAINED	0x02
#define SRP_LOGIN_RSP_IMM_SUPPORTED	0x80

/* Data descriptor formats, one nibble per direction in srp_cmd.buf_fmt. */
enum srp_desc_format {
	SRP_DESC_NONE = 0,
	SRP_DESC_DIRECT = 1,
	SRP_DESC_INDIRECT = 2,
	SRP_DESC_IMM = 3,	/* SRP2 immediate data */
};

/* Task management functions (SRP r16a 6.7). */
#define SRP_TMF_ABORT_TASK	0x01
#define SRP_TMF_LUN_RESET	0x08

/* Response codes in the response data of an SRP_RSP (SRP r16a 6.9). */
enum srp_tmf_response {
	SRP_TMF_COMPLETE = 0x00,
	SRP_TMF_FIELDS_INVALID = 0x02,
	SRP_TMF_NOT_SUPPORTED = 0x04,
	SRP_TMF_FAILED = 0x05,
};

/* SRP_RSP flags (SRP r16a 6.9). */
#define SRP_RSP_VALID		0x01	/* response data present */
#define SRP_RSP_SENSE_VALID	0x02
#define SRP_RSP_DATA_OUT_OVER	0x04
#define SRP_RSP_DATA_OUT_UNDER	0x08
#define SRP_RSP_DATA_IN_OVER	0x10
#define SRP_RSP_DATA_IN_UNDER	0x20

/* I/O class of the target: which half of a port identifier comes first. */
#define SRP_IO_CLASS_REV10	0xff00
#define SRP_IO_CLASS_REV16A	0x0100

/* LOGIN_REJ reason codes (SRP r16a 6.4). */
enum srp_login_rej_reason {
	SRP_REJ_NO_CHANNEL = 0x00010000,
	SRP_REJ_NO_RESOURCES = 0x00010001,
	SRP_REJ_IU_TOO_LARGE = 0x00010002,
	SRP_REJ_NO_ASSOCIATION = 0x00010003,
	SRP_REJ_DESC_FORMAT = 0x00010004,
	SRP_REJ_NO_MULTI_CHANNEL = 0x00010005,
	SRP_REJ_CHANNEL_LIMIT = 0x00010006,
};

/* Immediate data starts here in an SRP_CMD IU: header, room for 16 more CDB bytes, length. */
#define SRP_IMM_DATA_OFFSET	68

/* One memory region at the initiator (SRP r16a 5.4.2.2). */
struct srp_direct_desc {
	__be64 va;
	__be32 key;
	__be32 len;
} __packed __aligned(4);

/* Least that a target grants and a login may ask for: a command with one direct descriptor (SRP r16a 6.2). */
#define SRP_MIN_IT_IU_LEN	64u

/* Indirect descriptor: where the whole table is, and the part of it carried along. */
struct srp_indirect_desc {
	struct srp_direct_desc table;
	__be32 len;			/* bytes of data, all descriptors together */
	struct srp_direct_desc list[];
} __packed __aligned(4);

/* Immediate data descriptor (SRP2). */
struct srp_imm_desc {
	__be32 len;
};

struct srp_login_req {
	__u8 opcode;
	__u8 reserved1[7];
	__u64 tag;
	__be32 req_it_iu_len;
	__u8 reserved2[4];
	__be16 req_buf_fmt;
	__u8 req_flags;
	__u8 reserved3[1];
	__be16 imm_data_offset;
	__u8 reserved4[2];
	__u8 initiator_port_id[16];
	__u8 target_port_id[16];
};

/* The same in the 56 bytes that RDMA/CM leaves of the CM private data. */
struct srp_login_req_rdma {
	__u64 tag;
	__be16 req_buf_fmt;
	__u8 req_flags;
	__u8 opcode;
	__be32 req_it_iu_len;
	__u8 initiator_port_id[16];
	__u8 target_port_id[16];
	__be16 imm_data_offset;
	__u8 reserved[6];
};

struct srp_login_rsp {
	__u8 opcode;
	__u8 reserved1[3];
	__be32 req_lim_delta;
	__u64 tag;
	__be32 max_it_iu_len;
	__be32 max_ti_iu_len;
	__be16 buf_fmt;
	__u8 rsp_flags;
	__u8 reserved2[25];
} __packed __aligned(4);

struct srp_login_rej {
	__u8 opcode;
	__u8 reserved1[3];
	__be32 reason;
	__u64 tag;
	__u8 reserved2[8];
	__be16 buf_fmt;
	__u8 reserved3[6];
};

struct srp_i_logout {
	__u8 opcode;
	__u8 reserved[7];
	__u64 tag;
};

struct srp_t_logout {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved[2];
	__be32 reason;
	__u64 tag;
};

struct srp_tsk_mgmt {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved1[6];
	__u64 tag;
	__u8 reserved2[4];
	__u8 lun[8];			/* unaligned 64-bit SAM LUN */
	__u8 reserved3[2];
	__u8 func;
	__u8 reserved4;
	__u64 task_tag;
	__u8 reserved5[8];
};

struct srp_cmd {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved1[3];
	__u8 buf_fmt;			/* high nibble data-out, low nibble data-in */
	__u8 data_out_desc_cnt;
	__u8 data_in_desc_cnt;
	__u64 tag;
	__u8 reserved2[4];
	__u8 lun[8];
	__u8 reserved3;
	__u8 task_attr;
	__u8 reserved4;
	__u8 add_cdb_len;		/* additional CDB, in bytes, a multiple of 4 */
	__u8 cdb[16];
	__u8 add_data[];
};

struct srp_rsp {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved1[2];
	__be32 req_lim_delta;
	__u64 tag;
	__u8 reserved2[2];
	__u8 flags;
	__u8 status;
	__be32 data_out_res;
	__be32 data_in_res;
	__be32 sense_len;
	__be32 resp_len;
	__u8 data[];			/* response data first, then sense data */
} __packed __aligned(4);

struct srp_cred_req {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved[2];
	__be32 req_lim_delta;
	__u64 tag;
};

struct srp_cred_rsp {
	__u8 opcode;
	__u8 reserved[7];
	__u64 tag;
};

struct srp_aer_req {
	__u8 opcode;
	__u8 sol_not;
	__u8 reserved1[2];
	__be32 req_lim_delta;
	__u64 tag;
	__u8 reserved2[4];
	__u8 lun[8];
	__be32 sense_len;
	__u8 reserved3[4];
	__u8 sense[];
} __packed __aligned(4);

struct srp_aer_rsp {
	__u8 opcode;
	__u8 reserved[7];
	__u64 tag;
};

static_assert(sizeof(struct srp_direct_desc) == 16);
static_assert(sizeof(struct srp_indirect_desc) == 20);
static_assert(sizeof(struct srp_imm_desc) == 4);
static_assert(sizeof(struct srp_login_req) == 64);
static_assert(sizeof(struct srp_login_req_rdma) == 56);
static_assert(sizeof(struct srp_login_rsp) == 52);
static_assert(sizeof(struct srp_login_rej) == 32);
static_assert(sizeof(struct srp_i_logout) == 16);
static_assert(sizeof(struct srp_t_logout) == 16);
static_assert(sizeof(struct srp_tsk_mgmt) == 48);
static_assert(sizeof(struct srp_cmd) == 48);
static_assert(sizeof(struct srp_rsp) == 36);
static_assert(sizeof(struct srp_cred_req) == 16);
static_assert(sizeof(struct srp_cred_rsp) == 16);
static_assert(sizeof(struct srp_aer_req) == 36);
static_assert(sizeof(struct srp_aer_rsp) == 16);

#endif /* SRP_WIRE_H */
