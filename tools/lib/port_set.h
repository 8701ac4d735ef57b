// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The ports that are served: one that the user named, or all that there are, as they come and go.
#ifndef SRP_TOOLS_PORT_SET_H
#define SRP_TOOLS_PORT_SET_H

#include "port_daemon.h"

namespace srp {

// A port in service; its end of life is the end of the service.
class PortService {
public:
	virtual ~PortService() = default;
	// Devices came, went or changed.
	virtual void devices_changed() = 0;
	virtual void use_rules(std::shared_ptr<const Rules> rules) = 0;
	virtual void restart(const std::string &why) = 0;
	// done is called soon.
	virtual void stop(const Task &done) = 0;
	virtual const PortDaemon &daemon() const = 0;
};

class PortSet {
public:
	// discover: false where only targets of the rules file can be reached.
	using Start = std::function<Result<std::unique_ptr<PortService>>(const PortName &name, bool discover)>;

	PortSet(Scheduler &scheduler, const Sysfs &sysfs, Log &log, Start start)
		: scheduler_(scheduler), sysfs_(sysfs), log_(log), start_(std::move(start))
	{
	}

	// That port, whether it is there or not. The error if its service cannot begin.
	Result<void> serve(const PortName &name, bool discover);
	// From now on every InfiniBand port, and every other port that a target of the rules is for. Ports that cannot be served, because
	// somebody else does, are tried again every ten seconds.
	void serve_all(std::shared_ptr<const Rules> rules);
	// Looks at what is there now.
	void update();
	void use_rules(std::shared_ptr<const Rules> rules);
	void restart(const std::string &why);
	// done is called once, after 90 ms at most. From now on nothing else happens, whatever is asked for.
	void stop(const Task &done);
	bool is_stopping() const { return stopping_; }

	std::vector<const PortDaemon *> daemons() const;

private:
	struct Served {
		std::unique_ptr<PortService> service;
		bool discover = false;
	};

	std::map<PortName, bool> wanted() const;
	void start_missing(const std::map<PortName, bool> &ports);

	Scheduler &scheduler_;
	const Sysfs &sysfs_;
	Log &log_;
	const Start start_;
	bool all_ = false;
	std::shared_ptr<const Rules> rules_;	// with all_
	std::map<PortName, Served> served_;
	std::map<PortName, std::string> refused_;	// wanted, but not served, and why
	bool stopping_ = false;
	Timer retry_timer_, stop_timer_;
};

} // namespace srp

#endif
