// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Any bytes as a login string: a readable refusal, or values within their limits.
#include <climits>
#include <cstring>

#include "fuzz.h"

static void CheckMessage(const char *msg, size_t size)
{
	REQUIRE(memchr(msg, 0, size));
	for (; *msg; msg++)
		REQUIRE(*msg >= ' ' && *msg < 0x7f);
}

static void CheckAddress(const struct srp_addr &addr)
{
	char text[80], field[80 + 64];
	struct srp_option_defaults def = { 12, 12, 2048, false };
	struct srp_option_msgs msgs;
	struct srp_options again;
	int len = srp_addr_format(text, sizeof(text), &addr);

	REQUIRE(len >= 0 && (size_t)len < sizeof(text));
	REQUIRE(strlen(text) == (size_t)len);
	if (addr.family == srp_addr::SRP_ADDR_NONE) {
		REQUIRE(len == 0);
		return;
	}
	// What was understood can be written and understood again.
	len = snprintf(field, sizeof(field), "id_ext=1,ioc_guid=1,dest=1.2.3.4:5,src=%s", text);
	REQUIRE(srp_options_parse(field, len, &def, &again, &msgs) == 0);
	REQUIRE(again.src.family == addr.family && again.src.port == addr.port);
	REQUIRE(memcmp(again.src.ip, addr.ip, sizeof(addr.ip)) == 0);
	REQUIRE(strcmp(again.src.scope, addr.scope) == 0);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct srp_option_defaults def = { 12, 12, 2048, false };
	struct srp_option_msgs msgs;
	struct srp_options opt;
	int err;

	memset(&msgs, 'x', sizeof(msgs));
	memset(static_cast<void *>(&opt), 0x5a, sizeof(opt));
	err = srp_options_parse(reinterpret_cast<const char *>(data), size, &def, &opt, &msgs);
	REQUIRE(err == 0 || err == -EINVAL || err == -ERANGE);
	CheckMessage(msgs.error, sizeof(msgs.error));
	CheckMessage(msgs.warning, sizeof(msgs.warning));
	REQUIRE((err != 0) == (msgs.error[0] != '\0'));
	if (err)
		return 0;

	REQUIRE(!memchr(data, 0, size));
	REQUIRE(opt.io_class == SRP_IO_CLASS_REV10 || opt.io_class == SRP_IO_CLASS_REV16A);
	REQUIRE(opt.max_sect == 0 || (opt.max_sect >= 8 && opt.max_sect <= 65535));
	REQUIRE(opt.queue_size >= 1 && opt.queue_size <= 8192);
	REQUIRE(opt.max_cmd_per_lun >= 1 && opt.max_cmd_per_lun <= INT_MAX);
	REQUIRE(opt.target_can_queue <= INT_MAX);
	REQUIRE(opt.cmd_sg_entries >= 1 && opt.cmd_sg_entries <= 255);
	REQUIRE(opt.sg_tablesize >= 1 && opt.sg_tablesize <= 2048);
	REQUIRE(opt.comp_vector <= 65535);
	REQUIRE(opt.tl_retry_count >= 2 && opt.tl_retry_count <= 7);
	REQUIRE(opt.max_it_iu_size == 0 || (opt.max_it_iu_size >= 64 && opt.max_it_iu_size <= INT_MAX));
	REQUIRE(opt.ch_count <= 4096);
	REQUIRE((opt.cm == SRP_CM_RDMA) == (opt.dest.family != srp_addr::SRP_ADDR_NONE));
	REQUIRE((opt.cm == SRP_CM_IB) == ((opt.pkey & 0x7fff) != 0));
	CheckAddress(opt.dest);
	CheckAddress(opt.src);

	// Whatever was accepted can be sized, or is refused in an orderly way.
	const struct srp_hca_limits hca = { 4096, 512, 16384, 65535, false };
	const struct srp_reg_policy reg = { true, false };
	const char *note;
	struct srp_sizes sizes;

	if (srp_sizes_init(&sizes, &opt, &hca, &reg, opt.max_sect ? opt.max_sect : 1024, 8192, &note) == 0) {
		REQUIRE(sizes.it_iu_len >= 64);
		REQUIRE(opt.max_it_iu_size == 0 || sizes.it_iu_len <= opt.max_it_iu_size);
		REQUIRE(sizes.sq_depth < hca.max_qp_wr && sizes.rq_depth < hca.max_qp_wr);
		REQUIRE(sizes.imm_data_max == 0 || sizes.imm_data_max + SRP_IMM_DATA_OFFSET <= sizes.it_iu_len);
	}
	return 0;
}
