// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "srp_daemon.h"

#include <fmt/format.h>

#include "once.h"
#include "serve.h"

namespace srp {

namespace {

// On a port that is not InfiniBand there is nothing to discover, but the rules file may name targets.
Result<LocalPort> usable_port(const Sysfs &sysfs, const PortName &name, const Rules &rules, DaemonConfig &config)
{
	auto port = infiniband_port(sysfs, name);

	if (port || !config.execute || !sysfs.port(name))
		return port;
	for (const StaticTarget &target : rules.static_targets())
		if (target.is_for(name.device, name.number)) {
			config.discover = false;
			return sysfs.port(name);
		}
	return port;
}

Result<void> start(EventLoop &loop, SrpDaemonOptions &options, Log &log)
{
	const Sysfs sysfs = Sysfs::from_environment();
	auto rules = Rules::load(options.rules_file);

	if (!rules)
		return rules.error();
	for (const std::string &warning : rules->warnings())
		log.warning(warning);
	if (options.check_config) {
		fmt::print("{}: {} rules and {} targets\n", options.rules_file, rules->size(), rules->static_targets().size());
		return {};
	}
	const auto name = choose_port(sysfs, options.port);
	if (!name)
		return name.error();
	const auto port = usable_port(sysfs, *name, *rules, options.config);
	if (!port)
		return port.error();
	if (options.verbose)
		fmt::print("{}", configuration_report(options, *name));
	return options.once ? scan_and_act_once(loop, sysfs, *port, options, *rules, log) :
			      serve(loop, sysfs, *name, options, std::move(*rules), log);
}

int run(SrpDaemonOptions &options)
{
	const auto loop = EventLoop::create();

	if (!loop) {
		fmt::print(stderr, "srp_daemon: {}\n", loop.error().text);
		return 1;
	}
	Log log(**loop, default_sink("srp_daemon"), options.debug ? Priority::Debug : Priority::Info);
	const auto done = start(**loop, options, log);
	if (!done)
		log.error(done.error().text);
	return done ? 0 : 1;
}

} // namespace

int srp_daemon_main(const std::vector<std::string> &arguments)
{
	SrpDaemonOptions options;
	const CommandLine command_line = srp_daemon_command_line(options);
	auto ready = command_line.parse(arguments);

	if (ready)
		ready = complete(options);
	if (!ready || options.usage) {
		if (!ready)
			fmt::print(stderr, "srp_daemon: {}\n", ready.error().text);
		fmt::print(stderr, "{}", command_line.help());
		return 1;
	}
	if (!options.help && !options.man && !options.version)
		return run(options);
	fmt::print("{}", options.help ? command_line.help() : options.man ? command_line.man_options() : "srp_daemon " SRP_TOOLS_VERSION "\n");
	return 0;
}

} // namespace srp
