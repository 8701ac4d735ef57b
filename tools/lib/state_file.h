// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a running daemon knows of its targets, in a file that srp_daemon --status reads.
#ifndef SRP_TOOLS_STATE_FILE_H
#define SRP_TOOLS_STATE_FILE_H

#include "port_daemon.h"

namespace srp {

struct TargetState {
	std::string what;		// for people
	std::string login;
	std::string state;		// "found", "connecting", "connected", "failed"
	bool left = false;		// its port left the fabric
	unsigned int failures = 0;	// in a row
	std::string error;		// of the last one
	TimePoint retry_at;		// with "failed"

	bool operator==(const TargetState &) const = default;
};

struct PortState {
	int pid = 0;
	std::string problem;		// why there is no discovery, or empty
	bool scanning = false;
	std::vector<TargetState> targets;

	bool operator==(const PortState &) const = default;
};

PortState state_of(const PortDaemon &daemon);
std::string encode_state(const PortState &state);
Result<PortState> decode_state(std::string_view text);

// Replaced as a whole, see state_file() of service.h.
Result<void> write_state(const std::filesystem::path &directory, const PortDaemon &daemon);
// None if nobody wrote one.
Result<std::optional<PortState>> read_state(const std::filesystem::path &directory, const PortName &name);
// In a line: "vib0:1: 12 targets, 11 connected, 1 failed", or of all ports together.
std::string status_line(const std::vector<const PortDaemon *> &daemons);

} // namespace srp

#endif
