// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "one_scan.h"

#include <fmt/format.h>

#include "progress.h"
#include "umad_port.h"

namespace srp {

Result<PortName> choose_port(const Sysfs &sysfs, const PortChoice &choice)
{
	if (!choice.device.empty())
		return PortName { choice.device, choice.number.value_or(1) };
	if (!choice.umad.empty())
		return sysfs.port_of_umad(choice.umad.substr(choice.umad.rfind('/') + 1));
	auto port = sysfs.default_port();
	if (port && choice.number)
		port->number = *choice.number;
	return port;
}

Result<LocalPort> infiniband_port(const Sysfs &sysfs, const PortName &name)
{
	auto port = sysfs.port(name);

	if (port && port->link_layer != "InfiniBand")
		return Error { fmt::format("Unsupported link layer {} of port {}", printable(port->link_layer), name.text()) };
	return port;
}

Result<OneScan> scan_once(EventLoop &loop, const LocalPort &port, const RequestPolicy &policy, const std::vector<Pkey> &pkeys)
{
	auto umad = UmadPort::open(loop, port.name);

	if (!umad)
		return umad.error();
	std::optional<Result<ScanResult>> outcome;
	Requester requester(loop, **umad, policy);
	Scan scan(requester, port, pkeys, [&](Result<ScanResult> result) {
		outcome = std::move(result);
		loop.stop();
	});
	const Progress progress(loop, Progress::terminal(), [&] {
		return scan.ports_found() ? fmt::format("{}: {} of {} ports", port.name.text(), scan.ports_done(), scan.ports_found()) :
					    fmt::format("{}: waiting for the subnet manager", port.name.text());
	});
	scan.start();
	if (!outcome)	// it may have failed at once
		loop.run();
	if (!*outcome)
		return outcome->error();
	return OneScan { port, std::move(**outcome), requester.counters() };
}

} // namespace srp
