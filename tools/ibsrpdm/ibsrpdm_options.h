// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_IBSRPDM_OPTIONS_H
#define SRP_TOOLS_IBSRPDM_OPTIONS_H

#include "one_scan.h"
#include "options.h"

namespace srp {

struct IbsrpdmOptions {
	PortChoice port;
	std::vector<Pkey> pkeys;	// empty: all
	bool login_strings = false;
	bool json = false;
	bool strict = false;
	bool debug = false;
	bool usage = false;		// -h: on stderr, status 1, as always
	bool help = false, version = false, man = false;
};

CommandLine ibsrpdm_command_line(IbsrpdmOptions &options);

} // namespace srp

#endif
