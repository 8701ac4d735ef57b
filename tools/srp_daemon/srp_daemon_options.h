// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_SRP_DAEMON_OPTIONS_H
#define SRP_TOOLS_SRP_DAEMON_OPTIONS_H

#include "one_scan.h"
#include "options.h"
#include "port_daemon.h"

namespace srp {

struct SrpDaemonOptions {
	PortChoice port;
	DaemonConfig config;
	std::string rules_file = "/etc/srp_daemon.conf";
	unsigned int tl_retry_count = 0;	// 0: not given
	std::optional<std::chrono::milliseconds> timeout;	// -t
	bool verbose = false, debug = false;
	bool once = false;
	bool all_ports = false;
	bool status = false;
	bool strict = false;
	bool json = false;
	bool check_config = false;
	bool systemd = false;		// accepted; where messages go is found out
	bool usage = false;		// -h: on stderr, status 1, as always
	bool help = false, version = false, man = false;
	std::vector<std::string> warnings;	// of options that were not taken as they were given
};

CommandLine srp_daemon_command_line(SrpDaemonOptions &options);
// What can be wrong with options that are right one by one; completes config.
Result<void> complete(SrpDaemonOptions &options);
// -v; no port: all
std::string configuration_report(const SrpDaemonOptions &options, const std::optional<PortName> &port);

} // namespace srp

#endif
