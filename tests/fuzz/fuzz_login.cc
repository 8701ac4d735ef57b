// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Any bytes as CM private data: a grant within its limits, or words for the refusal.
#include <cstring>

#include "fuzz.h"

static void CheckText(struct srp_reason_text t)
{
	REQUIRE(t.text && t.text[0]);
	REQUIRE(t.hint && t.hint[0]);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srp_login_grant grant;
	const char *why = nullptr;
	__u32 reason = 0;
	int err;

	memset(&grant, 0x5a, sizeof(grant));
	err = srp_parse_login_rsp(data, size, &grant, &why);
	REQUIRE(err == 0 || err == -ECONNRESET);
	REQUIRE((err != 0) == (why != nullptr));
	if (err == 0) {
		REQUIRE(size >= 52 && data[0] == SRP_OP_LOGIN_RSP);
		REQUIRE(grant.req_lim >= 1 && grant.req_lim <= SRP_MAX_REQ_LIM);
		REQUIRE(grant.max_it_iu_len >= 64);
		REQUIRE(grant.max_ti_iu_len >= SRP_MIN_TI_IU_LEN && grant.max_ti_iu_len <= SRP_MAX_TI_IU_LEN);
	}

	err = srp_parse_login_rej(data, size, &reason);
	REQUIRE(err == 0 || err == -EPROTO);
	if (err == 0) {
		REQUIRE(size >= 8 && data[0] == SRP_OP_LOGIN_REJ);
	}
	CheckText(srp_login_rej_text(reason));
	CheckText(srp_cm_rej_text(reason));
	return 0;
}
