// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One program with two names: what ends with ibsrpdm looks once and prints, everything else is the daemon.
#include <exception>

#include <fmt/format.h>

#include "files.h"
#include "ibsrpdm.h"
#include "srp_daemon.h"

int main(int argc, char **argv)
{
	const std::string name = argc > 0 ? argv[0] : "";
	const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);

	try {
		return name.ends_with("ibsrpdm") ? srp::ibsrpdm_main(arguments) : srp::srp_daemon_main(arguments);
	} catch (const std::exception &error) {
		// Out of memory, and nothing else that we know of.
		srp::print(stderr, fmt::format("{}: {}\n", name, error.what()));
		return 1;
	}
}
