// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Information units against golden bytes, and hostile ones against their own length.
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "pure.h"

namespace {

using Bytes = std::vector<uint8_t>;

// Exactly as many bytes as were received, on the heap: AddressSanitizer sees each byte too many.
class Received {
public:
	explicit Received(const Bytes &bytes, size_t len) : len_(len), buf_(malloc(len ? len : 1))
	{
		memcpy(buf_, bytes.data(), len);
	}
	explicit Received(const Bytes &bytes) : Received(bytes, bytes.size()) {}
	~Received() { free(buf_); }
	Received(const Received &) = delete;
	Received &operator=(const Received &) = delete;

	const void *data() const { return buf_; }
	const uint8_t *bytes() const { return static_cast<const uint8_t *>(buf_); }
	uint32_t len() const { return len_; }

private:
	size_t len_;
	void *buf_;
};

Bytes Hex(const char *text)
{
	Bytes res;
	int high = -1;

	for (; *text; text++) {
		int digit;

		if (*text == ' ')
			continue;
		digit = *text <= '9' ? *text - '0' : *text - 'a' + 10;
		if (high < 0) {
			high = digit;
		} else {
			res.push_back(high << 4 | digit);
			high = -1;
		}
	}
	EXPECT_EQ(high, -1) << "odd number of digits";
	return res;
}

template <typename T>
Bytes Raw(const T &iu, size_t len = sizeof(T))
{
	const uint8_t *p = reinterpret_cast<const uint8_t *>(&iu);

	return Bytes(p, p + len);
}

// A tag is opaque and in host order; golden bytes want it readable.
uint64_t Tag(uint64_t tag)
{
	return htobe64(tag);
}

void PutBe32(Bytes &iu, size_t at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		iu[at + i] = v >> (24 - 8 * i);
}

const uint32_t kHostile[] = {
	0, 1, 3, 4, 5, 7, 8, 18, 96, 252, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7ffffffc,
	0x7fffffff, 0x80000000, 0x80000001, 0xfffffff0, 0xfffffffc, 0xffffffff,
};

// --- identifiers ---

TEST(PortId, HalvesFollowTheIoClass)
{
	struct srp_port_id id;

	srp_port_id_init(&id, 0x0011223344556677, 0x8899aabbccddeeff, SRP_IO_CLASS_REV16A);
	EXPECT_EQ(Raw(id), Hex("0011223344556677 8899aabbccddeeff"));
	srp_port_id_init(&id, 0x0011223344556677, 0x8899aabbccddeeff, SRP_IO_CLASS_REV10);
	EXPECT_EQ(Raw(id), Hex("8899aabbccddeeff 0011223344556677"));
}

TEST(PortId, TopspinIsRecognisedByItsOui)
{
	EXPECT_TRUE(srp_guid_is_topspin(0x0005ad0000012345));
	EXPECT_TRUE(srp_guid_is_topspin(0x0005adffffffffff));
	EXPECT_TRUE(srp_guid_is_topspin(0x001b0d0000000000));
	EXPECT_FALSE(srp_guid_is_topspin(0x0002c90300a00bb0));
	EXPECT_FALSE(srp_guid_is_topspin(0x0005ac0000012345));
	EXPECT_FALSE(srp_guid_is_topspin(0x1005ad0000012345));
	EXPECT_FALSE(srp_guid_is_topspin(0x00000005ad000000));
	EXPECT_FALSE(srp_guid_is_topspin(0));
}

// --- login request ---

struct srp_login_params LoginParams(bool multi, bool imm)
{
	struct srp_login_params p = {};

	srp_port_id_init(&p.initiator, 0x0102030405060708, 0x1112131415161718, SRP_IO_CLASS_REV16A);
	srp_port_id_init(&p.target, 0x2122232425262728, 0x3132333435363738, SRP_IO_CLASS_REV16A);
	p.it_iu_len = 8260;
	p.multi_channel = multi;
	p.imm_data = imm;
	return p;
}

const char kIds[] = "0102030405060708 1112131415161718 2122232425262728 3132333435363738";

TEST(LoginReq, GoldenBytes)
{
	const struct { bool multi, imm; const char *head; } cases[] = {
		{ false, false, "0006 00 00 0000 0000" },
		{ true, false, "0006 01 00 0000 0000" },
		{ false, true, "0006 80 00 0044 0000" },
		{ true, true, "0006 81 00 0044 0000" },
	};

	for (const auto &c : cases) {
		struct srp_login_params p = LoginParams(c.multi, c.imm);
		struct srp_login_req req;

		memset(&req, 0xff, sizeof(req));
		srp_build_login_req(&req, &p);
		EXPECT_EQ(Raw(req), Hex((std::string("00 00000000000000 0000000000000000 00002044 00000000 ") +
					 c.head + kIds).c_str()));
	}
}

TEST(LoginReq, GoldenBytesForRdmaCm)
{
	const struct { bool multi, imm; const char *flags, *offset; } cases[] = {
		{ false, false, "00", "0000" },
		{ true, false, "01", "0000" },
		{ false, true, "80", "0044" },
		{ true, true, "81", "0044" },
	};

	for (const auto &c : cases) {
		struct srp_login_params p = LoginParams(c.multi, c.imm);
		struct srp_login_req_rdma req;

		memset(&req, 0xff, sizeof(req));
		srp_build_login_req_rdma(&req, &p);
		EXPECT_EQ(Raw(req), Hex((std::string("0000000000000000 0006") + c.flags + "00 00002044" +
					 kIds + c.offset + "000000000000").c_str()));
	}
}

// --- login response ---

// opcode, delta, tag, max_it_iu_len, max_ti_iu_len, buf_fmt, flags
const char kLoginRsp[] =
	"c0 000000 0000007f 0000000000000000 00002044 00002044 0006 82 00"
	"000000000000000000000000000000000000000000000000";

TEST(LoginRsp, IsDecoded)
{
	Received rsp(Hex(kLoginRsp));
	struct srp_login_grant grant;
	const char *why = "never set";

	ASSERT_EQ(rsp.len(), 52u);
	memset(&grant, 0xff, sizeof(grant));
	ASSERT_EQ(srp_parse_login_rsp(rsp.data(), rsp.len(), &grant, &why), 0);
	EXPECT_EQ(why, nullptr);
	EXPECT_EQ(grant.req_lim, 127);
	EXPECT_EQ(grant.max_it_iu_len, 8260u);
	EXPECT_EQ(grant.max_ti_iu_len, 8260u);
	EXPECT_TRUE(grant.imm_data);
}

TEST(LoginRsp, FlagsAreTakenApart)
{
	for (unsigned int flags = 0; flags < 256; flags++) {
		Bytes bytes = Hex(kLoginRsp);
		struct srp_login_grant grant;
		const char *why;

		bytes[26] = flags;
		Received rsp(bytes);
		ASSERT_EQ(srp_parse_login_rsp(rsp.data(), rsp.len(), &grant, &why), 0);
		EXPECT_EQ(grant.imm_data, (flags & 0x80) != 0);
	}
}

TEST(LoginRsp, EveryTruncationIsRefused)
{
	Bytes bytes = Hex(kLoginRsp);

	for (size_t len = 0; len < 52; len++) {
		Received rsp(bytes, len);
		struct srp_login_grant grant;
		const char *why = nullptr;

		EXPECT_EQ(srp_parse_login_rsp(rsp.data(), len, &grant, &why), -ECONNRESET) << len;
		ASSERT_NE(why, nullptr) << len;
		EXPECT_NE(strstr(why, len ? "too short" : "without"), nullptr) << why;
	}
	// The rest of the CM private data means nothing.
	bytes.resize(196, 0xff);
	Received rsp(bytes);
	struct srp_login_grant grant;
	const char *why;
	EXPECT_EQ(srp_parse_login_rsp(rsp.data(), 196, &grant, &why), 0);
}

TEST(LoginRsp, AnyOtherOpcodeIsRefused)
{
	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		Bytes bytes = Hex(kLoginRsp);
		struct srp_login_grant grant;
		const char *why;

		bytes[0] = opcode;
		Received rsp(bytes);
		EXPECT_EQ(srp_parse_login_rsp(rsp.data(), rsp.len(), &grant, &why),
			  opcode == 0xc0 ? 0 : -ECONNRESET) << opcode;
		EXPECT_EQ(why == nullptr, opcode == 0xc0);
	}
}

struct GrantCase {
	size_t at;		// 4 delta, 16 max_it_iu_len, 20 max_ti_iu_len
	uint32_t value;
	bool good;
	uint32_t result;
};

TEST(LoginRsp, HostileGrantsAreRefusedOrReduced)
{
	const GrantCase cases[] = {
		{ 4, 0, false, 0 }, { 4, 1, true, 1 }, { 4, 65535, true, 65535 },
		{ 4, 65536, true, 65535 }, { 4, 0x7fffffff, true, 65535 },
		{ 4, 0x80000000, false, 0 }, { 4, 0xffffffff, false, 0 },
		{ 16, 0, false, 0 }, { 16, 47, false, 0 }, { 16, 63, false, 0 }, { 16, 64, true, 64 },
		{ 16, 8276, true, 8276 }, { 16, 0xffffffff, true, 0xffffffff },
		{ 20, 0, false, 0 }, { 20, 36, false, 0 }, { 20, 63, false, 0 }, { 20, 64, true, 64 },
		{ 20, 65536, true, 65536 }, { 20, 65537, true, 65536 },
		{ 20, 0x80000000, true, 65536 }, { 20, 0xffffffff, true, 65536 },
	};

	for (const GrantCase &c : cases) {
		Bytes bytes = Hex(kLoginRsp);
		struct srp_login_grant grant;
		const char *why;
		uint32_t got;

		PutBe32(bytes, c.at, c.value);
		Received rsp(bytes);
		ASSERT_EQ(srp_parse_login_rsp(rsp.data(), rsp.len(), &grant, &why),
			  c.good ? 0 : -ECONNRESET) << c.at << " " << c.value;
		EXPECT_EQ(why == nullptr, c.good);
		if (!c.good)
			continue;
		got = c.at == 4 ? (uint32_t)grant.req_lim :
		      c.at == 16 ? grant.max_it_iu_len : grant.max_ti_iu_len;
		EXPECT_EQ(got, c.result) << c.at << " " << c.value;
	}
}

// --- login reject ---

TEST(LoginRej, IsDecodedFromItsReasonOn)
{
	Bytes bytes = Hex("c2 000000 00010002 0000000000000000 0000000000000000 0006 000000000000");

	ASSERT_EQ(bytes.size(), 32u);
	for (size_t len = 0; len <= bytes.size(); len++) {
		Received rej(bytes, len);
		uint32_t reason = 0xdead;

		EXPECT_EQ(srp_parse_login_rej(rej.data(), len, &reason), len < 8 ? -EPROTO : 0) << len;
		EXPECT_EQ(reason, len < 8 ? 0xdeadu : 0x00010002u);
	}
	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		uint32_t reason;

		bytes[0] = opcode;
		Received rej(bytes);
		EXPECT_EQ(srp_parse_login_rej(rej.data(), rej.len(), &reason),
			  opcode == 0xc2 ? 0 : -EPROTO);
	}
}

void ExpectUsable(const struct srp_reason_text &t, unsigned int code)
{
	ASSERT_NE(t.text, nullptr) << code;
	ASSERT_NE(t.hint, nullptr) << code;
	EXPECT_GE(strlen(t.text), 8u) << code;
	EXPECT_GE(strlen(t.hint), 8u) << code;
	EXPECT_EQ(strpbrk(t.text, "\n\t"), nullptr) << code;
	EXPECT_EQ(strpbrk(t.hint, "\n\t"), nullptr) << code;
}

TEST(RejectTexts, EveryLoginRejectHasItsOwnWordsAndAHint)
{
	std::set<std::string> texts = { srp_login_rej_text(0).text };

	for (uint32_t reason = 0x00010000; reason <= 0x00010006; reason++) {
		struct srp_reason_text t = srp_login_rej_text(reason);

		ExpectUsable(t, reason);
		EXPECT_TRUE(texts.insert(t.text).second) << t.text;
	}
	EXPECT_EQ(texts.size(), 8u);
	for (uint32_t reason : { 0u, 1u, 0x0000ffffu, 0x00010007u, 0x00020000u, 0xffffffffu }) {
		ExpectUsable(srp_login_rej_text(reason), reason);
		EXPECT_STREQ(srp_login_rej_text(reason).text, srp_login_rej_text(0).text);
	}
	// What an operator meets most often, with the knob that helps.
	EXPECT_NE(strstr(srp_login_rej_text(SRP_REJ_IU_TOO_LARGE).hint, "max_it_iu_size"), nullptr);
	EXPECT_NE(strstr(srp_login_rej_text(SRP_REJ_CHANNEL_LIMIT).hint, "ch_count"), nullptr);
}

TEST(RejectTexts, EveryCmRejectHasItsOwnWordsAndAHint)
{
	std::set<std::string> texts = { srp_cm_rej_text(0).text };
	size_t known = 1;

	// IBA table of REJ reasons: 1 to 33 and 35.
	for (unsigned int reason = 1; reason <= 35; reason++) {
		struct srp_reason_text t = srp_cm_rej_text(reason);

		ExpectUsable(t, reason);
		if (reason == 34)
			continue;
		known++;
		EXPECT_TRUE(texts.insert(t.text).second) << reason << " " << t.text;
	}
	EXPECT_EQ(texts.size(), known);
	for (unsigned int reason : { 0u, 34u, 36u, 255u, 65535u, UINT_MAX })
		EXPECT_STREQ(srp_cm_rej_text(reason).text, srp_cm_rej_text(0).text) << reason;
	EXPECT_NE(strstr(srp_cm_rej_text(8).hint, "service_id"), nullptr);
	EXPECT_NE(strstr(srp_cm_rej_text(10).text, "stale"), nullptr);
}

// --- commands ---

TEST(Cmd, GoldenBytesOfARead10)
{
	const Bytes cdb = Hex("28 00 00001000 00 0008 00");
	struct srp_cmd cmd;

	memset(&cmd, 0xff, sizeof(cmd));
	EXPECT_EQ(srp_build_cmd(&cmd, Tag(0x0001000200030004), 0x4005000600070008, cdb.data(), 10), 48u);
	EXPECT_EQ(Raw(cmd), Hex("02 00 000000 00 00 00 0001000200030004"
				"00000000 4005000600070008 00 00 00 00"
				"2800 00001000 00 0008 00 000000000000"));
}

TEST(Cmd, EveryCdbLength)
{
	for (unsigned int len = 1; len <= SRP_MAX_CDB_LEN; len++) {
		unsigned int more = len > 16 ? (len - 16 + 3) / 4 * 4 : 0;
		Bytes cdb(len), expect(48 + more);
		void *mem = malloc(48 + more);
		struct srp_cmd *cmd = static_cast<struct srp_cmd *>(mem);

		for (unsigned int i = 0; i < len; i++)
			cdb[i] = 0x80 + i;
		expect[0] = 0x02;
		expect[31] = more;
		memset(&expect[8], 0xab, 8);
		memset(&expect[20], 0xcd, 8);
		std::copy(cdb.begin(), cdb.end(), expect.begin() + 32);

		Received src(cdb);
		memset(mem, 0xff, 48 + more);
		EXPECT_EQ(srp_build_cmd(cmd, 0xababababababababull, 0xcdcdcdcdcdcdcdcdull,
					src.bytes(), len), 48 + more);
		EXPECT_EQ(Bytes(static_cast<uint8_t *>(mem), static_cast<uint8_t *>(mem) + 48 + more), expect)
			<< len;
		free(mem);
	}
	EXPECT_EQ(SRP_MAX_CMD_HDR_LEN, 64u);
}

TEST(Cmd, NothingOfAnEarlierCommandIsLeft)
{
	const Bytes read16(16, 0x88), tur(6, 0x00), long_cdb(32, 0x7f);
	union { struct srp_cmd cmd; uint64_t space[8]; } fresh = {}, used = {};

	srp_build_cmd(&fresh.cmd, 7, 0, tur.data(), 6);
	srp_build_cmd(&used.cmd, 1, ~0ull, long_cdb.data(), 32);
	used.cmd.buf_fmt = 0x22;
	used.cmd.data_in_desc_cnt = used.cmd.data_out_desc_cnt = 9;
	srp_build_cmd(&used.cmd, 1, ~0ull, read16.data(), 16);
	srp_build_cmd(&used.cmd, 7, 0, tur.data(), 6);
	EXPECT_EQ(Raw(used.cmd, 48), Raw(fresh.cmd, 48));
}

TEST(Descriptor, IsBigEndian)
{
	struct srp_direct_desc d;

	srp_set_desc(&d, 0x1122334455667788, 0x99aabbcc, 0xddeeff00);
	EXPECT_EQ(Raw(d), Hex("1122334455667788 99aabbcc ddeeff00"));
}

TEST(Descriptor, IndirectTableIsContiguous)
{
	alignas(8) uint8_t mem[64] = {};
	struct srp_indirect_desc *ind = reinterpret_cast<struct srp_indirect_desc *>(mem);

	srp_set_desc(&ind->table, 0x1000, 0x55, 32);
	ind->len = htobe32(0x30000);
	srp_set_desc(&ind->list[0], 0xa000, 1, 0x10000);
	srp_set_desc(&ind->list[1], 0xb000, 2, 0x20000);
	EXPECT_EQ(Bytes(mem, mem + 52), Hex("0000000000001000 00000055 00000020 00030000"
					    "000000000000a000 00000001 00010000"
					    "000000000000b000 00000002 00020000"));
}

TEST(TskMgmt, GoldenBytes)
{
	struct srp_tsk_mgmt tm;

	memset(&tm, 0xff, sizeof(tm));
	srp_build_tsk_mgmt(&tm, Tag(0x80000001), 0x4005000600070008, SRP_TMF_ABORT_TASK,
			   Tag(0x0000000000010002));
	EXPECT_EQ(Raw(tm), Hex("01 00 000000000000 0000000080000001 00000000 4005000600070008"
			       "0000 01 00 0000000000010002 0000000000000000"));
	srp_build_tsk_mgmt(&tm, Tag(0x80000002), 1ull << 48, SRP_TMF_LUN_RESET, Tag(0xffffffff));
	EXPECT_EQ(Raw(tm), Hex("01 00 000000000000 0000000080000002 00000000 0001000000000000"
			       "0000 08 00 00000000ffffffff 0000000000000000"));
}

TEST(SmallIus, GoldenBytes)
{
	const uint64_t tag = Tag(0x0102030405060708);
	struct srp_i_logout lo;
	struct srp_cred_rsp cred;
	struct srp_aer_rsp aer;

	memset(&lo, 0xff, sizeof(lo));
	memset(&cred, 0xff, sizeof(cred));
	memset(&aer, 0xff, sizeof(aer));
	srp_build_i_logout(&lo, tag);
	srp_build_cred_rsp(&cred, tag);
	srp_build_aer_rsp(&aer, tag);
	EXPECT_EQ(Raw(lo), Hex("03 00000000000000 0102030405060708"));
	EXPECT_EQ(Raw(cred), Hex("41 00000000000000 0102030405060708"));
	EXPECT_EQ(Raw(aer), Hex("42 00000000000000 0102030405060708"));
}

// --- responses ---

// delta 3, flags, status, data_out_res 0x11, data_in_res 0x22, sense_len, resp_len
Bytes Rsp(uint8_t flags, uint8_t status, uint32_t sense_len, uint32_t resp_len,
	  size_t data_len)
{
	Bytes rsp = Hex("c1 00 0000 00000003 0102030405060708 0000 00 00 00000011 00000022 00000000 00000000");

	rsp[18] = flags;
	rsp[19] = status;
	PutBe32(rsp, 28, sense_len);
	PutBe32(rsp, 32, resp_len);
	for (size_t i = 0; i < data_len; i++)
		rsp.push_back(0x40 + i);
	return rsp;
}

struct srp_rsp_info Dirty()
{
	struct srp_rsp_info info;

	memset(static_cast<void *>(&info), 0xff, sizeof(info) - sizeof(info.truncated) - 3);
	info.truncated = true;
	return info;
}

TEST(RspIu, PlainSuccess)
{
	Received rsp(Rsp(0, 0, 0, 0, 0));
	struct srp_rsp_info info = Dirty();

	ASSERT_EQ(rsp.len(), 36u);
	ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
	EXPECT_EQ(info.tag, Tag(0x0102030405060708));
	EXPECT_EQ(info.req_lim_delta, 3);
	EXPECT_EQ(info.flags, 0);
	EXPECT_EQ(info.status, 0);
	EXPECT_EQ(info.data_out_res, 0x11u);
	EXPECT_EQ(info.data_in_res, 0x22u);
	EXPECT_EQ(info.resp, nullptr);
	EXPECT_EQ(info.resp_len, 0u);
	EXPECT_EQ(info.sense, nullptr);
	EXPECT_EQ(info.sense_len, 0u);
	EXPECT_FALSE(info.truncated);
	EXPECT_EQ(srp_rsp_code(&info), -1);
	EXPECT_EQ(srp_rsp_residual(&info, 4096, false), 0u);
}

TEST(RspIu, CreditsCanBeTakenBack)
{
	Bytes bytes = Rsp(0, 0, 0, 0, 0);
	struct srp_rsp_info info;

	PutBe32(bytes, 4, 0xffffffff);
	Received rsp(bytes);
	ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
	EXPECT_EQ(info.req_lim_delta, -1);
}

TEST(RspIu, SenseFollowsResponseData)
{
	Received rsp(Rsp(SRP_RSP_VALID | SRP_RSP_SENSE_VALID, 2, 18, 4, 22));
	struct srp_rsp_info info = Dirty();

	ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
	EXPECT_EQ(info.status, 2);
	EXPECT_EQ(info.resp, rsp.bytes() + 36);
	EXPECT_EQ(info.resp_len, 4u);
	EXPECT_EQ(info.sense, rsp.bytes() + 40);
	EXPECT_EQ(info.sense_len, 18u);
	EXPECT_FALSE(info.truncated);
	EXPECT_EQ(srp_rsp_code(&info), 0x43);
}

TEST(RspIu, SenseAloneComesFirst)
{
	Received rsp(Rsp(SRP_RSP_SENSE_VALID, 2, 18, 0, 18));
	struct srp_rsp_info info;

	ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
	EXPECT_EQ(info.sense, rsp.bytes() + 36);
	EXPECT_EQ(info.sense_len, 18u);
	EXPECT_EQ(info.resp, nullptr);
	EXPECT_EQ(srp_rsp_code(&info), -1);
}

TEST(RspIu, LengthsWithoutTheirFlagMeanNothing)
{
	Received neither(Rsp(0, 0, 18, 4, 22));
	Received sense_only(Rsp(SRP_RSP_SENSE_VALID, 2, 18, 4, 18));
	Received resp_only(Rsp(SRP_RSP_VALID, 0, 0xffffffff, 4, 4));
	struct srp_rsp_info info;

	ASSERT_EQ(srp_parse_rsp(neither.data(), neither.len(), &info), 0);
	EXPECT_EQ(info.resp, nullptr);
	EXPECT_EQ(info.sense, nullptr);
	EXPECT_FALSE(info.truncated);
	ASSERT_EQ(srp_parse_rsp(sense_only.data(), sense_only.len(), &info), 0);
	EXPECT_EQ(info.sense, sense_only.bytes() + 36);
	EXPECT_EQ(info.resp, nullptr);
	EXPECT_FALSE(info.truncated);
	ASSERT_EQ(srp_parse_rsp(resp_only.data(), resp_only.len(), &info), 0);
	EXPECT_EQ(info.sense, nullptr);
	EXPECT_EQ(info.resp_len, 4u);
	EXPECT_FALSE(info.truncated);
}

TEST(RspIu, EveryTruncationLength)
{
	const Bytes bytes = Rsp(SRP_RSP_VALID | SRP_RSP_SENSE_VALID, 2, 18, 4, 22);

	for (size_t len = 0; len <= bytes.size(); len++) {
		Received rsp(bytes, len);
		struct srp_rsp_info info = Dirty();
		uint32_t left = len - 36;

		if (len < 36) {
			EXPECT_EQ(srp_parse_rsp(rsp.data(), len, &info), -EPROTO) << len;
			// Nothing was decoded.
			EXPECT_EQ(info.tag, ~0ull);
			continue;
		}
		ASSERT_EQ(srp_parse_rsp(rsp.data(), len, &info), 0) << len;
		EXPECT_EQ(info.resp_len, std::min(left, 4u));
		EXPECT_EQ(info.sense_len, left > 4 ? left - 4 : 0);
		EXPECT_EQ(info.resp == nullptr, info.resp_len == 0);
		EXPECT_EQ(info.sense == nullptr, info.sense_len == 0);
		EXPECT_EQ(info.truncated, len < bytes.size()) << len;
		EXPECT_EQ(srp_rsp_code(&info), left >= 4 ? 0x43 : -1) << len;
	}
}

TEST(RspIu, HostileLengthsStayInsideTheBytesReceived)
{
	int truncated = 0;

	for (unsigned int flags = 0; flags < 4; flags++)
		for (uint32_t sense_len : kHostile)
			for (uint32_t resp_len : kHostile)
				for (size_t data : { 0u, 1u, 3u, 4u, 8u, 96u, 256u }) {
					Received rsp(Rsp(flags, 2, sense_len, resp_len, data));
					struct srp_rsp_info info = Dirty();
					const uint8_t *begin = rsp.bytes() + 36, *end = rsp.bytes() + rsp.len();
					uint64_t announced = 0;

					ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
					if (info.resp) {
						ASSERT_EQ(info.resp, begin);
						ASSERT_LE(info.resp_len, data);
						begin += info.resp_len;
					}
					if (info.sense) {
						ASSERT_EQ(info.sense, begin);
						ASSERT_LE(info.sense_len, (size_t)(end - begin));
					}
					ASSERT_LE(info.resp_len + (uint64_t)info.sense_len, data);
					announced += flags & SRP_RSP_VALID ? resp_len : 0;
					announced += flags & SRP_RSP_SENSE_VALID ? sense_len : 0;
					ASSERT_EQ(info.truncated, announced > data);
					ASSERT_EQ(info.resp_len + (uint64_t)info.sense_len,
						  std::min<uint64_t>(announced, data));
					truncated += info.truncated;
				}
	EXPECT_GT(truncated, 1000);
}

TEST(RspIu, ResponseCodeIsTheFourthByte)
{
	for (int code : { SRP_TMF_COMPLETE, SRP_TMF_FIELDS_INVALID, SRP_TMF_NOT_SUPPORTED, SRP_TMF_FAILED }) {
		Bytes bytes = Rsp(SRP_RSP_VALID, 0, 0, 4, 4);
		struct srp_rsp_info info;

		bytes[39] = code;
		Received rsp(bytes);
		ASSERT_EQ(srp_parse_rsp(rsp.data(), rsp.len(), &info), 0);
		EXPECT_EQ(srp_rsp_code(&info), code);
	}
}

TEST(Residual, CountsOnlyAnUnderrunOfItsOwnDirection)
{
	for (unsigned int flags = 0; flags < 64; flags++)
		for (bool out : { false, true })
			for (uint32_t res : kHostile)
				for (uint32_t bufflen : { 0u, 1u, 512u, 4096u, 0xffffffffu }) {
					struct srp_rsp_info info = {};
					uint32_t expect = 0;

					info.flags = flags;
					info.data_out_res = out ? res : 12345;
					info.data_in_res = out ? 12345 : res;
					if (flags & (out ? 0x08 : 0x20))
						expect = res < bufflen ? res : bufflen;
					ASSERT_EQ(srp_rsp_residual(&info, bufflen, out), expect)
						<< flags << " " << out << " " << res << " " << bufflen;
				}
}

TEST(Residual, OverflowGivesZero)
{
	struct srp_rsp_info info = {};

	info.flags = SRP_RSP_DATA_IN_OVER | SRP_RSP_DATA_OUT_OVER;
	info.data_in_res = info.data_out_res = 512;
	EXPECT_EQ(srp_rsp_residual(&info, 4096, false), 0u);
	EXPECT_EQ(srp_rsp_residual(&info, 4096, true), 0u);
}

// --- requests of the target ---

TEST(CredReq, EveryLength)
{
	const Bytes bytes = Hex("81 00 0000 fffffffe 0102030405060708 ffffffff");

	for (size_t len = 0; len <= bytes.size(); len++) {
		Received req(bytes, len);
		struct srp_target_req_info info;

		memset(&info, 0x7f, sizeof(info));
		ASSERT_EQ(srp_parse_cred_req(req.data(), len, &info), len < 16 ? -EPROTO : 0) << len;
		if (len < 16)
			continue;
		EXPECT_EQ(info.tag, Tag(0x0102030405060708));
		EXPECT_EQ(info.req_lim_delta, -2);
		EXPECT_EQ(info.lun, 0u);
		EXPECT_EQ(info.sense, nullptr);
		EXPECT_EQ(info.sense_len, 0u);
		EXPECT_FALSE(info.truncated);
	}
}

// REPORTED LUNS DATA HAS CHANGED in descriptor-less fixed format.
const char kAerReq[] =
	"82 00 0000 00000001 0102030405060708 00000000 4005000600070008 00000012 00000000"
	"70 00 06 00000000 0a 00000000 3f0e 00 000000";

TEST(AerReq, EveryTruncationLength)
{
	const Bytes bytes = Hex(kAerReq);

	ASSERT_EQ(bytes.size(), 36u + 18u);
	for (size_t len = 0; len <= bytes.size(); len++) {
		Received req(bytes, len);
		struct srp_target_req_info info;

		memset(&info, 0x7f, sizeof(info));
		ASSERT_EQ(srp_parse_aer_req(req.data(), len, &info), len < 36 ? -EPROTO : 0) << len;
		if (len < 36)
			continue;
		EXPECT_EQ(info.tag, Tag(0x0102030405060708));
		EXPECT_EQ(info.req_lim_delta, 1);
		EXPECT_EQ(info.lun, 0x4005000600070008u);
		EXPECT_EQ(info.sense_len, len - 36);
		EXPECT_EQ(info.sense, len > 36 ? req.bytes() + 36 : nullptr);
		EXPECT_EQ(info.truncated, len < bytes.size());
	}
}

TEST(AerReq, HostileSenseLengths)
{
	for (uint32_t sense_len : kHostile)
		for (size_t data : { 0u, 1u, 18u, 252u }) {
			Bytes bytes = Hex(kAerReq);
			struct srp_target_req_info info;

			bytes.resize(36 + data, 0x55);
			PutBe32(bytes, 28, sense_len);
			Received req(bytes);
			ASSERT_EQ(srp_parse_aer_req(req.data(), req.len(), &info), 0);
			EXPECT_EQ(info.sense_len, std::min<uint64_t>(sense_len, data));
			EXPECT_EQ(info.sense == nullptr, info.sense_len == 0);
			EXPECT_EQ(info.truncated, sense_len > data);
		}
}

TEST(TLogout, EveryLength)
{
	const Bytes bytes = Hex("80 00 0000 00000004 0102030405060708 00");

	for (size_t len = 0; len <= bytes.size(); len++) {
		Received lo(bytes, len);
		uint32_t reason = 0xdead;

		EXPECT_EQ(srp_parse_t_logout(lo.data(), len, &reason), len < 16 ? -EPROTO : 0) << len;
		EXPECT_EQ(reason, len < 16 ? 0xdeadu : 4u);
	}
}

TEST(TLogout, EveryReasonHasWords)
{
	const std::string unknown = srp_t_logout_text(0xffffffff);
	std::set<std::string> texts = { unknown };

	for (uint32_t reason = 0; reason < 10; reason++) {
		std::string text = srp_t_logout_text(reason);

		EXPECT_EQ(texts.insert(text).second, reason != 5) << text;
	}
	for (uint32_t reason : { 5u, 10u, 0x00010000u, 0x7fffffffu, 0x80000000u })
		EXPECT_EQ(srp_t_logout_text(reason), unknown) << reason;
}

// --- credits ---

TEST(Credits, SumStaysWithinTheLimit)
{
	const int32_t values[] = {
		0, 1, -1, 62, -62, 65534, 65535, -65534, -65535, 65536, -65536, INT_MAX, INT_MIN,
	};

	for (int32_t credits : values)
		for (int32_t delta : values) {
			int64_t sum = (int64_t)credits + delta;

			sum = std::clamp<int64_t>(sum, -65535, 65535);
			EXPECT_EQ(srp_add_credits(credits, delta), sum) << credits << " " << delta;
		}
}

TEST(Credits, NoSequenceOfDeltasEscapes)
{
	int32_t credits = 1;

	for (int i = 0; i < 100000; i++) {
		credits = srp_add_credits(credits, INT_MAX);
		ASSERT_EQ(credits, SRP_MAX_REQ_LIM);
		credits = srp_add_credits(credits, INT_MIN);
		ASSERT_EQ(credits, -SRP_MAX_REQ_LIM);
	}
}

}  // namespace
