// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One scan of the fabric from one port: which ports answer device management, through which P_Keys, and what they offer.
#ifndef SRP_TOOLS_DISCOVERY_H
#define SRP_TOOLS_DISCOVERY_H

#include <set>

#include "clients.h"
#include "sysfs.h"
#include "unit_cache.h"

namespace srp {

struct ScanResult {
	std::vector<IoUnit> units;	// by the order of the SA's answer and of the P_Key table
	std::vector<Error> problems;	// one per thing that did not work; the rest is complete
};

// What a caller may add to a scan.
struct ScanHelp {
	UnitCache *cache = nullptr;	// of the requester's port; read and filled. Outlives the scan
	// Called from the event loop with the units of a port as soon as it answered through all P_Keys, in the order of the P_Key table.
	// They are part of the result as well. Must not destroy the scan.
	std::function<void(const std::vector<IoUnit> &)> port_done;
	// Called when the SA has answered, with where it did: its LID, and the partition that reaches it. Must not destroy the scan.
	std::function<void(const MadAddress &)> sa_answered;
	// The entry of the P_Key table by which this SA answered before; tried first.
	std::optional<uint16_t> sa_pkey_index;
};

class Scan {
public:
	// Fails only if nothing at all can be learned: no SM, no answer of the SA.
	using Done = std::function<void(Result<ScanResult>)>;

	// pkeys: look through these only; empty: through all of the port. A scan that is destroyed
	// before calls nobody; the requester must live longer.
	Scan(Requester &requester, LocalPort port, std::vector<Pkey> pkeys, Done done, ScanHelp help = {});
	Scan(const Scan &) = delete;
	~Scan();

	// The whole fabric.
	void start();
	// One port, of which a trap told.
	void start(Lid lid);
	void start(Gid gid);

	// How far it is: ports in partitions to look at, and how many of them are through.
	unsigned int ports_found() const { return ports_found_; }
	unsigned int ports_done() const { return ports_done_; }

private:
	struct Probe;
	struct Group;

	bool prepare();
	void ask_sa_class();
	void ask_ports();
	void use_ports();
	void find_ports_one_by_one();
	void check_and_probe(Lid lid);
	void probe_lids(const std::vector<Lid> &lids);
	void probe(Group &group, Pkey pkey, uint16_t pkey_index);
	void on_path(Probe &probe, Result<PathRecord> path);
	void ask_io_unit(Probe &probe);
	void on_io_unit(Probe &probe, Result<IoUnitInfo> info);
	void on_profile(Probe &probe, Controller &controller, Result<IoControllerProfile> profile);
	void problem(Probe &probe, std::string_view what, const Error &error);
	void ask_controllers(Probe &probe);
	void question_failed(Probe &probe, const std::string &what, const Error &error);
	void give_up(Probe &probe, const std::string &why);
	void part_done(Probe &probe);
	void probe_done(Probe &probe);
	void group_done(const Group &group);
	void hold() { pending_++; }
	void release();
	void fail(Error error);

	Requester &requester_;
	const LocalPort port_;
	const std::vector<Pkey> wanted_pkeys_;
	Done done_;
	const ScanHelp help_;
	std::vector<std::pair<Pkey, uint16_t>> pkeys_;	// to look through, with their index
	std::vector<uint16_t> sa_indexes_;		// still to be tried for questions to the SA
	SaClient sa_;
	DmClient dm_;
	Then<void> after_class_;
	std::vector<std::unique_ptr<Group>> groups_;	// by the order of the SA's answer
	std::set<std::pair<Lid, Pkey>> seen_;
	std::vector<Error> problems_;
	unsigned int pending_ = 0;
	unsigned int ports_found_ = 0, ports_done_ = 0;
	uint16_t sa_capabilities_ = 0;
	bool whole_fabric_ = false;
	bool can_select_ports_ = false;		// the SA said so
	std::optional<Result<std::vector<PortInfoRecord>>> ports_;	// what it answered
	bool ports_again_ = false;		// asked a second time
};

} // namespace srp

#endif
