// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "serve.h"

#include <csignal>

#include <fmt/format.h>

#include "service.h"
#include "state_file.h"

namespace srp {

namespace {

using namespace std::chrono_literals;

// A thousand logins are a thousand changes of the status.
constexpr Duration kStatusTime = 1s;

// Ties the ports of this process to signals, devices, rules and systemd.
class Server {
public:
	Server(const ServerWorld &world, const SrpDaemonOptions &options, Rules rules)
		: world_(world), loop_(world.loop), options_(options), log_(world.log), manager_(ServiceManager::from_environment()),
		  rules_(std::make_shared<const Rules>(std::move(rules))),
		  ports_(loop_, world.sysfs, log_, [this](const PortName &name, bool discover) {
			  DaemonConfig config = options_.config;
			  config.discover = discover;
			  return start_port_server(world_, [this] { status_changed(); }, name, config, rules_);
		  })
	{
	}

	Result<void> run(const std::optional<PortName> &port)
	{
		// Whoever read stdout or stderr may go; the logins matter more.
		signal(SIGPIPE, SIG_IGN);
		// Before the threads are there.
		if (auto ready = loop_.on_signals({ SIGINT, SIGTERM, SIGHUP, SIGUSR1 }, [this](int signal) { on_signal(signal); }); !ready)
			return ready;
		if (!port)
			ports_.serve_all(rules_for_all());
		else if (auto started = ports_.serve(*port, options_.config.discover); !started)
			return started;
		watch_devices();
		manager_.announce("READY=1");
		tell_status();
		pat_watchdog();
		loop_.run();
		return {};
	}

private:
	void watch_devices()
	{
		auto events = world_.devices.hear_of_all([this] { ports_.update(); });
		if (events) {
			device_news_ = std::move(*events);
			return;
		}
		log_.info(events.error().text + "; looking for devices now and then instead");
		poll_devices();
	}

	void poll_devices()
	{
		poll_timer_ = loop_.after(world_.poll_time, [this] {
			ports_.update();
			poll_devices();
		});
	}

	void on_signal(int signal)
	{
		switch (signal) {
		case SIGHUP:
			reload();
			break;
		case SIGUSR1:
			ports_.restart("Got SIGUSR1");
			break;
		default:
			log_.info(signal == SIGINT ? "Got SIGINT" : "Got SIGTERM");
			manager_.announce("STOPPING=1");
			ports_.stop([this] { loop_.stop(); });
		}
	}

	// Checked before it is used: a mistake leaves the old rules in force.
	void reload()
	{
		if (ports_.is_stopping())
			return;
		manager_.notify_reloading();
		auto rules = Rules::load(options_.rules_file);
		if (!rules) {
			log_.error(rules.error().text + "; the old rules stay");
		} else {
			for (const std::string &warning : rules->warnings())
				log_.warning(warning);
			log_.info(fmt::format("read {} rules and {} targets from {}", rules->size(), rules->static_targets().size(),
					      options_.rules_file));
			rules_ = std::make_shared<const Rules>(std::move(*rules));
			ports_.use_rules(options_.all_ports ? rules_for_all() : rules_);
		}
		manager_.announce("READY=1");
		tell_status();
	}

	// A target that is for any port would be tried through every port there is.
	std::shared_ptr<const Rules> rules_for_all()
	{
		for (const StaticTarget &target : rules_->static_targets())
			if (target.device.empty())
				log_.warning(fmt::format("the target of line {} of {} needs port=device:number with --all-ports; ignored",
							 target.line, options_.rules_file));
		rules_ = std::make_shared<const Rules>(rules_->with_ports_only());
		return rules_;
	}

	void status_changed()
	{
		if (!status_pending_)
			status_timer_ = loop_.after(kStatusTime, [this] { tell_status(); });
		status_pending_ = true;
	}

	void tell_status()
	{
		status_pending_ = false;
		const auto daemons = ports_.daemons();
		manager_.notify("STATUS=" + status_line(daemons));
		for (const PortDaemon *daemon : daemons)
			if (const auto written = write_state(world_.run_directory, *daemon); !written)
				log_.warning(fmt::format("{}; srp_daemon --status has no news", written.error().text));
	}

	void pat_watchdog()
	{
		if (manager_.watchdog_period() == Duration(0))
			return;
		manager_.notify("WATCHDOG=1");
		watchdog_timer_ = loop_.after(manager_.watchdog_period(), [this] { pat_watchdog(); });
	}

	const ServerWorld &world_;
	EventLoop &loop_;
	const SrpDaemonOptions &options_;
	Log &log_;
	const ServiceManager manager_;
	std::shared_ptr<const Rules> rules_;
	bool status_pending_ = false;
	Timer status_timer_, poll_timer_, watchdog_timer_;
	std::unique_ptr<Listener> device_news_;
	PortSet ports_;		// the last one, because its ports call the others
};

} // namespace

Result<void> serve(const ServerWorld &world, const std::optional<PortName> &port, const SrpDaemonOptions &options, Rules rules)
{
	return Server(world, options, std::move(rules)).run(port);
}

} // namespace srp
