// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One scan through a real port, from opening it to the result.
#ifndef SRP_TOOLS_ONE_SCAN_H
#define SRP_TOOLS_ONE_SCAN_H

#include "discovery.h"
#include "event_loop.h"

namespace srp {

// How the user names a port; what is empty was not given.
struct PortChoice {
	std::string umad;		// "/dev/infiniband/umad0" or "umad0"
	std::string device;
	std::optional<unsigned int> number;
};

// Names win over umad devices; nothing at all means the default port. An error if it does not exist.
Result<PortName> choose_port(const Sysfs &sysfs, const PortChoice &choice);
// An InfiniBand port, ready to be asked.
Result<LocalPort> infiniband_port(const Sysfs &sysfs, const PortName &name);

struct OneScan {
	LocalPort port;
	ScanResult result;
	Requester::Counters counters;
};

// Blocks until it is done, and shows on a terminal how far it is.
Result<OneScan> scan_once(EventLoop &loop, const LocalPort &port, const RequestPolicy &policy, const std::vector<Pkey> &pkeys);

} // namespace srp

#endif
