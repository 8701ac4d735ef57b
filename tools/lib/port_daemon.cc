// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_daemon.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

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
constexpr size_t kMaxTraps = 64;
// Who waits for the end of a daemon waits for answers of the SM no longer than that.
constexpr Duration kStopTime = 80ms;

// first, 2 * first, 4 * first ... longest
std::chrono::milliseconds back_off(unsigned int failures, std::chrono::milliseconds first, std::chrono::milliseconds longest)
{
	return std::min(first * (1 << std::min(failures > 0 ? failures - 1 : 0, 16u)), longest);
}

std::string path_of(const Target &target)
{
	return fmt::format("{:016x} {} {} {}", target.id_ext_value(), target.ioc_guid.text(), target.dgid.text(), target.service_id.text());
}

std::string key_of(const Target &target) { return path_of(target) + " " + target.pkey.text(); }

std::string name_of(const Target &target)
{
	return fmt::format("target {} at port {} (LID 0x{}, P_Key {})", target.id_ext, target.dgid.text(), target.lid.text(), target.pkey.text());
}

} // namespace

PortDaemon::PortDaemon(World world, PortName name, DaemonConfig config, std::shared_ptr<const Rules> rules)
	: world_(std::move(world)), name_(std::move(name)), config_(std::move(config)), rules_(std::move(rules))
{
}

PortDaemon::~PortDaemon() { close(); }

void PortDaemon::start() { open(); }

void PortDaemon::open()
{
	if (!config_.discover) {
		use_static_targets();
		plan_rescan(false);
		return;
	}
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
	const auto reports = requester_->receive_reports([this](const MadAddress &, const Message &report) { on_report(report); });
	if (!reports)
		world_.log.warning(fmt::format("Fail to register to traps: {}; changes are found at the next scan only", reports.error().text));
	scan_all();
}

void PortDaemon::close()
{
	for (Timer *timer : { &open_timer_, &rescan_timer_, &next_timer_, &recheck_timer_, &subscribe_timer_, &stop_timer_ })
		timer->cancel();
	requester_.reset();
	scan_.reset();
	port_.reset();
	traps_.clear();
	subscribed_.clear();
	again_ = false;
}

// The device is gone or cannot be opened. It may come back.
void PortDaemon::lost(const Error &why)
{
	close();
	world_.log.error(why.text);
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
	if (!config_.discover)
		open();
	if (!requester_)
		return;		// open() scans
	if (scan_)
		again_ = true;
	else
		scan_all();
}

void PortDaemon::use_rules(std::shared_ptr<const Rules> rules)
{
	rules_ = std::move(rules);
	// The scan finds again what is still wanted.
	std::erase_if(known_, [](const auto &entry) { return entry.second.state != State::Connecting; });
	rescan("new rules");
}

void PortDaemon::scan_all()
{
	again_ = false;
	traps_.clear();		// a full scan sees all they told
	rescan_timer_.cancel();
	recheck_timer_.cancel();
	use_static_targets();
	const auto port = world_.sysfs.port(name_);
	if (!port) {
		lost(port.error());
		return;
	}
	local_ = *port;
	begin_scan(*port, true);
	scan_->start();
}

void PortDaemon::begin_scan(const LocalPort &port, bool full)
{
	full_scan_ = full;
	scan_ = std::make_unique<Scan>(*requester_, port, config_.pkeys, [this](Result<ScanResult> result) {
		// The scan that is calling must not be destroyed by what follows.
		next_timer_ = world_.scheduler.after(0ms, [this, result = std::move(result)]() mutable { scan_done(std::move(result)); });
	});
}

void PortDaemon::scan_done(Result<ScanResult> outcome)
{
	scan_.reset();
	if (outcome) {
		for (const Error &problem : outcome->problems)
			world_.log.error(problem.text);
		use(*outcome, full_scan_);
	} else {
		world_.log.error(outcome.error().text);
	}
	if (full_scan_) {
		scan_failures_ = outcome ? 0 : scan_failures_ + 1;
		set_problem(outcome ? "" : outcome.error().text);
		plan_rescan(!outcome);
		if (outcome) {
			subscribe_failures_ = 0;
			subscribe();
		}
	}
	scan_next();
}

void PortDaemon::plan_rescan(bool failed)
{
	std::optional<Duration> wait;

	if (config_.rescan > 0s)
		wait = config_.rescan;
	// Without an SM there may be no event either that tells of its return.
	if (failed)
		wait = std::min<Duration>(wait.value_or(Duration::max()), back_off(scan_failures_, 1s, 60s));
	if (wait)
		rescan_timer_ = world_.scheduler.after(*wait, [this] { rescan("time to look again"); });
}

// What came up during the last scan.
void PortDaemon::scan_next()
{
	if (again_ || traps_.size() > kMaxTraps) {
		scan_all();
		return;
	}
	if (traps_.empty() || scan_ || !local_)
		return;
	const TrapTask task = traps_.front();
	traps_.pop_front();
	begin_scan(*local_, false);
	if (task.lid.is_unicast())
		scan_->start(task.lid);
	else
		scan_->start(task.gid);
}

Judge PortDaemon::judge() const
{
	LoginSettings settings = config_.login;

	settings.max_immediate_data = world_.sysfs.max_immediate_data();
	return { .port = name_, .rules = *rules_, .login = settings, .any_pkey = config_.execute, .hosts = world_.sysfs.srp_hosts() };
}

void PortDaemon::use(ScanResult &result, bool full)
{
	std::vector<Error> problems;
	const auto findings = judge().judge(result.units, problems);
	std::vector<Finding> connected;
	std::set<std::string> seen;

	for (const Error &problem : problems)
		world_.log.error(problem.text);
	if (config_.human)
		for (const IoUnit &unit : result.units)
			world_.print(human_report(unit, { .slots = config_.slots, .pkey = !config_.pkeys.empty() }));
	// A login of which the kernel knows nothing any more leaves its path to others.
	for (const Finding &finding : findings)
		if (const auto known = known_.find(key_of(finding.target)); known != known_.end() && finding.connected.empty() &&
									      known->second.state == State::Connected)
			known->second.state = State::Found;
	for (const Finding &finding : findings) {
		if (!finding.allowed) {
			world_.log.debug(fmt::format("{}: {} is denied by line {} of the rules", name_.text(), name_of(finding.target),
						     finding.rule_line));
			continue;
		}
		seen.insert(key_of(finding.target));
		if (!finding.connected.empty())
			connected.push_back(finding);
		offer(finding);
	}
	// What is not there any more needs no more attempts. Logins stay: whether they end is the initiator's business.
	if (full)
		std::erase_if(known_, [&](const auto &entry) {
			return !entry.second.path.empty() && !seen.contains(entry.first) && entry.second.state != State::Connecting;
		});
	if (full && config_.recheck > 0s && !connected.empty())
		recheck_timer_ = world_.scheduler.after(config_.recheck, [this, connected] { recheck(connected); });
	world_.changed();
}

// A target that is allowed: printed, connected, or left alone.
void PortDaemon::offer(const Finding &finding)
{
	const std::string key = key_of(finding.target);
	Known &known = known_[key];

	known.login = finding.login;
	known.path = path_of(finding.target);
	known.what = name_of(finding.target);
	if (!finding.connected.empty()) {
		known.retry.cancel();
		known.failures = 0;
		if (known.state != State::Connecting)
			known.state = State::Connected;
		if (config_.all && config_.print)
			world_.print(finding.login + "\n");
		return;
	}
	if (known.state == State::Connecting || path_is_taken(key, known))
		return;
	if (config_.print)
		world_.print(finding.login + "\n");
	if (!config_.execute) {
		known.state = State::Found;
		return;
	}
	// A failed login waits for its turn, however often the target is found.
	if (known.state != State::Failed)
		log_in(key);
}

// The kernel refuses a second login to the same port of the same target, whatever the P_Key.
bool PortDaemon::path_is_taken(const std::string &key, const Known &known) const
{
	if (!config_.execute || known.path.empty())
		return false;
	for (auto other = known_.lower_bound(known.path); other != known_.end() && other->second.path == known.path; ++other)
		if (other->first != key && (other->second.state == State::Connecting || other->second.state == State::Connected))
			return true;
	return false;
}

void PortDaemon::use_static_targets()
{
	if (!config_.execute)
		return;
	const auto hosts = world_.sysfs.srp_hosts();
	for (const StaticTarget &target : rules_->static_targets()) {
		if (!target.is_for(name_.device, name_.number))
			continue;
		Known &known = known_[target.login];
		known.login = target.login;
		known.what = fmt::format("target of line {} of the rules", target.line);
		const bool connected = std::any_of(hosts.begin(), hosts.end(), [&](const SrpHost &host) {
			return host.id_ext == target.id_ext && host.ioc_guid == target.ioc_guid && (!host.local || *host.local == name_);
		});
		if (connected && known.state != State::Connecting)
			known.state = State::Connected;
		else if (!connected && known.state != State::Connecting && known.state != State::Failed)
			log_in(target.login);
	}
}

// Closes a gap: the link of a target bounced, and its old login was still there when the scan looked.
void PortDaemon::recheck(const std::vector<Finding> &findings)
{
	const Judge now = judge();

	for (const Finding &finding : findings) {
		const Finding again = now.judge(finding.target);
		if (again.allowed && again.connected.empty()) {
			const auto known = known_.find(key_of(again.target));
			if (known != known_.end() && known->second.state == State::Connected)
				known->second.state = State::Found;
			offer(again);
		}
	}
}

void PortDaemon::log_in(const std::string &key)
{
	Known &known = known_.at(key);

	known.state = State::Connecting;
	world_.log.debug(fmt::format("{}: login to {}: {}", name_.text(), known.what, known.login));
	world_.logins.submit(known.login, [this, key](Result<void> result) { logged_in(key, std::move(result)); });
}

void PortDaemon::logged_in(const std::string &key, Result<void> result)
{
	const auto found = known_.find(key);

	if (found == known_.end())
		return;
	Known &known = found->second;
	if (result || result.error().code == EEXIST) {
		world_.log.info(fmt::format("{}: {} {}", name_.text(), result ? "connected to" : "already connected to", known.what));
		known.state = State::Connected;
		known.failures = 0;
	} else {
		known.state = State::Failed;
		known.failures++;
		const auto wait = back_off(known.failures, 5s, 5min);
		world_.log.error(fmt::format("{}: cannot log in to {}: {}; trying again", name_.text(), known.what,
					     login_error_text(result.error())));
		known.retry = world_.scheduler.after(wait, [this, key] { log_in(key); });
	}
	world_.changed();
}

void PortDaemon::subscribe()
{
	subscribe_timer_.cancel();
	sa_ = { .lid = local_->sm_lid, .pkey_index = local_->pkey_index(Pkey(0xffff)).value_or(local_->pkey_index(Pkey(0x7fff)).value_or(0)),
		.sl = local_->sm_sl };
	for (const InformInfo &info : kSubscriptions)
		SaClient(*requester_, sa_).inform(info, [this, info](Result<InformInfo> done) {
			if (done) {
				if (std::find(subscribed_.begin(), subscribed_.end(), info) == subscribed_.end())
					subscribed_.push_back(info);
				return;
			}
			if (done.error().cause == Cause::Timeout)
				world_.log.error(fmt::format("{}: No response to inform info registration", name_.text()));
			else
				world_.log.error(fmt::format("{}: Fail to register to traps: {}", name_.text(), done.error().text));
			subscribe_failures_++;
			subscribe_timer_ = world_.scheduler.after(back_off(subscribe_failures_, 5s, 60s), [this] { subscribe(); });
		});
}

void PortDaemon::on_report(const Message &report)
{
	const auto notice = decode_report(report);

	if (!notice || !notice->generic)
		return;
	TrapTask task;
	switch (notice->trap) {
	case kTrapInService:
		world_.log.debug(fmt::format("{}: port {} joined the fabric", name_.text(), notice->gid.text()));
		task.gid = notice->gid;
		break;
	case kTrapOutOfService:
		// Only a port that matters is worth a word.
		for (const auto &[key, known] : known_)
			if (known.path.find(notice->gid.text()) != std::string::npos) {
				world_.log.warning(fmt::format("{}: {} left the fabric", name_.text(), known.what));
				break;
			}
		return;
	case kTrapLocalChanges:
		if (!(notice->capability_mask & kIsDeviceManagement))
			return;
		task.lid = notice->lid;
		break;
	default:
		return;
	}
	if (std::find(traps_.begin(), traps_.end(), task) == traps_.end())
		traps_.push_back(task);
	if (!scan_ && requester_)
		next_timer_ = world_.scheduler.after(0ms, [this] { scan_next(); });
}

void PortDaemon::stop(Task done)
{
	if (!requester_ || subscribed_.empty()) {
		stop_timer_ = world_.scheduler.after(0ms, std::move(done));
		return;
	}
	world_.log.info(fmt::format("{}: Deregistering traps", name_.text()));
	const auto open = std::make_shared<size_t>(subscribed_.size());
	stop_timer_ = world_.scheduler.after(kStopTime, done);
	for (InformInfo info : subscribed_) {
		info.subscribe = false;
		SaClient(*requester_, sa_).inform(info, [this, open, done](Result<InformInfo>) {
			if (--*open == 0)
				stop_timer_ = world_.scheduler.after(0ms, done);
		});
	}
	subscribed_.clear();
}

PortDaemon::Status PortDaemon::status() const
{
	Status status = { .problem = problem_ };

	for (const auto &[key, known] : known_) {
		status.targets++;
		status.connected += known.state == State::Connected;
		status.failed += known.state == State::Failed;
	}
	return status;
}

void PortDaemon::set_problem(std::string problem)
{
	problem_ = std::move(problem);
	world_.changed();
}

} // namespace srp
