// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "srp_daemon.h"

#include <fmt/format.h>

#include "once.h"
#include "real_devices.h"
#include "serve.h"
#include "status.h"

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

// What the exit status is made of.
enum class Outcome { Well, Trouble };

Outcome trouble_if(bool trouble) { return trouble ? Outcome::Trouble : Outcome::Well; }

Result<Outcome> show_status(const ServerWorld &world, const SrpDaemonOptions &options)
{
	std::optional<PortName> only;

	if (!options.port.device.empty() || !options.port.umad.empty()) {
		const auto name = choose_port(world.sysfs, options.port);
		const auto port = name ? world.sysfs.port(*name) : name.error();
		if (!port)
			return port.error();
		only = *name;
	}
	const StatusReport report = collect_status(world.sysfs, world.run_directory, only, world.loop.now());
	print(stdout, options.json ? json_status(report) : human_status(report));
	if (auto written = flush(stdout, "the status"); !written)
		return written.error();
	return trouble_if(!report.all_well());
}

Result<Outcome> start(EventLoop &loop, SrpDaemonOptions &options, Log &log)
{
	const Sysfs sysfs = Sysfs::from_environment();
	RealDevices devices(loop);
	const ServerWorld world = { .loop = loop, .sysfs = sysfs, .devices = devices, .log = log };

	for (const std::string &warning : options.warnings)
		log.warning(warning);
	if (options.status)
		return show_status(world, options);
	auto rules = Rules::load(options.rules_file);
	if (!rules)
		return rules.error();
	for (const std::string &warning : rules->warnings())
		log.warning(warning);
	if (options.check_config) {
		print(stdout, fmt::format("{}: {} rules and {} targets\n", options.rules_file, rules->size(), rules->static_targets().size()));
		if (auto written = flush(stdout, "the result"); !written)
			return written.error();
		return trouble_if(!rules->warnings().empty());
	}
	std::optional<LocalPort> port;
	std::optional<PortName> name;
	if (!options.all_ports) {
		const auto chosen = choose_port(sysfs, options.port);
		const auto usable = chosen ? usable_port(sysfs, *chosen, *rules, options.config) : chosen.error();
		if (!usable)
			return usable.error();
		port = *usable;
		name = *chosen;
	}
	if (options.verbose)
		print(stdout, configuration_report(options, name));
	if (options.once) {
		const auto troubles = scan_and_act_once(loop, sysfs, *port, options, *rules, log);
		return troubles ? Result<Outcome>(trouble_if(*troubles > 0)) : troubles.error();
	}
	if (auto served = serve(world, name, options, std::move(*rules)); !served)
		return served.error();
	return Outcome::Well;
}

int run(SrpDaemonOptions &options)
{
	const auto loop = EventLoop::create();

	if (!loop) {
		print(stderr, fmt::format("srp_daemon: {}\n", loop.error().text));
		return 1;
	}
	Log log(**loop, default_sink("srp_daemon"), options.debug ? Priority::Debug : Priority::Info);
	const auto outcome = start(**loop, options, log);
	if (!outcome) {
		log.error(outcome.error().text);
		return 1;
	}
	return options.strict && *outcome == Outcome::Trouble ? 2 : 0;
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
			print(stderr, fmt::format("srp_daemon: {}\n", ready.error().text));
		print(stderr, command_line.help());
		return 1;
	}
	if (!options.help && !options.man && !options.version)
		return run(options);
	print(stdout, options.help ? command_line.help() : options.man ? command_line.man_options() : "srp_daemon " SRP_TOOLS_VERSION "\n");
	return 0;
}

} // namespace srp
