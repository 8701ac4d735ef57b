// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the daemon of a port is told to do, and what it needs of the world.
#ifndef SRP_TOOLS_DAEMON_CONFIG_H
#define SRP_TOOLS_DAEMON_CONFIG_H

#include "log.h"
#include "login.h"
#include "requester.h"
#include "sysfs.h"
#include "writer.h"

namespace srp {

struct DaemonConfig {
	RequestPolicy policy;
	std::vector<Pkey> pkeys;		// empty: all of the port
	LoginSettings login;			// immediate data is read from sysfs each time
	bool print = false;			// login strings on stdout
	bool all = false;			// print what is connected as well
	bool execute = false;			// log in
	bool human = false;			// the report for people
	bool slots = false;			// with a line per slot
	bool discover = true;			// false: targets of the rules file only; the port need not be InfiniBand
	bool fail_path = true;			// tell the initiator when the port of a target left the fabric
	std::chrono::seconds rescan { 0 };	// 0: only when something happens
	std::chrono::seconds recheck { 20 };	// look again at what was connected at the last scan; 0: do not
};

// All of it outlives the daemon.
struct DaemonWorld {
	Scheduler &scheduler;
	const Sysfs &sysfs;
	Log &log;
	Writer &logins;				// may be busy for seconds
	Writer &notices;			// short words to the kernel, not held up by logins
	std::function<Result<std::unique_ptr<MadPort>>()> open_port;
	std::function<void(const std::string &)> print;
	std::function<void()> changed;		// the status is another now
	std::function<void()> device_lost = [] {};	// nothing of it may stay open; it may come back
};

} // namespace srp

#endif
