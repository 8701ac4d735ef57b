// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The daemon's work for one port: scan, listen to traps, and begin again when something changed or broke.
#ifndef SRP_TOOLS_PORT_DAEMON_H
#define SRP_TOOLS_PORT_DAEMON_H

#include <list>

#include "connections.h"
#include "discovery.h"

namespace srp {

class PortDaemon {
public:
	struct Status {
		std::string problem;			// why there is no discovery, or empty
		bool scanning = false;
		unsigned int targets = 0, connected = 0, failed = 0;
	};

	PortDaemon(DaemonWorld world, PortName name, DaemonConfig config, std::shared_ptr<const Rules> rules);
	~PortDaemon();

	void start();
	// Something happened of which the traps may not have told: another SM, LID or P_Keys, the port was down. A scan on its way is
	// given up for a new one.
	void rescan(const std::string &why);
	// If the device was gone, it is looked for at once.
	void device_may_be_back();
	// Nobody tells of another SM, or of one that began anew: subscribes again every minute, until the port is closed.
	void renew_subscriptions();
	// Everything anew, as after a fatal error of the device.
	void restart(const std::string &why);
	void use_rules(std::shared_ptr<const Rules> rules);
	// Ends the subscriptions. done is called soon, answers or not.
	void stop(const Task &done);

	Status status() const;
	const Connections &connections() const { return connections_; }
	const PortName &name() const { return name_; }

private:
	// A look at one port of which a trap told.
	struct Look {
		Lid lid;
		Gid gid;		// if there is no LID
		std::unique_ptr<Scan> scan;
		Timer done;		// out of reach of the scan that calls
		bool again = false;	// another trap told the same
	};

	void open();
	void close();
	void lost(const Error &why);
	void scan_all();
	void scan_done(Result<ScanResult> outcome);
	void plan_rescan(bool failed);
	void look_at(Lid lid, Gid gid);
	void look_done(std::list<Look>::iterator look, Result<ScanResult> outcome);
	ScanHelp scan_help(bool news);
	void sa_answered(const MadAddress &sa);
	void arrived(const std::vector<IoUnit> &units, bool news);
	void use_arrived();
	void print_report(const ScanResult &result) const;
	void keep_static_targets();
	Judge judge();
	void subscribe();
	void subscribed(const MadAddress &sa, const InformInfo &info, const Result<InformInfo> &done);
	void unsubscribed();
	bool is_from_sm(const MadAddress &from);
	void on_report(const MadAddress &from, const Message &report);
	void complain(const Error &error);
	void set_problem(std::string problem);

	DaemonWorld world_;
	const PortName name_;
	const DaemonConfig config_;
	std::shared_ptr<const Rules> rules_;
	std::string problem_;
	HostList hosts_;
	Connections connections_;
	UnitCache cache_;

	// From the bottom up.
	std::unique_ptr<MadPort> port_;
	std::unique_ptr<Requester> requester_;
	std::unique_ptr<Scan> scan_;			// of the whole fabric
	bool scan_again_ = false;			// something happened of which the scan on its way may know nothing
	std::list<Look> looks_;
	std::optional<LocalPort> local_;
	std::vector<IoUnit> arrived_, arrived_news_;	// not yet used
	bool reports_ = false;				// reports of traps reach us
	bool asked_to_subscribe_ = false;
	std::vector<InformInfo> subscribed_;
	MadAddress sa_;					// the last one that answered
	std::optional<TimePoint> sm_read_at_;		// because of a report from elsewhere
	Lid sm_lid_read_;				// what the port said then
	unsigned int open_failures_ = 0, scan_failures_ = 0, subscribe_failures_ = 0;
	Timer next_timer_;				// what follows a loss, out of reach of who told it
	Timer done_timer_, arrived_timer_;
	Timer open_timer_, rescan_timer_, static_timer_, subscribe_timer_, renew_timer_, stop_timer_;
};

} // namespace srp

#endif
