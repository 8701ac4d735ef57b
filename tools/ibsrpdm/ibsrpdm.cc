// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "ibsrpdm.h"

#include <fmt/format.h>

#include "ibsrpdm_options.h"
#include "report.h"

namespace srp {

namespace {

int complain(const Error &error)
{
	fmt::print(stderr, "ibsrpdm: {}\n", error.text);
	return 1;
}

void print(const IbsrpdmOptions &options, const OneScan &scan, const std::vector<Finding> &findings)
{
	if (options.json)
		fmt::print("{}", json_report(scan.port, scan.result, findings));
	else if (options.login_strings)
		for (const Finding &finding : findings)
			fmt::print("{}\n", finding.login);
	else
		for (const IoUnit &unit : scan.result.units)
			fmt::print("{}", human_report(unit, { .pkey = !options.pkeys.empty() }));
}

int scan_and_print(const IbsrpdmOptions &options)
{
	const Sysfs sysfs = Sysfs::from_environment();
	const auto name = choose_port(sysfs, options.port);
	const auto port = name ? infiniband_port(sysfs, *name) : name.error();
	const auto loop = EventLoop::create();

	if (!port || !loop)
		return complain(!port ? port.error() : loop.error());
	auto scan = scan_once(**loop, *port, { .adaptive = true }, options.pkeys);
	if (!scan)
		return complain(scan.error());
	// No rules here, and nothing is left out.
	const Rules rules;
	const Judge judge = { .port = *name, .rules = rules, .login = { .max_immediate_data = sysfs.max_immediate_data() },
			      .hosts = sysfs.srp_hosts() };
	const auto findings = judge.judge(scan->result.units, scan->result.problems);
	for (const Error &problem : scan->result.problems)
		complain(problem);
	if (options.debug)
		fmt::print(stderr, "ibsrpdm: {}: {} MADs sent, {} of them again, {} unanswered; {} targets\n", name->text(), scan->counters.sent,
			   scan->counters.repeated, scan->counters.unanswered, findings.size());
	print(options, *scan, findings);
	return fflush(stdout) ? complain(system_error("cannot write the result")) : 0;
}

} // namespace

int ibsrpdm_main(const std::vector<std::string> &arguments)
{
	IbsrpdmOptions options;
	const CommandLine command_line = ibsrpdm_command_line(options);
	const auto parsed = command_line.parse(arguments);

	if (!parsed || options.usage) {
		if (!parsed)
			complain(parsed.error());
		fmt::print(stderr, "{}", command_line.help());
		return 1;
	}
	if (options.help || options.man)
		fmt::print("{}", options.help ? command_line.help() : command_line.man_options());
	else if (options.version)
		fmt::print("ibsrpdm {}\n", SRP_TOOLS_VERSION);
	else
		return scan_and_print(options);
	return 0;
}

} // namespace srp
