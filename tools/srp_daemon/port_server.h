// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The daemon of one real port: its lock, its umad device, its events, and the threads that write to sysfs.
#ifndef SRP_TOOLS_PORT_SERVER_H
#define SRP_TOOLS_PORT_SERVER_H

#include "devices.h"
#include "event_loop.h"
#include "port_set.h"

namespace srp {

// What all ports of the process share; outlives them.
struct ServerWorld {
	EventLoop &loop;
	const Sysfs &sysfs;
	Devices &devices;
	Log &log;
	// Where locks and states of ports are.
	std::filesystem::path run_directory = "/run";
	// Where nobody tells of changes, they are looked for that often.
	Duration poll_time = std::chrono::seconds(10);
};

// Starts at once. changed: its status is another. An error if another process serves the port.
Result<std::unique_ptr<PortService>> start_port_server(const ServerWorld &world, Task changed, const PortName &name, const DaemonConfig &config,
						       std::shared_ptr<const Rules> rules);

} // namespace srp

#endif
