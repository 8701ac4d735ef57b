// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_SRP_DAEMON_H
#define SRP_TOOLS_SRP_DAEMON_H

#include <string>
#include <vector>

namespace srp {

// Exit status: 0 stopped by a signal, or the one scan was done; 1 it could not be started, or the one scan failed; with --strict 2 if
// something else went wrong.
int srp_daemon_main(const std::vector<std::string> &arguments);

} // namespace srp

#endif
