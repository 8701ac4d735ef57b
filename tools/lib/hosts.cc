// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "hosts.h"

namespace srp {

namespace {

constexpr Duration kMaxAge = std::chrono::milliseconds(200);

} // namespace

const std::vector<SrpHost> &HostList::now()
{
	if (!read_at_ || clock_.now() - *read_at_ >= kMaxAge) {
		auto hosts = sysfs_.srp_hosts();
		read_at_ = clock_.now();
		version_ += hosts != hosts_;
		hosts_ = std::move(hosts);
	}
	return hosts_;
}

} // namespace srp
