// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "connections.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace srp {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFirstRetry = 5s, kLongestRetry = 5min, kFirstAfterRefusal = 1min;

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

Duration back_off(unsigned int failures, Duration first, Duration longest)
{
	return std::min(first * (1 << std::min(failures > 0 ? failures - 1 : 0, 16u)), longest);
}

Connections::Connections(const DaemonWorld &world, PortName name, const DaemonConfig &config, HostList &hosts, std::function<Judge()> judge)
	: world_(world), name_(std::move(name)), config_(config), hosts_(hosts), judge_(std::move(judge))
{
}

void Connections::offer(const std::vector<Finding> &findings, bool news)
{
	// A login of which the kernel knows nothing any more leaves its path to others.
	for (const Finding &finding : findings)
		if (const auto found = entries_.find(key_of(finding.target)); found != entries_.end() && finding.connected.empty() &&
									      found->second.state == State::Connected && may_try(found->second, news))
			found->second.state = State::Found;
	for (const Finding &finding : findings) {
		if (!finding.allowed) {
			world_.log.debug(fmt::format("{}: {} is denied by line {} of the rules", name_.text(), name_of(finding.target),
						     finding.rule_line));
			continue;
		}
		const std::string key = key_of(finding.target);
		seen_.insert(key);
		if (!finding.connected.empty())
			look_again_later(key, finding.target);
		offer_one(finding, news);
	}
	// A scan looks again when it has ended.
	if (news && !connected_.empty() && !recheck_timer_)
		plan_recheck(config_.recheck);
	world_.changed();
}

// A target that is allowed: printed, connected, or left alone.
void Connections::offer_one(const Finding &finding, bool news)
{
	const std::string key = key_of(finding.target);
	Entry &entry = entries_[key];

	entry.login = finding.login;
	entry.path = path_of(finding.target);
	entry.what = name_of(finding.target);
	entry.dgid = finding.target.dgid;
	entry.lid = finding.target.lid;
	entry.left = false;
	entry.wanted = true;
	if (!finding.connected.empty()) {
		entry.retry.cancel();
		entry.failures = entry.refusals = 0;
		entry.error.clear();
		if (entry.state != State::Connecting)
			entry.state = State::Connected;
		if (config_.all && config_.print)
			world_.print(finding.login + "\n");
		return;
	}
	if (entry.state == State::Connecting || path_is_taken(key, entry))
		return;
	if (config_.print)
		world_.print(finding.login + "\n");
	if (!config_.execute) {
		entry.state = State::Found;
		return;
	}
	if (may_try(entry, news))
		log_in(key);
}

// A failed login waits for its turn, however often the target is found; and so does one that the kernel refused to make a second time.
bool Connections::may_try(const Entry &entry, bool news) const
{
	if (entry.refusals)
		return hosts_.version() != entry.refused_by || world_.scheduler.now() >= entry.retry_at;
	return entry.state != State::Failed || news;
}

// The kernel refuses a second login to the same port of the same target, whatever the P_Key.
bool Connections::path_is_taken(const std::string &key, const Entry &entry) const
{
	if (!config_.execute || entry.path.empty())
		return false;
	for (auto other = entries_.lower_bound(entry.path); other != entries_.end() && other->second.path == entry.path; ++other)
		if (other->first != key && (other->second.state == State::Connecting || other->second.state == State::Connected))
			return true;
	return false;
}

void Connections::scan_begins()
{
	seen_.clear();
	connected_.clear();
	recheck_timer_.reset();
}

void Connections::scan_ends()
{
	for (auto &[key, entry] : entries_)
		if (!entry.path.empty() && !seen_.contains(key))
			entry.wanted = false;
	drop_unwanted();
	for (auto &[key, again] : connected_)
		again.due = world_.scheduler.now() + config_.recheck;
	if (!connected_.empty())
		plan_recheck(config_.recheck);
	world_.changed();
}

void Connections::look_again_later(const std::string &key, const Target &target)
{
	if (config_.recheck > Duration::zero())
		connected_.insert_or_assign(key, Recheck { target, world_.scheduler.now() + config_.recheck });
}

void Connections::plan_recheck(Duration wait)
{
	recheck_timer_ = world_.scheduler.after(wait, [this] { recheck(); });
}

// Closes a gap: the link of a target bounced, and its old login was still there when the target was found.
void Connections::recheck()
{
	const Judge now = judge_();
	std::vector<Finding> lost;
	std::optional<TimePoint> next;

	recheck_timer_.reset();
	std::erase_if(connected_, [&](const auto &entry) {
		const Recheck &again = entry.second;
		if (again.due > world_.scheduler.now()) {
			next = std::min(next.value_or(again.due), again.due);
			return false;
		}
		if (Finding finding = now.judge(again.target); finding.allowed && finding.connected.empty())
			lost.push_back(std::move(finding));
		return true;
	});
	if (next)
		plan_recheck(*next - world_.scheduler.now());
	offer(lost, false);
}

// Two targets with the same names and different addresses look the same in sysfs: if a login of them is missing, all of them are
// tried, and the kernel refuses those that exist.
void Connections::keep_static(const std::vector<StaticTarget> &targets)
{
	if (!config_.execute)
		return;
	const std::vector<SrpHost> &hosts = hosts_.now();
	for (const StaticTarget &target : targets) {
		if (!target.is_for(name_.device, name_.number))
			continue;
		const auto same = [&](const auto &other) { return other.id_ext == target.id_ext && other.ioc_guid == target.ioc_guid; };
		const auto logins = std::count_if(hosts.begin(), hosts.end(), [&](const SrpHost &host) {
			return same(host) && !host.dgid && (!host.local || *host.local == name_);
		});
		const auto wanted = std::count_if(targets.begin(), targets.end(), [&](const StaticTarget &other) {
			return same(other) && other.is_for(name_.device, name_.number);
		});
		Entry &entry = entries_[target.login];
		entry.login = target.login;
		entry.what = fmt::format("target of line {} of the rules", target.line);
		entry.wanted = true;
		if (logins >= wanted && entry.state != State::Connecting) {
			entry.retry.cancel();
			entry.failures = entry.refusals = 0;
			entry.error.clear();
			entry.state = State::Connected;
		} else if (logins < wanted && entry.state != State::Connecting && may_try(entry, false)) {
			log_in(target.login);
		}
	}
	world_.changed();
}

void Connections::port_left(const Gid &gid)
{
	// Only a port that matters is worth a word.
	for (auto &[key, entry] : entries_) {
		if (entry.path.empty() || entry.dgid != gid)
			continue;
		world_.log.warning(fmt::format("{}: {} left the fabric", name_.text(), entry.what));
		entry.left = true;
		wait_for_return(entry);
	}
	if (config_.fail_path)
		fail_path(gid);
	world_.changed();
}

void Connections::units_gone(Lid lid)
{
	for (auto &[key, entry] : entries_)
		if (!entry.path.empty() && entry.lid == lid) {
			world_.log.info(fmt::format("{}: {} is not offered any more", name_.text(), entry.what));
			wait_for_return(entry);
		}
	world_.changed();
}

// It is tried when it is found again.
void Connections::wait_for_return(Entry &entry)
{
	if (entry.state != State::Failed)
		return;
	entry.retry.cancel();
	entry.state = State::Found;
}

// The adapter would need many retries to find out what the SM knows. Whoever made the login: the path is gone for all.
void Connections::fail_path(const Gid &gid)
{
	for (const SrpHost &host : hosts_.now()) {
		if (host.connected_to != gid || host.local != name_)
			continue;
		for (const auto &file : world_.sysfs.fail_path_files(host.name))
			world_.notices.submit(file, "1", [this, name = host.name](const Result<void> &done) {
				if (done)
					world_.log.info(fmt::format("{}: told the initiator that the path of {} is gone", name_.text(), name));
				// No such file: a module without it. No such device: the login ended meanwhile.
				else if (done.error().code != ENOENT && done.error().code != ENODEV)
					world_.log.warning(fmt::format("{}: cannot tell the initiator that the path of {} is gone: {}", name_.text(),
								       name, done.error().text));
			});
	}
}

void Connections::forget()
{
	for (auto &[key, entry] : entries_)
		entry.wanted = false;
	drop_unwanted();
}

// The end of a login that is on its way cannot be hurried.
void Connections::drop_unwanted()
{
	std::erase_if(entries_, [](const auto &entry) { return !entry.second.wanted && entry.second.state != State::Connecting; });
}

void Connections::log_in(const std::string &key)
{
	Entry &entry = entries_.at(key);

	entry.retry.cancel();
	entry.state = State::Connecting;
	world_.log.debug(fmt::format("{}: login to {}: {}", name_.text(), entry.what, entry.login));
	world_.logins.submit(world_.sysfs.add_target(name_), entry.login,
			     [this, key](const Result<void> &result) { logged_in(key, result); });
}

void Connections::logged_in(const std::string &key, const Result<void> &result)
{
	const auto found = entries_.find(key);

	if (found == entries_.end())
		return;
	Entry &entry = found->second;
	const TimePoint now = world_.scheduler.now();
	hosts_.changed();
	if (result || result.error().code == EEXIST) {
		if (result || !entry.refusals)
			world_.log.info(fmt::format("{}: {} {}", name_.text(), result ? "connected to" : "already connected to", entry.what));
		entry.state = State::Connected;
		entry.failures = 0;
		entry.error.clear();
		entry.refusals = result ? 0 : entry.refusals + 1;
		entry.retry_at = now + back_off(entry.refusals, kFirstAfterRefusal, kLongestRetry);
		entry.refused_by = hosts_.version();
	} else {
		entry.state = State::Failed;
		entry.failures++;
		entry.refusals = 0;
		entry.error = login_error_text(result.error(), world_.sysfs.login_error(name_, entry.login));
		const Duration wait = back_off(entry.failures, kFirstRetry, kLongestRetry);
		world_.log.error(fmt::format("{}: cannot log in to {}: {}{}", name_.text(), entry.what, entry.error,
					     entry.wanted ? "; trying again" : ""));
		entry.retry_at = now + wait;
		entry.retry = world_.scheduler.after(wait, [this, key] { retry(key); });
	}
	if (!entry.wanted)
		entries_.erase(found);
	world_.changed();
}

void Connections::retry(const std::string &key)
{
	Entry &entry = entries_.at(key);

	if (!path_is_taken(key, entry)) {
		log_in(key);
		return;
	}
	// It is offered again when the other login is gone.
	entry.state = State::Found;
	world_.changed();
}

} // namespace srp
