// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a daemon knows of its targets, as text: the content of its state file.
#ifndef SRP_TOOLS_PORT_STATE_H
#define SRP_TOOLS_PORT_STATE_H

#include <string>
#include <string_view>
#include <vector>

#include "result.h"
#include "scheduler.h"

namespace srp {

struct TargetState {
	std::string what;		// for people
	std::string login;
	std::string state;		// "found", "connecting", "connected", "failed"
	bool left = false;		// its port left the fabric
	unsigned int failures = 0;	// in a row
	std::string error;		// of the last one
	TimePoint retry_at;		// with "failed"; to the millisecond

	bool operator==(const TargetState &) const = default;
};

struct PortState {
	int pid = 0;
	std::string problem;		// why there is no discovery, or empty
	bool scanning = false;
	std::vector<TargetState> targets;

	bool operator==(const PortState &) const = default;
};

std::string encode_state(const PortState &state);
Result<PortState> decode_state(std::string_view text);

} // namespace srp

#endif
