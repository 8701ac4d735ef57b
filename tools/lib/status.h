// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// How the connections of this machine are: what the kernel says of the logins that exist, and what running daemons say of the others.
#ifndef SRP_TOOLS_STATUS_H
#define SRP_TOOLS_STATUS_H

#include "state_file.h"

namespace srp {

// A way to a target: a login, or an attempt at one.
struct PathStatus {
	std::optional<PortName> local;
	std::string to;				// GID of the target port, or an address; empty: not known
	std::string pkey;			// empty with RDMA/CM
	std::string host;			// the SCSI host; empty: not connected
	// Of the remote port: "running", "blocked", "fail-fast", "lost". Without login: "connecting", "failed", "found".
	std::string state;
	std::optional<uint64_t> channels, waits;	// waits: how often a command waited for credits
	std::optional<int64_t> credits;
	unsigned int failures = 0;		// attempts that failed, in a row
	std::string error;			// the last one in words
	std::optional<std::chrono::seconds> next_attempt;
	std::string advice;			// what to do; empty: nothing

	bool operator==(const PathStatus &) const = default;
};

struct TargetStatus {
	std::string id_ext, ioc_guid;		// 16 digits
	std::vector<PathStatus> paths;
};

struct PortStatus {
	LocalPort port;
	std::optional<int> pid;			// of the daemon
	bool scanning = false;
	std::string problem, advice;
};

struct StatusReport {
	std::vector<PortStatus> ports;
	std::vector<TargetStatus> targets;

	// Nobody has to do anything.
	bool all_well() const;
};

// run_directory: of the locks and states of daemons. only: of that port; none: of all. now: as of the clock of the daemons.
StatusReport collect_status(const Sysfs &sysfs, const std::filesystem::path &run_directory, const std::optional<PortName> &only, TimePoint now);
std::string human_status(const StatusReport &report);
std::string json_status(const StatusReport &report);

} // namespace srp

#endif
