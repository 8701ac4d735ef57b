// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_set.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

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
	if (all_) {
		const auto ports = wanted();
		std::erase_if(served_, [&](const auto &entry) {
			const auto port = ports.find(entry.first);
			const bool gone = port == ports.end() || port->second != entry.second.discover;
			if (gone)
				log_.info(fmt::format("{}: the port is gone", entry.first.text()));
			return gone;
		});
		for (const auto &[name, discover] : ports) {
			if (served_.contains(name))
				continue;
			if (const auto started = serve(name, discover); !started)
				log_.error(fmt::format("{}: not served: {}", name.text(), started.error().text));
			else
				log_.info(fmt::format("{}: served", name.text()));
		}
	}
	for (const auto &[name, served] : served_)
		served.service->devices_changed();
}

void PortSet::use_rules(std::shared_ptr<const Rules> rules)
{
	rules_ = rules;
	for (const auto &[name, served] : served_)
		served.service->use_rules(rules);
	update();
}

void PortSet::restart(const std::string &why)
{
	for (const auto &[name, served] : served_)
		served.service->restart(why);
}

void PortSet::stop(Task done)
{
	const auto open = std::make_shared<size_t>(served_.size());

	if (served_.empty())
		done();
	for (const auto &[name, served] : served_)
		served.service->stop([open, done] {
			if (--*open == 0)
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
