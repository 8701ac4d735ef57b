// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The rules file.
#include <algorithm>

#include "fuzz.h"
#include "login.h"
#include "rules.h"

using namespace srp;

namespace {

void check_text(const std::string &text)
{
	REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Target target = { .id_ext = "1", .ioc_guid = Guid(1), .dgid = Gid(1, Guid(1)), .pkey = Pkey(0xffff), .service_id = ServiceId(1) };
	const auto rules = Rules::parse(std::string_view(reinterpret_cast<const char *>(data), size), "f");

	if (!rules) {
		check_text(rules.error().text);
		return 0;
	}
	for (const std::string &warning : rules->warnings())
		check_text(warning);
	const Decision decision = rules->decide(target);
	REQUIRE(decision.allow || decision.options.empty());
	const std::string login = login_string(target, {}, decision.options);
	check_text(login);
	REQUIRE(login.size() < 4096);
	for (const StaticTarget &one : rules->static_targets()) {
		check_text(one.login);
		REQUIRE(one.login.size() < 4096);
	}
	return 0;
}
