// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// From what a scan found to what to do: which targets are allowed, which are connected, and how to log in.
#ifndef SRP_TOOLS_FINDINGS_H
#define SRP_TOOLS_FINDINGS_H

#include "login.h"
#include "rules.h"
#include "sysfs.h"

namespace srp {

// A target with what became of it.
struct Finding {
	Target target;
	std::string login;		// for add_target
	bool allowed = true;
	unsigned int rule_line = 0;	// 0: no rule decided
	std::string connected;		// the SCSI host, or empty
};

struct Judge {
	PortName port;			// through which it was found
	const Rules &rules;
	LoginSettings login;
	// A login through another P_Key counts as connected: the kernel would refuse a second one.
	bool any_pkey = false;
	std::vector<SrpHost> hosts;

	Finding judge(const Target &target) const;
	// In the order of the units. problems: names of services that cannot be used.
	std::vector<Finding> judge(const std::vector<IoUnit> &units, std::vector<Error> &problems) const;
};

} // namespace srp

#endif
