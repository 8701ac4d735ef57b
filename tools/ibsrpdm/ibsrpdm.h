// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifndef SRP_TOOLS_IBSRPDM_H
#define SRP_TOOLS_IBSRPDM_H

#include <string>
#include <vector>

namespace srp {

// Exit status: 0 the scan was done, even if nothing was found or nobody answered; 1 it could not be done;
// with --strict 2 if something could not be found out.
int ibsrpdm_main(const std::vector<std::string> &arguments);

} // namespace srp

#endif
