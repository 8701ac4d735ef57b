// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Any bytes as an information unit from the target: every pointer stays inside of them.
#include <cstring>
#include <initializer_list>

#include "fuzz.h"

static volatile uint8_t sink;

// Inside of what was received, and readable (AddressSanitizer).
static void CheckList(const uint8_t *data, size_t size, size_t fixed, const __u8 *list, __u32 len)
{
	REQUIRE((list == nullptr) == (len == 0));
	if (!list)
		return;
	REQUIRE(list >= data + fixed);
	REQUIRE(len <= size - (size_t)(list - data));
	for (__u32 i = 0; i < len; i++)
		sink = list[i];
}

static void Response(const uint8_t *data, size_t size)
{
	struct srp_rsp_info info;
	int err = srp_parse_rsp(data, size, &info);

	REQUIRE(err == (size < 36 ? -EPROTO : 0));
	if (err)
		return;
	CheckList(data, size, 36, info.resp, info.resp_len);
	CheckList(data, size, 36 + info.resp_len, info.sense, info.sense_len);
	REQUIRE((uint64_t)info.resp_len + info.sense_len <= size - 36);
	REQUIRE(srp_rsp_code(&info) >= -1 && srp_rsp_code(&info) <= 255);
	for (__u32 bufflen : { 0u, 1u, 4096u, 0xffffffffu }) {
		REQUIRE(srp_rsp_residual(&info, bufflen, true) <= bufflen);
		REQUIRE(srp_rsp_residual(&info, bufflen, false) <= bufflen);
	}
	for (__s32 credits : { -65535, -1, 0, 1, 62, 65535 }) {
		__s32 sum = srp_add_credits(credits, info.req_lim_delta);

		REQUIRE(sum >= -65535 && sum <= 65535);
	}
}

static void Request(const uint8_t *data, size_t size)
{
	struct srp_target_req_info info;
	__u32 reason = 0;

	REQUIRE(srp_parse_cred_req(data, size, &info) == (size < 16 ? -EPROTO : 0));
	if (size >= 16) {
		REQUIRE(info.sense == nullptr && info.sense_len == 0 && !info.truncated);
	}
	REQUIRE(srp_parse_aer_req(data, size, &info) == (size < 36 ? -EPROTO : 0));
	if (size >= 36) {
		CheckList(data, size, 36, info.sense, info.sense_len);
	}
	REQUIRE(srp_parse_t_logout(data, size, &reason) == (size < 16 ? -EPROTO : 0));
	REQUIRE(srp_t_logout_text(reason)[0] != '\0');
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	// Not by opcode: the parsers must stand any bytes.
	Response(data, size);
	Request(data, size);
	return 0;
}
