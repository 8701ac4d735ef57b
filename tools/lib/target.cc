// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "target.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

namespace {

constexpr std::string_view kPrefix = "SRP.T10:";

} // namespace

uint64_t Target::id_ext_value() const
{
	const auto value = parse_hex(id_ext);

	return value ? *value : 0;
}

bool is_srp_service(const ServiceEntry &service)
{
	return service.name.starts_with(kPrefix) && service.name.size() > kPrefix.size();
}

Result<std::string> id_ext_of(const ServiceEntry &service)
{
	std::string_view text = service.name;

	text.remove_prefix(std::min(kPrefix.size(), text.size()));
	text = text.substr(0, text.find_first_of(" \t"));
	if (!parse_hex(text))
		return Error { fmt::format("service name '{}' has no identifier of 1 to 16 hexadecimal digits", printable(service.name)) };
	return std::string(text);
}

std::vector<Target> targets_of(const IoUnit &unit, std::vector<Error> &problems)
{
	std::vector<Target> targets;

	for (const Controller &controller : unit.controllers) {
		for (const ServiceEntry &service : controller.services) {
			if (!is_srp_service(service))
				continue;
			const auto id_ext = id_ext_of(service);
			if (!id_ext) {
				problems.push_back({ fmt::format("LID 0x{}, controller {}: {}; ignored", unit.lid.text(), controller.slot,
								 id_ext.error().text) });
				continue;
			}
			targets.push_back({
				.id_ext = *id_ext,
				.ioc_guid = controller.profile.guid,
				.dgid = unit.gid,
				.pkey = unit.pkey,
				.service_id = service.id,
				.io_class = controller.profile.io_class,
				.send_message_size = controller.profile.send_message_size,
				.lid = unit.lid,
			});
		}
	}
	return targets;
}

} // namespace srp
