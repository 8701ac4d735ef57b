// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_set.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

using namespace std::chrono_literals;

namespace {

// A port that somebody else serves is tried again that often: nobody tells when it is free.
constexpr Duration kRetryTime = 10s;
// Who waits for the end waits no longer, even if a port that was to answer is gone meanwhile.
constexpr Duration kStopTime = 90ms;

} // namespace

Result<void> PortSet::serve(const PortName &name, bool discover)
{
	auto service = start_(name, discover);

	if (!service)
		return service.error();
	served_[name] = { std::move(*service), discover };
	return {};
}

void PortSet::serve_all(std::shared_ptr<const Rules> rules)
{
	all_ = true;
	rules_ = std::move(rules);
	update();
	if (served_.empty())
		log_.info("no InfiniBand port yet; waiting for one");
}

// And whether there is something to discover.
std::map<PortName, bool> PortSet::wanted() const
{
	std::map<PortName, bool> ports;

	for (const PortName &name : sysfs_.ports()) {
		const auto port = sysfs_.port(name);
		if (!port)
			continue;
		const auto &targets = rules_->static_targets();
		if (port->link_layer == "InfiniBand")
			ports[name] = true;
		else if (std::any_of(targets.begin(), targets.end(), [&](const StaticTarget &t) { return t.is_for(name.device, name.number); }))
			ports[name] = false;
	}
	return ports;
}

void PortSet::update()
{
	if (stopping_)
		return;
	if (all_) {
		const auto ports = wanted();
		std::erase_if(served_, [&](const auto &entry) {
			const auto port = ports.find(entry.first);
			const bool gone = port == ports.end() || port->second != entry.second.discover;
			if (gone)
				log_.info(fmt::format("{}: the port is gone", entry.first.text()));
			return gone;
		});
		std::erase_if(refused_, [&](const auto &entry) { return !ports.contains(entry.first); });
		start_missing(ports);
	}
	for (const auto &[name, served] : served_)
		served.service->devices_changed();
}

// Why a port is not served is said once.
void PortSet::start_missing(const std::map<PortName, bool> &ports)
{
	for (const auto &[name, discover] : ports) {
		if (served_.contains(name))
			continue;
		if (const auto started = serve(name, discover); started) {
			log_.info(fmt::format("{}: served", name.text()));
			refused_.erase(name);
		} else if (std::string &why = refused_[name]; why != started.error().text) {
			why = started.error().text;
			log_.error(fmt::format("{}: not served: {}", name.text(), why));
		}
	}
	if (refused_.empty())
		retry_timer_.cancel();
	else
		retry_timer_ = scheduler_.after(kRetryTime, [this] { start_missing(wanted()); });
}

void PortSet::use_rules(std::shared_ptr<const Rules> rules)
{
	if (stopping_)
		return;
	rules_ = std::move(rules);
	for (const auto &[name, served] : served_)
		served.service->use_rules(rules_);
	update();
}

void PortSet::restart(const std::string &why)
{
	if (stopping_)
		return;
	for (const auto &[name, served] : served_)
		served.service->restart(why);
}

void PortSet::stop(const Task &done)
{
	if (stopping_)
		return;
	stopping_ = true;
	retry_timer_.cancel();
	const auto open = std::make_shared<size_t>(served_.size());
	stop_timer_ = scheduler_.after(served_.empty() ? 0ms : kStopTime, done);
	for (const auto &[name, served] : served_)
		served.service->stop([this, open, done] {
			if (--*open)
				return;
			stop_timer_.cancel();
			done();
		});
}

std::vector<const PortDaemon *> PortSet::daemons() const
{
	std::vector<const PortDaemon *> all;

	for (const auto &[name, served] : served_)
		all.push_back(&served.service->daemon());
	return all;
}

} // namespace srp
