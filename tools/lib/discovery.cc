// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "discovery.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

namespace {

// An SA answers thousands of questions per second; a target is a small program on a busy machine.
constexpr unsigned int kSaQuestions = 32;
constexpr uint32_t kTopspinOui = 0x0005ad;
// So many times the patience for one answer is what a unit has to describe all of its controllers.
constexpr int kUnitAnswers = 4;
constexpr uint8_t kNodeIsSwitch = 2;
constexpr Pkey kDefaultPkeys[] = { Pkey(0xffff), Pkey(0x7fff) };

// Which entries of the P_Key table reach the SA: the one that did before, the default partition, wherever it is, and if that does not
// help any other.
std::vector<uint16_t> sa_pkey_indexes(const LocalPort &port, std::optional<uint16_t> before)
{
	std::vector<uint16_t> indexes;
	const auto add = [&](uint16_t index) {
		if (std::find(indexes.begin(), indexes.end(), index) == indexes.end())
			indexes.push_back(index);
	};

	if (before && *before < port.pkeys.size() && port.pkeys[*before].valid())
		add(*before);
	for (const Pkey pkey : kDefaultPkeys)
		if (const auto index = port.pkey_index(pkey))
			add(*index);
	for (size_t i = 0; i < port.pkeys.size(); i++)
		if (port.pkeys[i].valid())
			add(static_cast<uint16_t>(i));
	if (indexes.empty())
		add(0);
	return indexes;
}

std::vector<std::pair<Pkey, uint16_t>> pkeys_to_probe(const LocalPort &port, const std::vector<Pkey> &wanted)
{
	std::vector<std::pair<Pkey, uint16_t>> pkeys;

	for (size_t i = 0; i < port.pkeys.size(); i++) {
		const Pkey pkey = port.pkeys[i];
		const bool is_wanted = wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](Pkey w) {
			return w.partition() == pkey.partition();
		});
		if (pkey.valid() && is_wanted)
			pkeys.emplace_back(pkey, static_cast<uint16_t>(i));
	}
	return pkeys;
}

} // namespace

// One port in one partition. Every question to it counts as a part.
struct Scan::Probe {
	Lid lid;
	Pkey pkey;
	MadAddress address;
	IoUnit unit;
	std::vector<Controller> controllers;	// of all slots that are in use; those with a profile get into the unit
	std::vector<bool> has_profile;
	unsigned int parts = 0;
	bool answered = false;
	bool complete = true;			// no question failed
	Timer deadline;				// of all questions about its controllers
	Group *group = nullptr;
};

// One port in all partitions.
struct Scan::Group {
	Lid lid;
	std::vector<std::unique_ptr<Probe>> probes;	// by the order of the P_Key table
	size_t open = 0;				// probes that are not done
};

Scan::Scan(Requester &requester, LocalPort port, std::vector<Pkey> pkeys, Done done, ScanHelp help)
	: requester_(requester), port_(std::move(port)), wanted_pkeys_(std::move(pkeys)), done_(std::move(done)), help_(std::move(help)),
	  pkeys_(pkeys_to_probe(port_, wanted_pkeys_)), sa_indexes_(sa_pkey_indexes(port_, help_.sa_pkey_index)),
	  sa_(requester, { .lid = port_.sm_lid, .pkey_index = sa_indexes_.front(), .sl = port_.sm_sl }, this), dm_(requester, &dm_)
{
}

Scan::~Scan()
{
	requester_.drop(this);
	requester_.drop(&dm_);
}

// Which ports there are is asked for together with the question whether the SA can select them: nearly all can.
void Scan::start()
{
	if (!prepare())
		return;
	whole_fabric_ = true;
	after_class_ = [this](const Result<void> &reached) {
		if (!reached) {
			fail(reached.error());
		} else if (sa_capabilities_ & kSaMatchesCapabilityMask) {
			can_select_ports_ = true;
			use_ports();
		} else {
			requester_.drop(this);	// its answer is of no use
			find_ports_one_by_one();
		}
	};
	ask_sa_class();
}

void Scan::start(Lid lid)
{
	if (!prepare())
		return;
	after_class_ = [this, lid](const Result<void> &reached) {
		if (!reached)
			fail(reached.error());
		else
			check_and_probe(lid);
	};
	ask_sa_class();
}

void Scan::start(Gid gid)
{
	if (!prepare())
		return;
	after_class_ = [this, gid](const Result<void> &reached) {
		if (!reached) {
			fail(reached.error());
			return;
		}
		sa_.path(port_.gid, gid, [this, gid](Result<PathRecord> path) {
			if (!path)
				fail({ fmt::format("no path to GID {}: {}", gid.text(), path.error().text), path.error().cause,
				       path.error().code });
			else
				check_and_probe(path->dlid);
		});
	};
	ask_sa_class();
}

// Everything that makes a scan pointless.
bool Scan::prepare()
{
	std::string missing;

	requester_.set_pkeys(port_.pkeys);
	requester_.set_destination_limit(port_.sm_lid, kSaQuestions);
	for (const Pkey pkey : wanted_pkeys_)
		if (std::none_of(pkeys_.begin(), pkeys_.end(), [&](const auto &p) { return p.first.partition() == pkey.partition(); }))
			missing += (missing.empty() ? "" : ", ") + pkey.text();
	if (!port_.sm_lid.is_unicast())
		fail({ fmt::format("{}: SM LID is {}, maybe no SM is running", port_.name.text(), port_.sm_lid.value()) });
	else if (!port_.lid.is_unicast())
		fail({ fmt::format("{}: the port has no LID yet", port_.name.text()) });
	else if (pkeys_.empty())
		fail({ missing.empty() ? fmt::format("{}: the P_Key table is empty", port_.name.text()) :
					 fmt::format("{}: the port has no P_Key {}", port_.name.text(), missing) });
	else {
		if (!missing.empty())
			problems_.push_back({ fmt::format("{}: the port has no P_Key {}", port_.name.text(), missing) });
		return true;
	}
	return false;
}

void Scan::ask_sa_class()
{
	sa_.class_port_info([this](Result<ClassPortInfo> info) {
		if (info) {
			sa_capabilities_ = info->capability_mask;
			if (help_.sa_answered)
				help_.sa_answered(sa_.address());
			after_class_({});
			return;
		}
		sa_indexes_.erase(sa_indexes_.begin());
		if (info.error().cause != Cause::Timeout || sa_indexes_.empty()) {
			after_class_(Error { fmt::format("the SA at LID 0x{} does not answer: {}", port_.sm_lid.text(), info.error().text),
					     info.error().cause, info.error().code });
			return;
		}
		requester_.drop(this);
		ports_.reset();
		sa_.use_pkey_index(sa_indexes_.front());
		ask_sa_class();
	});
	if (whole_fabric_)
		ask_ports();
}

void Scan::ask_ports()
{
	sa_.ports(kIsDeviceManagement, [this](Result<std::vector<PortInfoRecord>> ports) {
		ports_ = std::move(ports);
		use_ports();
	});
}

// Both answers are needed, and come in any order.
void Scan::use_ports()
{
	if (!can_select_ports_ || !ports_)
		return;
	// An SA that was late with the first answer has not had its time for the second.
	if (!*ports_ && ports_->error().cause == Cause::Timeout && !ports_again_) {
		ports_again_ = true;
		ports_.reset();
		ask_ports();
		return;
	}
	if (!*ports_) {
		problems_.push_back({ fmt::format("the SA does not list ports by capability: {}; asking for each", ports_->error().text) });
		find_ports_one_by_one();
		return;
	}
	std::vector<Lid> lids;
	for (const PortInfoRecord &port : **ports_)
		if (port.capability_mask & kIsDeviceManagement)
			lids.push_back(port.lid);
	probe_lids(lids);
}

// An SM that cannot select by capability: every node is asked for.
void Scan::find_ports_one_by_one()
{
	sa_.nodes([this](Result<std::vector<NodeRecord>> nodes) {
		if (!nodes) {
			fail({ fmt::format("the SA does not list nodes: {}", nodes.error().text), nodes.error().cause, nodes.error().code });
			return;
		}
		// Answers come in any order; the result keeps the order of the table.
		struct Collect {
			std::vector<Lid> lids;
			std::vector<bool> has_dm;
			size_t open = 0;
		};
		auto all = std::make_shared<Collect>();
		std::set<Lid> seen;
		for (const NodeRecord &node : *nodes)
			// Asked for by its LID alone, a switch has many ports; and it is no I/O unit.
			if (node.type != kNodeIsSwitch && node.lid.is_unicast() && seen.insert(node.lid).second)
				all->lids.push_back(node.lid);
		all->has_dm.resize(all->lids.size());
		all->open = all->lids.size();
		const auto one_done = [this, all] {
			if (--all->open)
				return;
			std::vector<Lid> lids;
			for (size_t i = 0; i < all->lids.size(); i++)
				if (all->has_dm[i])
					lids.push_back(all->lids[i]);
			probe_lids(lids);
		};
		if (all->lids.empty())
			probe_lids({});
		for (size_t i = 0; i < all->lids.size(); i++)
			sa_.port(all->lids[i], [this, all, i, one_done](Result<PortInfoRecord> port) {
				if (port)
					all->has_dm[i] = (port->capability_mask & kIsDeviceManagement) != 0;
				else
					problems_.push_back({ fmt::format("LID 0x{}: no PortInfo: {}", all->lids[i].text(), port.error().text) });
				one_done();
			});
	});
}

void Scan::check_and_probe(Lid lid)
{
	sa_.port(lid, [this, lid](Result<PortInfoRecord> port) {
		if (!port)
			fail({ fmt::format("LID 0x{}: no PortInfo: {}", lid.text(), port.error().text), port.error().cause, port.error().code });
		else
			probe_lids((port->capability_mask & kIsDeviceManagement) ? std::vector<Lid> { lid } : std::vector<Lid>());
	});
}

void Scan::probe_lids(const std::vector<Lid> &lids)
{
	std::set<Lid> seen;

	hold();
	for (const Lid lid : lids) {
		if (!lid.is_unicast() || !seen.insert(lid).second)
			continue;
		groups_.push_back(std::make_unique<Group>(Group { .lid = lid, .open = pkeys_.size() }));
		for (const auto &[pkey, index] : pkeys_)
			probe(*groups_.back(), pkey, index);
	}
	release();
}

void Scan::probe(Group &group, Pkey pkey, uint16_t pkey_index)
{
	group.probes.push_back(std::make_unique<Probe>());
	Probe &probe = *group.probes.back();

	probe.lid = group.lid;
	probe.pkey = pkey;
	probe.address = { .lid = group.lid, .pkey_index = pkey_index };
	probe.parts = 1;
	probe.group = &group;
	ports_found_++;
	hold();
	sa_.path(port_.lid, group.lid, pkey, [this, &probe](Result<PathRecord> path) { on_path(probe, std::move(path)); });
}

void Scan::on_path(Probe &probe, Result<PathRecord> path)
{
	if (!path) {
		// "No records" is how an SA says that the two ports do not share the P_Key.
		if (path.error().cause != Cause::Status || path.error().code != kSaNoRecords)
			problem(probe, "no path", path.error());
	} else if (path->pkey.partition() != probe.pkey.partition()) {
		problem(probe, "no path", { fmt::format("the SA offers P_Key {} instead", path->pkey.text()) });
	} else if (!path->dgid.guid().value()) {
		problem(probe, "no path", { "the SA's path has no GID" });
	} else if (seen_.insert({ probe.lid, path->pkey }).second) {	// full and limited membership may both be in the table
		probe.unit.lid = probe.lid;
		probe.unit.gid = path->dgid;
		probe.unit.pkey = path->pkey;
		probe.address.sl = path->sl;
		ask_io_unit(probe);
	}
	part_done(probe);
}

void Scan::ask_io_unit(Probe &probe)
{
	const auto ask = [this, &probe] {
		dm_.io_unit_info(probe.address, [this, &probe](Result<IoUnitInfo> info) { on_io_unit(probe, std::move(info)); });
	};

	probe.parts++;
	if (probe.unit.gid.guid().oui() != kTopspinOui) {
		ask();
		return;
	}
	dm_.set_trap_address(probe.address, port_.lid, port_.gid, [this, &probe, ask](const Result<Message> &done) {
		if (!done)
			problem(probe, "cannot set the trap address", done.error());
		ask();
	});
}

void Scan::on_io_unit(Probe &probe, Result<IoUnitInfo> info)
{
	if (!info) {
		problem(probe, "failed to get iou info", info.error());
		part_done(probe);
		return;
	}
	probe.answered = true;
	probe.unit.info = *info;
	const auto *known = help_.cache ? help_.cache->find(probe.unit.gid, probe.unit.pkey, *info) : nullptr;
	if (known) {
		probe.controllers = *known;
		probe.has_profile.assign(known->size(), true);
	} else {
		ask_controllers(probe);
	}
	part_done(probe);
}

void Scan::ask_controllers(Probe &probe)
{
	const IoUnitInfo &info = probe.unit.info;

	for (unsigned int slot = 1; slot <= info.max_controllers; slot++)
		if (info.slot(slot) == Slot::Present)
			probe.controllers.push_back({ .slot = slot });
	probe.has_profile.resize(probe.controllers.size());
	if (probe.controllers.empty())
		return;
	const Duration patience = kUnitAnswers * requester_.policy().timeout;
	probe.deadline = requester_.scheduler().after(patience, [this, &probe, patience] {
		give_up(probe, fmt::format("the unit takes more than {} ms to describe its controllers",
					   std::chrono::duration_cast<std::chrono::milliseconds>(patience).count()));
	});
	// No more push_back: from here on the controllers stay where they are.
	for (Controller &controller : probe.controllers) {
		probe.parts++;
		dm_.profile(probe.address, controller.slot, [this, &probe, &controller](Result<IoControllerProfile> profile) {
			on_profile(probe, controller, std::move(profile));
		});
	}
}

void Scan::on_profile(Probe &probe, Controller &controller, Result<IoControllerProfile> profile)
{
	if (!profile) {
		question_failed(probe, fmt::format("controller {}: no profile", controller.slot), profile.error());
		return;
	}
	probe.has_profile[static_cast<size_t>(&controller - probe.controllers.data())] = true;
	controller.profile = *profile;
	controller.services.resize(profile->service_entries);
	for (unsigned int first = 0; first < profile->service_entries; first += kDmServicesPerMad) {
		const unsigned int last = std::min(first + kDmServicesPerMad, unsigned(profile->service_entries)) - 1;

		probe.parts++;
		dm_.services(probe.address, controller.slot, first, last,
			     [this, &probe, &controller, first, last](Result<std::vector<ServiceEntry>> services) {
				     if (!services) {
					     question_failed(probe, fmt::format("controller {}: no services {} to {}", controller.slot, first, last),
							     services.error());
					     return;
				     }
				     std::copy(services->begin(), services->end(), controller.services.begin() + first);
				     part_done(probe);
			     });
	}
	part_done(probe);
}

// A unit that does not answer one question in all that time is not waited for once more per question: 255 controllers would be minutes.
void Scan::question_failed(Probe &probe, const std::string &what, const Error &error)
{
	if (error.cause == Cause::Timeout && probe.parts > 1) {
		give_up(probe, fmt::format("{}: {}", what, error.text));
		return;
	}
	problem(probe, what, error);
	part_done(probe);
}

// What it said so far counts. Its other questions are neither waited for nor asked.
void Scan::give_up(Probe &probe, const std::string &why)
{
	requester_.drop(&dm_, probe.address);	// not what the SA is asked, which may live at the same address
	probe.complete = false;
	problems_.push_back({ fmt::format("LID 0x{}, P_Key {}: {}; the rest is not asked for", probe.lid.text(), probe.pkey.text(), why),
			      Cause::Timeout });
	probe_done(probe);
}

void Scan::problem(Probe &probe, std::string_view what, const Error &error)
{
	probe.complete = false;
	problems_.push_back({ fmt::format("LID 0x{}, P_Key {}: {}: {}", probe.lid.text(), probe.pkey.text(), what, error.text), error.cause,
			      error.code });
}

void Scan::part_done(Probe &probe)
{
	if (--probe.parts == 0)
		probe_done(probe);
}

void Scan::probe_done(Probe &probe)
{
	probe.deadline.cancel();
	for (size_t i = 0; i < probe.controllers.size(); i++)
		if (probe.has_profile[i])
			probe.unit.controllers.push_back(std::move(probe.controllers[i]));
	if (help_.cache && probe.answered && probe.complete &&
	    !help_.cache->find(probe.unit.gid, probe.unit.pkey, probe.unit.info))
		help_.cache->store(probe.unit);
	ports_done_++;
	if (--probe.group->open == 0)
		group_done(*probe.group);
	release();
}

void Scan::group_done(const Group &group)
{
	std::vector<IoUnit> units;

	if (!help_.port_done)
		return;
	for (const auto &probe : group.probes)
		if (probe->answered)
			units.push_back(probe->unit);
	if (!units.empty())
		help_.port_done(units);
}

void Scan::release()
{
	if (--pending_)
		return;
	ScanResult result = { .problems = std::move(problems_) };
	for (const auto &group : groups_)
		for (const auto &probe : group->probes)
			if (probe->answered)
				result.units.push_back(std::move(probe->unit));
	done_(std::move(result));
}

void Scan::fail(Error error)
{
	done_(std::move(error));
}

} // namespace srp
