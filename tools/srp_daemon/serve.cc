// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "serve.h"

#include <csignal>

#include <fmt/format.h>

#include "service.h"
#include "umad_port.h"
#include "verbs_events.h"

namespace srp {

namespace {

using namespace std::chrono_literals;

const char *const kLockDirectory = "/run";
// Where the device tells nothing, its files are read that often.
constexpr Duration kPollTime = 10s;
// ib_srp takes several logins at a time, so a target that does not answer holds up few others.
constexpr unsigned int kLoginsAtOnce = 4;

// Ties the daemon of one port to signals, events of the device and systemd.
class Server {
public:
	Server(EventLoop &loop, const Sysfs &sysfs, const PortName &port, const SrpDaemonOptions &options, Rules rules, Log &log, Writer &logins, Writer &notices)
		: loop_(loop), sysfs_(sysfs), port_(port), options_(options), log_(log), manager_(ServiceManager::from_environment()),
		  daemon_({ .scheduler = loop, .sysfs = sysfs, .log = log, .logins = logins, .notices = notices,
			    .open_port = [this] { return open_port(); },
			    .print = [](const std::string &text) { fmt::print("{}", text); fflush(stdout); },
			    .changed = [this] { tell_status(); } },
			  port, options.config, std::make_shared<const Rules>(std::move(rules)))
	{
	}

	Result<void> run()
	{
		const auto ready = loop_.on_signals({ SIGINT, SIGTERM, SIGHUP, SIGUSR1 }, [this](int signal) { on_signal(signal); });
		if (!ready)
			return ready;
		daemon_.start();
		manager_.notify("READY=1");
		tell_status();
		pat_watchdog();
		loop_.run();
		return {};
	}

private:
	Result<std::unique_ptr<MadPort>> open_port()
	{
		const auto port = infiniband_port(sysfs_, port_);
		if (!port)
			return port.error();
		auto umad = UmadPort::open(loop_, port_);
		if (umad)
			watch_device();
		return umad;
	}

	void watch_device()
	{
		events_.reset();
		poll_timer_.cancel();
		auto events = VerbsEvents::open(loop_, port_, [this](VerbsEvents::Kind kind, const std::string &what) {
			// Not in the middle of the object that is calling and that a restart replaces.
			event_timer_ = loop_.after(0ms, [this, kind, what] {
				if (kind == VerbsEvents::Kind::Fatal)
					daemon_.restart(what);
				else
					daemon_.rescan(what);
			});
		});
		if (events) {
			events_ = std::move(*events);
			return;
		}
		log_.info(events.error().text + "; looking at its files instead");
		if (const auto port = sysfs_.port(port_))
			last_seen_ = *port;
		poll();
	}

	void poll()
	{
		poll_timer_ = loop_.after(kPollTime, [this] {
			const auto port = sysfs_.port(port_);
			if (port && (port->lid != last_seen_.lid || port->sm_lid != last_seen_.sm_lid || port->active != last_seen_.active ||
				     port->pkeys != last_seen_.pkeys)) {
				last_seen_ = *port;
				daemon_.rescan("the port changed");
			}
			poll();
		});
	}

	void on_signal(int signal)
	{
		switch (signal) {
		case SIGHUP:
			reload();
			break;
		case SIGUSR1:
			daemon_.restart("Got SIGUSR1");
			break;
		default:
			log_.info(signal == SIGINT ? "Got SIGINT" : "Got SIGTERM");
			manager_.notify("STOPPING=1");
			daemon_.stop([this] { loop_.stop(); });
		}
	}

	// Checked before it is used: a mistake leaves the old rules in force.
	void reload()
	{
		auto rules = Rules::load(options_.rules_file);
		if (!rules) {
			log_.error(rules.error().text + "; the old rules stay");
			return;
		}
		for (const std::string &warning : rules->warnings())
			log_.warning(warning);
		log_.info(fmt::format("read {} rules and {} targets from {}", rules->size(), rules->static_targets().size(), options_.rules_file));
		daemon_.use_rules(std::make_shared<const Rules>(std::move(*rules)));
	}

	void tell_status() const
	{
		const auto status = daemon_.status();
		manager_.notify(status.problem.empty() ? fmt::format("STATUS={}: {} targets, {} connected, {} failed", port_.text(), status.targets,
								     status.connected, status.failed) :
							 fmt::format("STATUS={}", printable(status.problem)));
	}

	void pat_watchdog()
	{
		if (manager_.watchdog_period() == Duration(0))
			return;
		manager_.notify("WATCHDOG=1");
		watchdog_timer_ = loop_.after(manager_.watchdog_period(), [this] { pat_watchdog(); });
	}

	EventLoop &loop_;
	const Sysfs &sysfs_;
	const PortName port_;
	const SrpDaemonOptions &options_;
	Log &log_;
	const ServiceManager manager_;
	PortDaemon daemon_;
	std::unique_ptr<VerbsEvents> events_;
	LocalPort last_seen_;
	Timer event_timer_, poll_timer_, watchdog_timer_;
};

} // namespace

Result<void> serve(EventLoop &loop, const Sysfs &sysfs, const PortName &port, const SrpDaemonOptions &options, Rules rules, Log &log)
{
	const auto lock = lock_port(kLockDirectory, port);

	if (!lock)
		return lock.error();
	const auto logins = WriterThreads::create(loop, kLoginsAtOnce), notices = WriterThreads::create(loop, 1);
	if (!logins || !notices)
		return !logins ? logins.error() : notices.error();
	return Server(loop, sysfs, port, options, std::move(rules), log, **logins, **notices).run();
}

} // namespace srp
