// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "srp_daemon_options.h"

#include <climits>

#include <fmt/format.h>
#include <unistd.h>

namespace srp {

namespace {

constexpr unsigned int kMaxSeconds = 30 * 24 * 3600, kMaxMilliseconds = 3600 * 1000, kMaxTries = 16;

Result<void> set_device_and_port(PortChoice &choice, const std::string &text)
{
	const size_t colon = text.rfind(':');
	const auto number = colon == text.npos ? Result<uint64_t>(Error { "device:port expected" }) : parse_decimal(text.substr(colon + 1), 1, 255);

	if (!number)
		return number.error();
	if (colon == 0)
		return Error { "device:port expected" };
	choice.device = text.substr(0, colon);
	choice.number = static_cast<unsigned int>(*number);
	return {};
}

} // namespace

CommandLine srp_daemon_command_line(SrpDaemonOptions &o)
{
	DaemonConfig &c = o.config;
	const auto seconds = [](std::chrono::seconds &to) { return [&to](unsigned int value) { to = std::chrono::seconds(value); }; };

	return { "srp_daemon", "Finds the SRP targets of an InfiniBand fabric and logs in to them.",
		 {
			 { 'c', "login-strings", "", "print a login string per target", set_flag(c.print) },
			 { 'a', "all", "", "print targets that are already connected as well", set_flag(c.all) },
			 { 'e', "execute", "", "log in to the targets", set_flag(c.execute) },
			 { 'o', "once", "", "scan once and exit", set_flag(o.once) },
			 { 'd', "umad", "DEVICE", "port to use, as a umad device", set_text(o.port.umad) },
			 { 'i', "device", "NAME", "RDMA device to use (default: the first with an active port)", set_text(o.port.device) },
			 { 'p', "port", "NUMBER", "port of the device (default: 1)",
			   set_number([&o](unsigned int value) { o.port.number = value; }, 1, 255) },
			 { 'j', "device-port", "NAME:NUMBER", "both of these",
			   [&o](const std::string &text) { return set_device_and_port(o.port, text); } },
			 { 0, "all-ports", "", "serve all InfiniBand ports in one process, as they come and go (default: one port)",
			   set_flag(o.all_ports) },
			 { 'k', "pkey", "P_KEY", "look through this P_Key only, hexadecimal; repeatable (default: all, every one of the port)",
			   add_pkey(c.pkeys) },
			 { 'R', "rescan", "SECONDS", "scan again that often (default: only when something changed)",
			   set_number_up_to(seconds(c.rescan), 1, kMaxSeconds, "-R", o.warnings) },
			 { 'T', "recheck", "SECONDS", "look again at connected targets that long after a scan; 0: do not (default: 20)",
			   set_number_up_to(seconds(c.recheck), 0, kMaxSeconds, "-T", o.warnings) },
			 { 'f', "rules", "FILE", "rules file (default: /etc/srp_daemon.conf)", set_text(o.rules_file) },
			 { 't', "timeout", "MS",
			   "how long to wait for the answer to a question, milliseconds (default: 5000; with -o less\n"
			   "for I/O units that are silent while others answer quickly)",
			   set_number_up_to([&o](unsigned int value) { o.timeout = std::chrono::milliseconds(value); }, 1, kMaxMilliseconds, "-t", o.warnings) },
			 { 'r', "retries", "NUMBER", "how often to ask within that time (default: 3)",
			   set_number_up_to([&c](unsigned int value) { c.policy.tries = value; }, 1, kMaxTries, "-r", o.warnings) },
			 { 'l', "tl-retry-count", "NUMBER", "add tl_retry_count to logins, 2 to 7; needs -e (default: not added)",
			   set_number([&o](unsigned int value) { o.tl_retry_count = value; }, 2, 7) },
			 { 'n', "initiator-ext", "", "add initiator_ext to logins, so that each port of a target is one of its own",
			   set_flag(c.login.initiator_ext) },
			 { 0, "no-fail-path", "", "do not tell ib_srp when the subnet manager reports that the port of a target is gone",
			   [&c](const std::string &) -> Result<void> {
				   c.fail_path = false;
				   return {};
			   } },
			 { 0, "status", "", "show how the logins and the attempts at them are, and what to do, and exit", set_flag(o.status) },
			 { 0, "json", "", "with -o: print everything that was found as JSON; with --status: print that as JSON", set_flag(o.json) },
			 { 0, "strict", "", "with -o, --status or --check-config: exit status 2 if something is not as it should be",
			   set_flag(o.strict) },
			 { 0, "check-config", "", "check the rules file and exit", set_flag(o.check_config) },
			 { 'v', "verbose", "", "print the configuration, and a line per slot", set_flag(o.verbose) },
			 { 'V', "debug", "", "log what is done, on stderr", set_flag(o.debug) },
			 { 0, "systemd", "", "accepted and not needed: messages go to the journal if it listens", set_flag(o.systemd) },
			 { 'h', "", "", "usage on stderr, exit status 1", set_flag(o.usage) },
			 { 0, "help", "", "this text", set_flag(o.help) },
			 { 0, "version", "", "version of this program", set_flag(o.version) },
			 { 0, "man-options", "", "the options as part of a manual page", set_flag(o.man) },
		 } };
}

Result<void> complete(SrpDaemonOptions &options)
{
	DaemonConfig &config = options.config;

	const bool one_port = !options.port.umad.empty() || !options.port.device.empty() || options.port.number;

	if (options.json && !options.once && !options.status)
		return Error { "--json needs -o or --status" };
	if (options.strict && !options.once && !options.status && !options.check_config)
		return Error { "--strict needs -o, --status or --check-config" };
	if (options.status && options.once)
		return Error { "--status and -o do not go together" };
	if (options.all_ports && (options.once || one_port))
		return Error { "--all-ports does not go with -o or with the name of a port" };
	if (config.execute && options.tl_retry_count)
		config.login.tl_retry_count = options.tl_retry_count;
	config.human = !config.print && !config.execute && !options.json;
	config.slots = options.verbose;
	if (options.timeout)
		config.policy.timeout = *options.timeout;
	config.policy.adaptive = options.once && !options.timeout;
	return {};
}

std::string configuration_report(const SrpDaemonOptions &o, const std::optional<PortName> &port)
{
	const DaemonConfig &c = o.config;

	const std::string rescan = c.rescan.count() ? fmt::format("Performs full target rescan every {} seconds", c.rescan.count()) : "No full target rescan";
	const std::string recheck = c.recheck.count() ? fmt::format("Retries to connect to existing target after {} seconds", c.recheck.count()) :
							"Do not retry to connect to existing targets";

	// To the byte what scripts know, tabs included.
	return fmt::format(" configuration report\n"
			   " ------------------------------------------------\n"
			   " Current pid                \t\t: {}\n"
			   " Device name                \t\t: \"{}\"\n"
			   " IB port                    \t\t: {}\n"
			   " Mad Retries                \t\t: {}\n"
			   " Number of outstanding WR   \t\t: {}\n"
			   " Mad timeout (msec)\t     \t\t: {}\n"
			   " Prints add target command  \t\t: {:d}\n"
			   " Executes add target command\t\t: {:d}\n"
			   " Print also connected targets \t\t: {:d}\n"
			   " Report current targets and stop \t: {:d}\n"
			   " Reads rules from \t\t\t: {}\n"
			   " {} initiator_ext\n"
			   " {}\n"
			   " {}\n"
			   " ------------------------------------------------\n",
			   getpid(), port ? port->device : "all", port ? fmt::format("{}", port->number) : "all", c.policy.tries, c.policy.per_port,
			   std::chrono::duration_cast<std::chrono::milliseconds>(c.policy.timeout).count(), c.print, c.execute, c.all, o.once,
			   o.rules_file, c.login.initiator_ext ? "Print" : "Do not print", rescan, recheck);
}

} // namespace srp
