// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The file in which a running daemon says what it knows of its targets; srp_daemon --status reads it.
#ifndef SRP_TOOLS_STATE_FILE_H
#define SRP_TOOLS_STATE_FILE_H

#include "port_daemon.h"
#include "port_state.h"

namespace srp {

PortState state_of(const PortDaemon &daemon);

// Replaced as a whole, see state_file() of service.h.
Result<void> write_state(const std::filesystem::path &directory, const PortDaemon &daemon);
// None if nobody wrote one.
Result<std::optional<PortState>> read_state(const std::filesystem::path &directory, const PortName &name);
// In a line: "vib0:1: 12 targets, 11 connected, 1 failed", or of all ports together.
std::string status_line(const std::vector<const PortDaemon *> &daemons);

} // namespace srp

#endif
