// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace srp {

namespace {

using Json = nlohmann::ordered_json;

const char *slot_text(Slot slot)
{
	switch (slot) {
	case Slot::Empty:
		return "not installed";
	case Slot::Present:
		return "present";
	case Slot::Missing:
		return "no slot";
	}
	return "<unknown>";
}

std::string human_controller(const Controller &controller)
{
	const IoControllerProfile &profile = controller.profile;
	std::string text = fmt::format("\n"
				       "    controller[{:3}]\n"
				       "        GUID:      {}\n"
				       "        vendor ID: {:06x}\n"
				       "        device ID: {:06x}\n"
				       "        IO class : {:04x}\n"
				       "        Maximum size of Send Messages in bytes: {}\n"
				       "        ID:        {}\n"
				       "        service entries: {}\n",
				       controller.slot, profile.guid.text(), profile.vendor_id, profile.device_id, profile.io_class,
				       profile.send_message_size, printable(profile.id), profile.service_entries);

	for (size_t i = 0; i < controller.services.size(); i++)
		if (is_srp_service(controller.services[i]))
			text += fmt::format("            service[{:3}]: {} / {}\n", i, controller.services[i].id.text(),
					    printable(controller.services[i].name));
	return text;
}

Json json_controller(const Controller &controller)
{
	const IoControllerProfile &profile = controller.profile;
	Json services = Json::array();

	for (size_t i = 0; i < controller.services.size(); i++)
		services.push_back({ { "index", i }, { "id", controller.services[i].id.text() },
				     { "name", printable(controller.services[i].name) } });
	return { { "slot", controller.slot },
		 { "guid", profile.guid.text() },
		 { "vendor_id", fmt::format("{:06x}", profile.vendor_id) },
		 { "device_id", fmt::format("{:06x}", profile.device_id) },
		 { "io_class", fmt::format("{:04x}", profile.io_class) },
		 { "send_message_size", profile.send_message_size },
		 { "id", printable(profile.id) },
		 { "services", services } };
}

Json json_target(const Finding &finding)
{
	const Target &target = finding.target;

	return { { "id_ext", target.id_ext },
		 { "ioc_guid", target.ioc_guid.text() },
		 { "dgid", target.dgid.text() },
		 { "pkey", target.pkey.text() },
		 { "service_id", target.service_id.text() },
		 { "lid", target.lid.text() },
		 { "allowed", finding.allowed },
		 { "rule_line", finding.rule_line ? Json(finding.rule_line) : Json() },
		 { "connected", finding.connected.empty() ? Json() : Json(finding.connected) },
		 { "login", finding.login } };
}

} // namespace

std::string human_report(const IoUnit &unit, const HumanFormat &format)
{
	std::string text = fmt::format("IO Unit Info:\n"
				       "    port LID:        {}\n"
				       "    port GID:        {}\n",
				       unit.lid.text(), unit.gid.text());

	if (format.pkey)
		text += fmt::format("    P_Key:           {}\n", unit.pkey.text());
	text += fmt::format("    change ID:       {:04x}\n"
			    "    max controllers: 0x{:02x}\n",
			    unit.info.change_id, unit.info.max_controllers);
	for (unsigned int slot = 1; format.slots && slot <= unit.info.max_controllers; slot++)
		text += fmt::format("    controller[{:3}]: {}\n", slot, slot_text(unit.info.slot(slot)));
	for (const Controller &controller : unit.controllers)
		text += human_controller(controller);
	return text + "\n";
}

bool shows_pkey(const LocalPort &port, const std::vector<Pkey> &asked_for)
{
	std::set<uint16_t> partitions;

	for (const Pkey pkey : port.pkeys)
		if (pkey.valid())
			partitions.insert(pkey.partition());
	return !asked_for.empty() || partitions.size() > 1;
}

std::string json_report(const LocalPort &port, const ScanResult &result, const std::vector<Finding> &findings)
{
	Json units = Json::array(), targets = Json::array(), problems = Json::array(), pkeys = Json::array();

	for (const IoUnit &unit : result.units) {
		Json controllers = Json::array();
		for (const Controller &controller : unit.controllers)
			controllers.push_back(json_controller(controller));
		units.push_back({ { "lid", unit.lid.text() },
				  { "gid", unit.gid.text() },
				  { "pkey", unit.pkey.text() },
				  { "change_id", unit.info.change_id },
				  { "max_controllers", unit.info.max_controllers },
				  { "controllers", controllers } });
	}
	for (const Finding &finding : findings)
		targets.push_back(json_target(finding));
	for (const Error &problem : result.problems)
		problems.push_back(printable(problem.text));
	for (const Pkey pkey : port.pkeys)
		if (pkey.valid())
			pkeys.push_back(pkey.text());
	const Json document = { { "port", { { "device", port.name.device },
					    { "number", port.name.number },
					    { "lid", port.lid.text() },
					    { "gid", port.gid.text() },
					    { "sm_lid", port.sm_lid.text() },
					    { "pkeys", pkeys } } },
				{ "units", units },
				{ "targets", targets },
				{ "problems", problems } };
	return document.dump(2) + "\n";
}

} // namespace srp
