// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What I/O units said, so that a unit that did not change is not asked for all of it again.
#ifndef SRP_TOOLS_UNIT_CACHE_H
#define SRP_TOOLS_UNIT_CACHE_H

#include <map>

#include "scheduler.h"
#include "target.h"

namespace srp {

// A unit is known by its port GUID and the P_Key, and has not changed as long as its IOUnitInfo is the same: the change ID counts
// up with every change of its controllers (IBA 16.3.3.3). The target of Linux never counts, but takes its capability bit away and
// sets it again, of which trap 144 tells. So only who hears traps may trust in it; and nothing stays longer than ten minutes.
class UnitCache {
public:
	explicit UnitCache(const Scheduler &clock) : clock_(clock) {}

	// Whether changes would be heard of. As long as they are not, which is how it begins, nothing is remembered.
	void trust(bool changes_are_heard);
	// The controllers of that unit, or null if it has to be asked. Valid until the next call.
	const std::vector<Controller> *find(const Gid &gid, Pkey pkey, const IoUnitInfo &info) const;
	// Only of units that answered everything.
	void store(const IoUnit &unit);
	// A port of which a trap told.
	void forget(const Gid &gid);
	void forget(Lid lid);
	void forget_old();
	void clear() { units_.clear(); }

private:
	struct Entry {
		IoUnit unit;
		TimePoint asked;
	};
	bool is_old(const Entry &entry) const;

	const Scheduler &clock_;
	bool trusted_ = false;
	std::map<std::pair<Gid, Pkey>, Entry> units_;
};

} // namespace srp

#endif
