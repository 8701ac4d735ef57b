// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "once.h"

#include <cerrno>

#include <fmt/format.h>

#include "report.h"

namespace srp {

namespace {

// The write is the login; it may take seconds. True if the target is connected now.
bool log_in(const Sysfs &sysfs, const PortName &port, const std::string &login, Log &log)
{
	const auto path = sysfs.add_target(port);
	const auto done = write_file(path, login);

	if (done || done.error().code == EEXIST)
		return true;
	if (done.error().code == ENOENT)
		log.error(fmt::format("unable to open {}, maybe ib_srp is not loaded", path.string()));
	else
		log.error(fmt::format("cannot log in ({}): {}", login, login_error_text(done.error(), sysfs.login_error(port, login))));
	return false;
}

// The number of those that failed.
unsigned int log_in_to_static_targets(const Sysfs &sysfs, const PortName &port, const SrpDaemonOptions &options, const Rules &rules, Log &log)
{
	unsigned int failed = 0;

	if (!options.config.execute)
		return 0;
	for (const StaticTarget &target : rules.static_targets())
		if (target.is_for(port.device, port.number))
			failed += !log_in(sysfs, port, target.login, log);
	return failed;
}

} // namespace

Result<unsigned int> scan_and_act_once(EventLoop &loop, const Sysfs &sysfs, const LocalPort &port, const SrpDaemonOptions &options,
				       const Rules &rules, Log &log)
{
	const DaemonConfig &config = options.config;

	if (!config.discover)
		return log_in_to_static_targets(sysfs, port.name, options, rules, log);
	auto scan = scan_once(loop, port, config.policy, config.pkeys);

	if (!scan)
		return scan.error();
	Judge judge = { .port = port.name, .rules = rules, .login = config.login, .any_pkey = config.execute, .hosts = sysfs.srp_hosts() };
	judge.login.max_immediate_data = sysfs.max_immediate_data();
	const auto findings = judge.judge(scan->result.units, scan->result.problems);
	auto troubles = static_cast<unsigned int>(scan->result.problems.size());
	for (const Error &problem : scan->result.problems)
		log.error(problem.text);
	if (options.json)
		print(stdout, json_report(port, scan->result, findings));
	if (config.human)
		for (const IoUnit &unit : scan->result.units)
			print(stdout, human_report(unit, { .slots = config.slots, .pkey = shows_pkey(port, config.pkeys) }));
	if (options.verbose && findings.empty())
		print(stdout, "The query did not find any targets\n");
	for (const Finding &finding : findings) {
		if (!finding.allowed)
			continue;
		const bool connected = !judge.judge(finding.target).connected.empty();
		if (config.print && (!connected || config.all))
			print(stdout, fmt::format("{}\n", finding.login));
		fflush(stdout);
		if (!config.execute || connected)
			continue;
		if (log_in(sysfs, port.name, finding.login, log))
			judge.hosts.push_back(SrpHost::of_login(finding.target, port.name));	// another P_Key would be refused
		else
			troubles++;
	}
	troubles += log_in_to_static_targets(sysfs, port.name, options, rules, log);
	if (auto written = flush(stdout, "the result"); !written)
		return written.error();
	return troubles;
}

} // namespace srp
