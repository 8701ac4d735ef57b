// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "unit_cache.h"

namespace srp {

namespace {

constexpr Duration kMaxAge = std::chrono::minutes(10);

} // namespace

void UnitCache::trust(bool changes_are_heard)
{
	trusted_ = changes_are_heard;
	if (!trusted_)
		clear();
}

bool UnitCache::is_old(const Entry &entry) const { return clock_.now() - entry.asked > kMaxAge; }

const std::vector<Controller> *UnitCache::find(const Gid &gid, Pkey pkey, const IoUnitInfo &info) const
{
	const auto found = units_.find({ gid, pkey });

	if (found == units_.end() || found->second.unit.info != info || is_old(found->second))
		return nullptr;
	return &found->second.unit.controllers;
}

void UnitCache::store(const IoUnit &unit)
{
	if (trusted_)
		units_[{ unit.gid, unit.pkey }] = { unit, clock_.now() };
}

void UnitCache::forget(const Gid &gid)
{
	std::erase_if(units_, [&](const auto &entry) { return entry.second.unit.gid == gid; });
}

void UnitCache::forget(Lid lid)
{
	std::erase_if(units_, [&](const auto &entry) { return entry.second.unit.lid == lid; });
}

void UnitCache::forget_old()
{
	std::erase_if(units_, [&](const auto &entry) { return is_old(entry.second); });
}

} // namespace srp
