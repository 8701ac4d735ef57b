// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The daemon of one real port: its lock, its umad device, its events, and the threads that write to sysfs.
#ifndef SRP_TOOLS_PORT_SERVER_H
#define SRP_TOOLS_PORT_SERVER_H

#include "event_loop.h"
#include "port_set.h"

namespace srp {

// What all ports of the process share; outlives them.
struct ServerContext {
	EventLoop &loop;
	const Sysfs &sysfs;
	Log &log;
	Task changed;		// the status of a port is another
};

// Starts at once. An error if another process serves the port.
Result<std::unique_ptr<PortService>> start_port_server(const ServerContext &context, const PortName &name, const DaemonConfig &config,
						       std::shared_ptr<const Rules> rules);

// Where locks and states of ports are.
inline constexpr const char *kRunDirectory = "/run";

} // namespace srp

#endif
