// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a service owes the system around it: one instance per port, and word to systemd of how it is.
#ifndef SRP_TOOLS_SERVICE_H
#define SRP_TOOLS_SERVICE_H

#include "files.h"
#include "scheduler.h"
#include "sysfs.h"

namespace srp {

// Held until it is destroyed, or the process ends. The file stays; rdma-core's srp_daemon locks the same one.
Result<Fd> lock_port(const std::filesystem::path &directory, const PortName &name);

// The process that holds it; none if nobody does.
std::optional<int> lock_holder(const std::filesystem::path &directory, const PortName &name);
// Removed when a service ends; beside the lock, and of the same name.
std::filesystem::path state_file(const std::filesystem::path &directory, const PortName &name);

// sd_notify(3) without its library. Does nothing where nobody listens.
class ServiceManager {
public:
	// From $NOTIFY_SOCKET and $WATCHDOG_USEC.
	static ServiceManager from_environment();

	// May get lost where the manager is busy.
	void notify(const std::string &state) const;
	// What must arrive, or the manager waits for it in vain: waits for a busy one, for a second at most.
	void announce(const std::string &state) const;
	// "RELOADING=1" with the time that systemd wants to know; READY=1 ends it.
	void notify_reloading() const;
	// Half the time after which systemd loses patience; zero: it does not.
	Duration watchdog_period() const { return watchdog_period_; }

private:
	void send(const std::string &state, bool wait) const;

	std::string socket_;
	Duration watchdog_period_ {};
};

} // namespace srp

#endif
