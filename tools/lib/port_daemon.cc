// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_daemon.h"

#include <algorithm>

#include <fmt/format.h>

#include "report.h"

namespace srp {

using namespace std::chrono_literals;

namespace {

// Producer and type of notices, IBA 13.4.8.2: an SM tells of ports, a channel adapter of itself.
const InformInfo kSubscriptions[] = {
	{ .type = 3, .trap = kTrapInService, .producer = 4 },
	{ .type = 3, .trap = kTrapOutOfService, .producer = 4 },
	{ .type = 4, .trap = kTrapLocalChanges, .producer = 1 },
};

// More traps than that at once: a scan of everything is cheaper.
constexpr size_t kMaxLooks = 64;
// What targets of one moment say is looked at together.
constexpr Duration kArrivalTime = 10ms;
// Where nobody tells of targets without a fabric, they are looked at that often.
constexpr Duration kStaticTime = 60s;
// From the news of a device to its being ready.
constexpr Duration kDeviceTime = 100ms;
// Who waits for the end of a daemon waits for answers of the SM no longer than that.
constexpr Duration kStopTime = 80ms;
// Where nobody tells that the SM began anew, a subscription is worth no more than that.
constexpr Duration kRenewTime = 60s;
// Whoever sends reports that are not the SM's costs no more than a look at the port so often.
constexpr Duration kStrangerTime = 1s;

} // namespace

PortDaemon::PortDaemon(DaemonWorld world, PortName name, DaemonConfig config, std::shared_ptr<const Rules> rules)
	: world_(std::move(world)), name_(std::move(name)), config_(std::move(config)), rules_(std::move(rules)),
	  hosts_(world_.scheduler, world_.sysfs), connections_(world_, name_, config_, hosts_, [this] { return judge(); }), cache_(world_.scheduler)
{
}

PortDaemon::~PortDaemon() { close(); }

void PortDaemon::start()
{
	keep_static_targets();
	open();
}

void PortDaemon::open()
{
	if (!config_.discover)
		return;
	auto port = world_.open_port();

	if (!port) {
		lost(port.error());
		return;
	}
	open_failures_ = 0;
	port_ = std::move(*port);
	requester_ = std::make_unique<Requester>(world_.scheduler, *port_, config_.policy);
	requester_->on_gone([this](const Error &why) {
		// Not here, in the middle of the requester that would be destroyed.
		next_timer_ = world_.scheduler.after(0ms, [this, why] { lost(why); });
	});
	const auto reports =
		requester_->receive_reports([this](const MadAddress &from, const Message &report) { on_report(from, report); });
	reports_ = bool(reports);
	if (!reports)
		world_.log.warning(fmt::format("{}: Fail to register to traps: {}; changes are found at the next scan only", name_.text(),
						  reports.error().text));
	scan_all();
}

// Who waits for the end is told, whatever becomes of the port.
void PortDaemon::close()
{
	for (Timer *timer : { &open_timer_, &rescan_timer_, &next_timer_, &done_timer_, &arrived_timer_, &subscribe_timer_, &renew_timer_ })
		timer->cancel();
	scan_.reset();
	scan_again_ = false;
	looks_.clear();
	requester_.reset();
	port_.reset();
	arrived_.clear();
	arrived_news_.clear();
	subscribed_.clear();
	asked_to_subscribe_ = false;
	cache_.trust(false);
}

// The device is gone or cannot be opened. It may come back.
void PortDaemon::lost(const Error &why)
{
	close();
	world_.device_lost();
	complain(why);
	set_problem(why.text);
	open_failures_++;
	open_timer_ = world_.scheduler.after(back_off(open_failures_, 1s, 10s), [this] { open(); });
}

void PortDaemon::restart(const std::string &why)
{
	world_.log.info(fmt::format("{}: {}, starting again", name_.text(), why));
	close();
	// Not at once: a device that just broke needs a moment.
	open_timer_ = world_.scheduler.after(1s, [this] { open(); });
}

void PortDaemon::rescan(const std::string &why)
{
	world_.log.debug(fmt::format("{}: {}, scanning", name_.text(), why));
	cache_.clear();
	if (requester_)
		requester_->forget_redirections();
	keep_static_targets();
	if (requester_)		// else open() scans
		scan_all();
}

void PortDaemon::device_may_be_back()
{
	// Its umad device comes a moment later, and udev takes another.
	if (config_.discover && !requester_)
		open_timer_ = world_.scheduler.after(kDeviceTime, [this] { open(); });
}

void PortDaemon::use_rules(std::shared_ptr<const Rules> rules)
{
	rules_ = std::move(rules);
	connections_.forget();	// the scan finds again what is still wanted
	keep_static_targets();
	if (requester_)
		scan_all();
}

void PortDaemon::scan_all()
{
	const auto port = world_.sysfs.port(name_);

	scan_again_ = false;
	rescan_timer_.cancel();
	done_timer_.cancel();
	looks_.clear();		// a full scan sees all they told
	if (!port) {
		lost(port.error());
		return;
	}
	local_ = *port;
	connections_.scan_begins();
	scan_ = std::make_unique<Scan>(
		*requester_, *port, config_.pkeys,
		[this](Result<ScanResult> result) {
			// The scan that is calling must not be destroyed by what follows.
			done_timer_ = world_.scheduler.after(0ms, [this, result = std::move(result)]() mutable { scan_done(std::move(result)); });
		},
		scan_help(false));
	scan_->start();
}

void PortDaemon::scan_done(Result<ScanResult> outcome)
{
	scan_.reset();
	if (outcome) {
		for (const Error &problem : outcome->problems)
			complain(problem);
		print_report(*outcome);
		use_arrived();
		connections_.scan_ends();
		cache_.forget_old();
	} else {
		complain(outcome.error());
	}
	const bool again = scan_again_ && outcome;
	scan_failures_ = outcome ? 0 : scan_failures_ + 1;
	set_problem(outcome ? "" : outcome.error().text);
	if (again)
		scan_all();
	else
		plan_rescan(!outcome);
}

void PortDaemon::plan_rescan(bool failed)
{
	std::optional<Duration> wait;

	if (config_.rescan > Duration::zero())
		wait = config_.rescan;
	// Without an SM there may be no event either that tells of its return.
	if (failed)
		wait = std::min<Duration>(wait.value_or(Duration::max()), back_off(scan_failures_, 1s, 60s));
	if (wait)
		rescan_timer_ = world_.scheduler.after(*wait, [this] { scan_all(); });
}

void PortDaemon::look_at(Lid lid, Gid gid)
{
	const auto same = std::find_if(looks_.begin(), looks_.end(), [&](const Look &look) { return look.lid == lid && look.gid == gid; });

	if (same != looks_.end()) {
		same->again = true;
		return;
	}
	if (looks_.size() >= kMaxLooks) {
		// A scan on its way is finished first, or it would never be while this goes on.
		if (scan_)
			scan_again_ = true;
		else
			next_timer_ = world_.scheduler.after(0ms, [this] { scan_all(); });
		return;
	}
	const auto look = looks_.insert(looks_.end(), Look { .lid = lid, .gid = gid });
	look->scan = std::make_unique<Scan>(
		*requester_, *local_, config_.pkeys,
		[this, look](Result<ScanResult> result) {
			look->done = world_.scheduler.after(0ms, [this, look, result = std::move(result)]() mutable { look_done(look, std::move(result)); });
		},
		scan_help(true));
	if (lid.is_unicast())
		look->scan->start(lid);
	else
		look->scan->start(gid);
}

void PortDaemon::look_done(std::list<Look>::iterator look, Result<ScanResult> outcome)
{
	const Look done = std::move(*look);

	looks_.erase(look);
	if (outcome) {
		for (const Error &problem : outcome->problems)
			complain(problem);
		print_report(*outcome);
		use_arrived();
	} else if (outcome.error().cause != Cause::Status) {	// most ports of a fabric are none of ours
		complain(outcome.error());
	}
	if (done.again)
		look_at(done.lid, done.gid);
}

ScanHelp PortDaemon::scan_help(bool news)
{
	return { .cache = &cache_, .port_done = [this, news](const std::vector<IoUnit> &units) { arrived(units, news); },
		 .sa_answered = news ? std::function<void(const MadAddress &)>() : [this](const MadAddress &sa) { sa_answered(sa); },
		 .sa_pkey_index = local_->sm_lid == sa_.lid ? std::optional(sa_.pkey_index) : std::nullopt };
}

// Every full scan subscribes again, so that a new SM learns of us.
void PortDaemon::sa_answered(const MadAddress &sa)
{
	if (sa != sa_)
		unsubscribed();
	sa_ = sa;
	subscribe();
}

// Targets that answered are not kept waiting by those that do not.
void PortDaemon::arrived(const std::vector<IoUnit> &units, bool news)
{
	std::vector<IoUnit> &list = news ? arrived_news_ : arrived_;

	if (arrived_.empty() && arrived_news_.empty())
		arrived_timer_ = world_.scheduler.after(kArrivalTime, [this] { use_arrived(); });
	list.insert(list.end(), units.begin(), units.end());
}

void PortDaemon::use_arrived()
{
	std::vector<Error> problems;

	arrived_timer_.cancel();
	for (const bool news : { false, true }) {
		std::vector<IoUnit> &list = news ? arrived_news_ : arrived_;
		if (!list.empty())
			connections_.offer(judge().judge(list, problems), news);
		list.clear();
	}
	for (const Error &problem : problems)
		complain(problem);
}

void PortDaemon::print_report(const ScanResult &result) const
{
	if (config_.human)
		for (const IoUnit &unit : result.units)
			world_.print(human_report(unit, { .slots = config_.slots, .pkey = shows_pkey(*local_, config_.pkeys) }));
}

// They are looked at beside the scans, which may fail.
void PortDaemon::keep_static_targets()
{
	if (rules_->static_targets().empty() || !config_.execute) {
		static_timer_.cancel();
		return;
	}
	connections_.keep_static(rules_->static_targets());
	static_timer_ = world_.scheduler.after(config_.rescan > Duration::zero() ? std::min<Duration>(config_.rescan, kStaticTime) : kStaticTime,
					       [this] { keep_static_targets(); });
}

Judge PortDaemon::judge()
{
	LoginSettings settings = config_.login;

	settings.max_immediate_data = world_.sysfs.max_immediate_data();
	return { .port = name_, .rules = *rules_, .login = settings, .any_pkey = config_.execute, .hosts = hosts_.now() };
}

void PortDaemon::subscribe()
{
	subscribe_timer_.cancel();
	if (!reports_)
		return;
	asked_to_subscribe_ = true;
	for (const InformInfo &info : kSubscriptions)
		SaClient(*requester_, sa_).inform(info, [this, sa = sa_, info](const Result<InformInfo> &done) { subscribed(sa, info, done); });
}

void PortDaemon::renew_subscriptions()
{
	renew_timer_ = world_.scheduler.after(kRenewTime, [this] {
		if (requester_ && asked_to_subscribe_)
			subscribe();
		renew_subscriptions();
	});
}

void PortDaemon::unsubscribed()
{
	subscribed_.clear();
	cache_.trust(false);
}

void PortDaemon::subscribed(const MadAddress &sa, const InformInfo &info, const Result<InformInfo> &done)
{
	if (sa != sa_)		// what another SM says is none of this one's business
		return;
	if (done) {
		if (std::find(subscribed_.begin(), subscribed_.end(), info) == subscribed_.end())
			subscribed_.push_back(info);
		if (subscribed_.size() == std::size(kSubscriptions)) {
			subscribe_failures_ = 0;
			cache_.trust(true);
		}
		return;
	}
	unsubscribed();
	if (done.error().cause == Cause::Timeout)
		world_.log.error(fmt::format("{}: No response to inform info registration", name_.text()));
	else
		world_.log.error(fmt::format("{}: Fail to register to traps: {}", name_.text(), done.error().text));
	subscribe_failures_++;
	subscribe_timer_ = world_.scheduler.after(back_off(subscribe_failures_, 5s, 60s), [this] { subscribe(); });
}

void PortDaemon::on_report(const MadAddress &from, const Message &report)
{
	const auto notice = decode_report(report);

	if (!notice || !notice->generic || !local_)
		return;
	if (!is_from_sm(from)) {
		world_.log.warning(fmt::format("{}: a report of trap {} from LID 0x{}, where no SM is, is ignored", name_.text(), notice->trap,
					       from.lid.text()));
		return;
	}
	switch (notice->trap) {
	case kTrapInService:
		world_.log.debug(fmt::format("{}: port {} joined the fabric", name_.text(), notice->gid.text()));
		cache_.forget(notice->gid);
		look_at({}, notice->gid);
		break;
	case kTrapOutOfService:
		cache_.forget(notice->gid);
		connections_.port_left(notice->gid);
		break;
	case kTrapLocalChanges:
		cache_.forget(notice->lid);
		if (notice->capability_mask & kIsDeviceManagement)
			look_at(notice->lid, {});
		else
			connections_.units_gone(notice->lid);
		break;
	}
}

// Anybody can send such a message. The SM may have moved since the last scan.
bool PortDaemon::is_from_sm(const MadAddress &from)
{
	const TimePoint time = world_.scheduler.now();

	if (from.lid == local_->sm_lid)
		return true;
	if (!sm_read_at_ || time - *sm_read_at_ >= kStrangerTime) {
		const auto now = world_.sysfs.port(name_);
		sm_read_at_ = time;
		sm_lid_read_ = now ? now->sm_lid : Lid();
	}
	return from.lid == sm_lid_read_ && sm_lid_read_.is_unicast();
}

void PortDaemon::stop(const Task &done)
{
	if (!requester_ || !asked_to_subscribe_) {
		stop_timer_ = world_.scheduler.after(0ms, done);
		return;
	}
	world_.log.info(fmt::format("{}: Deregistering traps", name_.text()));
	const auto open = std::make_shared<size_t>(std::size(kSubscriptions));
	stop_timer_ = world_.scheduler.after(kStopTime, done);
	// Those as well that were not answered: they may have arrived.
	for (InformInfo info : kSubscriptions) {
		info.subscribe = false;
		SaClient(*requester_, sa_).inform(info, [this, open, done](const Result<InformInfo> &) {
			if (--*open == 0)
				stop_timer_ = world_.scheduler.after(0ms, done);
		});
	}
	asked_to_subscribe_ = false;
	unsubscribed();
}

PortDaemon::Status PortDaemon::status() const
{
	Status status = { .problem = problem_, .scanning = scan_ != nullptr };

	for (const auto &[key, entry] : connections_.entries()) {
		status.targets++;
		status.connected += entry.state == Connections::State::Connected;
		status.failed += entry.state == Connections::State::Failed;
	}
	return status;
}

// One process may serve several ports.
void PortDaemon::complain(const Error &error)
{
	const std::string name = name_.text() + ": ";

	world_.log.error(error.text.starts_with(name) ? error.text : name + error.text);
}

void PortDaemon::set_problem(std::string problem)
{
	problem_ = std::move(problem);
	world_.changed();
}

} // namespace srp
