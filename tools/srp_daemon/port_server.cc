// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_server.h"

#include <fmt/format.h>

#include "one_scan.h"
#include "service.h"

namespace srp {

namespace {

using namespace std::chrono_literals;

// ib_srp takes several logins at a time, so a target that does not answer holds up few others.
constexpr unsigned int kLoginsAtOnce = 4;

class PortServer : public PortService {
public:
	PortServer(const ServerWorld &world, Task changed, Fd lock, std::unique_ptr<Writer> logins, std::unique_ptr<Writer> notices,
		   const PortName &name, const DaemonConfig &config, std::shared_ptr<const Rules> rules)
		: world_(world), name_(name), lock_(std::move(lock)), logins_(std::move(logins)), notices_(std::move(notices)),
		  daemon_({ .scheduler = world.loop, .sysfs = world.sysfs, .log = world.log, .logins = *logins_, .notices = *notices_,
			    .open_port = [this] { return open_port(); },
			    .print = [this](const std::string &text) { print(text); },
			    .changed = std::move(changed),
			    // The kernel keeps what is left of a device until nobody has it open any more.
			    .device_lost = [this] { events_.reset(); } },
			  name, config, std::move(rules))
	{
		daemon_.start();
	}

	~PortServer() override
	{
		std::error_code ignored;
		std::filesystem::remove(state_file(world_.run_directory, name_), ignored);
	}

	void devices_changed() override { daemon_.device_may_be_back(); }
	void use_rules(std::shared_ptr<const Rules> rules) override { daemon_.use_rules(std::move(rules)); }
	void restart(const std::string &why) override { daemon_.restart(why); }
	void stop(const Task &done) override { daemon_.stop(done); }
	const PortDaemon &daemon() const override { return daemon_; }

private:
	Result<std::unique_ptr<MadPort>> open_port()
	{
		const auto port = infiniband_port(world_.sysfs, name_);
		if (!port)
			return port.error();
		auto mads = world_.devices.open_port(name_);
		if (mads)
			watch_device(*port);
		return mads;
	}

	void watch_device(const LocalPort &port)
	{
		events_.reset();
		poll_timer_.cancel();
		auto events = world_.devices.hear_of(name_, [this](DeviceEvent kind, const std::string &what) {
			// Not in the middle of the object that is calling and that a restart replaces.
			event_timer_ = world_.loop.after(0ms, [this, kind, what] {
				if (kind == DeviceEvent::Fatal)
					daemon_.restart(what);
				else
					daemon_.rescan(what);
			});
		});
		if (events) {
			events_ = std::move(*events);
			return;
		}
		world_.log.info(events.error().text + "; looking at its files instead");
		last_seen_ = port;
		poll();
		daemon_.renew_subscriptions();
	}

	void poll()
	{
		poll_timer_ = world_.loop.after(world_.poll_time, [this] {
			const auto port = world_.sysfs.port(name_);
			if (port && (port->lid != last_seen_.lid || port->sm_lid != last_seen_.sm_lid || port->active != last_seen_.active ||
				     port->pkeys != last_seen_.pkeys)) {
				last_seen_ = *port;
				daemon_.rescan("the port changed");
			}
			poll();
		});
	}

	// A full disk or a closed pipe is a matter of who reads, not of the logins.
	void print(const std::string &text)
	{
		srp::print(stdout, text);
		if (auto written = flush(stdout, "to stdout"); !written)
			world_.log.error(written.error().text);
		clearerr(stdout);
	}

	const ServerWorld &world_;
	const PortName name_;
	const Fd lock_;
	const std::unique_ptr<Writer> logins_, notices_;
	std::unique_ptr<Listener> events_;
	LocalPort last_seen_;
	Timer event_timer_, poll_timer_;
	PortDaemon daemon_;	// the last one, because it begins at once and calls the others
};

} // namespace

Result<std::unique_ptr<PortService>> start_port_server(const ServerWorld &world, Task changed, const PortName &name, const DaemonConfig &config,
						       std::shared_ptr<const Rules> rules)
{
	auto lock = lock_port(world.run_directory, name);
	if (!lock)
		return lock.error();
	auto logins = WriterThreads::create(world.loop, kLoginsAtOnce);
	auto notices = WriterThreads::create(world.loop, 1);
	if (!logins || !notices)
		return !logins ? logins.error() : notices.error();
	return std::unique_ptr<PortService>(new PortServer(world, std::move(changed), std::move(*lock), std::move(*logins), std::move(*notices), name,
							   config, std::move(rules)));
}

} // namespace srp
