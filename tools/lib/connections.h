// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The targets of one local port and the state of each: found, being logged in to, connected, failed. Who is found is offered here;
// what follows, and when it is tried again, is decided here.
#ifndef SRP_TOOLS_CONNECTIONS_H
#define SRP_TOOLS_CONNECTIONS_H

#include <set>

#include "daemon_config.h"
#include "findings.h"
#include "hosts.h"

namespace srp {

// first, 2 * first, 4 * first ... longest
Duration back_off(unsigned int failures, Duration first, Duration longest);

class Connections {
public:
	enum class State { Found, Connecting, Connected, Failed };
	struct Entry {
		std::string login;
		std::string what;		// for messages
		std::string path;		// target port and service without the P_Key; empty for RDMA/CM
		Gid dgid;			// of the target port; zero for RDMA/CM
		Lid lid;			// the same
		State state = State::Found;
		bool wanted = true;		// else it is kept only because a login is on its way
		bool left = false;		// its port left the fabric and has not come back
		unsigned int failures = 0;	// in a row
		std::string error;		// of the last one, in words
		TimePoint retry_at;		// with State::Failed, or with refusals
		Timer retry;
		// The kernel said that this login exists already, so often in a row, and does not show it.
		unsigned int refusals = 0;
		unsigned int refused_by = 0;	// the version of the host list then
	};

	// judge: by what targets are judged that are looked at again.
	Connections(const DaemonWorld &world, PortName name, const DaemonConfig &config, HostList &hosts, std::function<Judge()> judge);

	// What a scan found and the rules allow. news: a trap told, so failed logins need not wait.
	void offer(const std::vector<Finding> &findings, bool news);
	// A scan of the whole fabric begins; and is over: who was not offered in between needs no more attempts. Logins stay: whether
	// they end is the initiator's business.
	void scan_begins();
	void scan_ends();
	// Targets that no fabric announces.
	void keep_static(const std::vector<StaticTarget> &targets);
	// The SM says that this port is gone.
	void port_left(const Gid &gid);
	// A port says that it answers device management no more. Logins stay, attempts end until it is found again.
	void units_gone(Lid lid);
	// Other rules: everything is to be offered again.
	void forget();

	const std::map<std::string, Entry> &entries() const { return entries_; }

private:
	void offer_one(const Finding &finding, bool news);
	bool path_is_taken(const std::string &key, const Entry &entry) const;
	bool may_try(const Entry &entry, bool news) const;
	void look_again_later(const std::string &key, const Target &target);
	void plan_recheck(Duration wait);
	void recheck();
	void wait_for_return(Entry &entry);
	void log_in(const std::string &key);
	void logged_in(const std::string &key, const Result<void> &result);
	void retry(const std::string &key);
	void drop_unwanted();
	void fail_path(const Gid &gid);

	const DaemonWorld &world_;
	const PortName name_;
	const DaemonConfig &config_;
	HostList &hosts_;
	const std::function<Judge()> judge_;
	std::map<std::string, Entry> entries_;
	std::set<std::string> seen_;			// by the scan on its way
	struct Recheck {
		Target target;
		TimePoint due;
	};
	std::map<std::string, Recheck> connected_;	// were so when they were found; by key
	std::optional<Timer> recheck_timer_;
};

} // namespace srp

#endif
