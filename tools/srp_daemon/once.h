// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_ONCE_H
#define SRP_TOOLS_ONCE_H

#include "srp_daemon_options.h"

namespace srp {

// -o: one scan; prints and logs in. The number of things that did not work, or the error if the scan could not be done.
Result<unsigned int> scan_and_act_once(EventLoop &loop, const Sysfs &sysfs, const LocalPort &port, const SrpDaemonOptions &options,
				       const Rules &rules, Log &log);

} // namespace srp

#endif
