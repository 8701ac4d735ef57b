// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "ibsrpdm.h"

#include <fmt/format.h>

#include "ibsrpdm_options.h"
#include "report.h"

namespace srp {

namespace {

int complain(const Error &error)
{
	print(stderr, fmt::format("ibsrpdm: {}\n", error.text));
	return 1;
}

void show(const IbsrpdmOptions &options, const OneScan &scan, const std::vector<Finding> &findings)
{
	if (options.json)
		print(stdout, json_report(scan.port, scan.result, findings));
	else if (options.login_strings)
		for (const Finding &finding : findings)
			print(stdout, fmt::format("{}\n", finding.login));
	else
		for (const IoUnit &unit : scan.result.units)
			print(stdout, human_report(unit, { .pkey = shows_pkey(scan.port, options.pkeys) }));
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
		print(stderr, fmt::format("ibsrpdm: {}: {} MADs sent, {} of them again, {} unanswered; {} targets\n", name->text(),
					  scan->counters.sent, scan->counters.repeated, scan->counters.unanswered, findings.size()));
	show(options, *scan, findings);
	if (auto written = flush(stdout, "the result"); !written)
		return complain(written.error());
	return options.strict && !scan->result.problems.empty() ? 2 : 0;
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
		print(stderr, command_line.help());
		return 1;
	}
	if (options.help || options.man)
		print(stdout, options.help ? command_line.help() : command_line.man_options());
	else if (options.version)
		print(stdout, fmt::format("ibsrpdm {}\n", SRP_TOOLS_VERSION));
	else
		return scan_and_print(options);
	return 0;
}

} // namespace srp
