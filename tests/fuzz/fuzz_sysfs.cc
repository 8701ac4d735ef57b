// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What sysfs says about an SRP host: one attribute per line, in the order below.
#include "fuzz.h"
#include "sysfs.h"

using namespace srp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "id_ext", "ioc_guid", "orig_dgid", "dgid", "pkey", "service_id", "local_ib_device", "local_ib_port" };
	std::string_view text(reinterpret_cast<const char *>(data), size);
	std::map<std::string, std::string> attributes;

	for (const char *name : names) {
		const size_t end = std::min(text.find('\n'), text.size());
		(void)parse_sysfs_number(text.substr(0, end));
		(void)Gid::parse(text.substr(0, end));
		(void)Pkey::parse(text.substr(0, end));
		if (end)
			attributes[name] = text.substr(0, end);
		text.remove_prefix(std::min(end + 1, text.size()));
	}
	const auto host = parse_srp_host("host0", attributes);
	REQUIRE(!host || (attributes.count("id_ext") && attributes.count("ioc_guid")));
	return 0;
}
