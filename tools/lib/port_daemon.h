// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The daemon's work for one port: scan, log in, listen to traps, and begin again when something changed or broke.
#ifndef SRP_TOOLS_PORT_DAEMON_H
#define SRP_TOOLS_PORT_DAEMON_H

#include "discovery.h"
#include "findings.h"
#include "log.h"
#include "logins.h"
#include "report.h"

namespace srp {

struct DaemonConfig {
	RequestPolicy policy;
	std::vector<Pkey> pkeys;		// empty: all of the port
	LoginSettings login;			// immediate data is read from sysfs each time
	bool print = false;			// login strings on stdout
	bool all = false;			// print what is connected as well
	bool execute = false;			// log in
	bool human = false;			// the report for people
	bool slots = false;			// with a line per slot
	bool discover = true;			// false: targets of the rules file only; the port need not be InfiniBand
	std::chrono::seconds rescan { 0 };	// 0: only when something happens
	std::chrono::seconds recheck { 20 };	// look again at what was connected at the last scan; 0: do not
};

class PortDaemon {
public:
	// What it needs of the world; all of it outlives the daemon.
	struct World {
		Scheduler &scheduler;
		const Sysfs &sysfs;
		Log &log;
		Logins &logins;
		std::function<Result<std::unique_ptr<MadPort>>()> open_port;
		std::function<void(const std::string &)> print;
		std::function<void()> changed;		// status() is another now
	};
	struct Status {
		std::string problem;			// why there is no discovery, or empty
		unsigned int targets = 0, connected = 0, failed = 0;
	};

	PortDaemon(World world, PortName name, DaemonConfig config, std::shared_ptr<const Rules> rules);
	~PortDaemon();

	void start();
	// Something changed: port, SM, P_Keys, subscriptions. A scan on its way is finished first.
	void rescan(const std::string &why);
	// Everything anew, as after a fatal error of the device.
	void restart(const std::string &why);
	void use_rules(std::shared_ptr<const Rules> rules);
	// Ends the subscriptions. done is called soon, answers or not.
	void stop(Task done);

	Status status() const;
	const PortName &name() const { return name_; }

private:
	enum class State { Found, Connecting, Connected, Failed };
	struct Known {
		std::string login;
		std::string what;		// for messages
		std::string path;		// target port and service without the P_Key; empty for RDMA/CM
		State state = State::Found;
		unsigned int failures = 0;
		Timer retry;
	};
	struct TrapTask {
		Lid lid;
		Gid gid;
		bool operator==(const TrapTask &) const = default;
	};

	void open();
	void close();
	void lost(const Error &why);
	void scan_all();
	void scan_next();
	void begin_scan(const LocalPort &port, bool full);
	void scan_done(Result<ScanResult> outcome);
	void plan_rescan(bool failed);
	void use(ScanResult &result, bool full);
	void use_static_targets();
	void offer(const Finding &finding);
	void recheck(const std::vector<Finding> &findings);
	void log_in(const std::string &key);
	void logged_in(const std::string &key, Result<void> result);
	bool path_is_taken(const std::string &key, const Known &known) const;
	Judge judge() const;
	void subscribe();
	void on_report(const Message &report);
	void set_problem(std::string problem);

	World world_;
	const PortName name_;
	const DaemonConfig config_;
	std::shared_ptr<const Rules> rules_;
	std::string problem_;
	std::map<std::string, Known> known_;

	std::unique_ptr<MadPort> port_;
	std::unique_ptr<Scan> scan_;			// the requester is destroyed first and drops its questions
	std::unique_ptr<Requester> requester_;
	std::optional<LocalPort> local_;
	bool full_scan_ = false;			// what scan_ is
	bool again_ = false;				// another full one when it is done
	std::deque<TrapTask> traps_;
	std::vector<InformInfo> subscribed_;
	MadAddress sa_;
	unsigned int open_failures_ = 0, scan_failures_ = 0, subscribe_failures_ = 0;
	Timer next_timer_;				// what follows a scan or a loss, out of reach of who told it
	Timer open_timer_, rescan_timer_, recheck_timer_, subscribe_timer_, stop_timer_;
};

} // namespace srp

#endif
