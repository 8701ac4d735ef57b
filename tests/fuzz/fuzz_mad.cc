// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Every message that a fabric can send: answers of the SA and of I/O units, reports of traps.
#include <algorithm>

#include "fuzz.h"
#include "login.h"
#include "sa.h"

using namespace srp;

namespace {

void check_text(const std::string &text)
{
	REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
}

template <class T> void check(const Result<T> &result)
{
	if (!result)
		check_text(result.error().text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Bytes message(data, size);

	check(decode_header(message));
	check(decode_sa_class_port_info(message));
	check(decode_path(message));
	check(decode_port(message));
	check(decode_inform_info(message));
	check(decode_report(message));
	const auto ports = decode_port_table(message);
	check(ports);
	if (ports)
		REQUIRE(ports->size() * PortInfoRecord::kSize <= size);
	const auto nodes = decode_node_table(message);
	check(nodes);
	if (nodes)
		REQUIRE(nodes->size() * NodeRecord::kSize <= size);
	const auto unit = decode_io_unit_info(message);
	check(unit);
	if (unit)
		for (unsigned int slot = 0; slot < 300; slot++)
			REQUIRE(unit->slot(slot) != Slot::Present || (slot >= 1 && slot <= unit->max_controllers));
	check(decode_profile(message));
	const auto services = decode_services(message, 0, 3);
	check(services);
	if (services) {
		std::vector<Error> problems;
		const IoUnit found = { .controllers = { { .slot = 1, .services = *services } } };
		for (const Target &target : targets_of(found, problems)) {
			// Whatever the target wrote: no key or line of its own gets into the login.
			const std::string login = login_string(target, {}, "");
			REQUIRE(std::count(login.begin(), login.end(), ',') == 5);	// with io_class, which is 0 here
			check_text(login);
		}
		for (const Error &problem : problems)
			check_text(problem.text);
	}
	return 0;
}
