// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_SERVE_H
#define SRP_TOOLS_SERVE_H

#include "port_server.h"
#include "srp_daemon_options.h"

namespace srp {

// The daemon: until SIGINT or SIGTERM. No port: all there are. The error if it could not begin.
Result<void> serve(const ServerWorld &world, const std::optional<PortName> &port, const SrpDaemonOptions &options, Rules rules);

} // namespace srp

#endif
