// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The logins that the kernel has. Reading them is a dozen files per login, so what was read a moment ago is used again.
#ifndef SRP_TOOLS_HOSTS_H
#define SRP_TOOLS_HOSTS_H

#include "scheduler.h"
#include "sysfs.h"

namespace srp {

class HostList {
public:
	HostList(const Scheduler &clock, const Sysfs &sysfs) : clock_(clock), sysfs_(sysfs) {}

	// Not older than 200 ms. Valid until the next call.
	const std::vector<SrpHost> &now();
	// A login ended: they are read again the next time.
	void changed() { read_at_.reset(); }
	// Counts how often what was read was something else than before.
	unsigned int version() const { return version_; }

private:
	const Scheduler &clock_;
	const Sysfs &sysfs_;
	std::optional<TimePoint> read_at_;
	std::vector<SrpHost> hosts_;
	unsigned int version_ = 0;
};

} // namespace srp

#endif
