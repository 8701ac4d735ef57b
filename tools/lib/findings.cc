// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "findings.h"

namespace srp {

Finding Judge::judge(const Target &target) const
{
	const Decision decision = rules.decide(target);
	Finding finding = { .target = target, .login = login_string(target, login, decision.options), .allowed = decision.allow,
			    .rule_line = decision.line };

	for (const SrpHost &host : hosts)
		if (host.is_login_to(target, port, !any_pkey))
			finding.connected = host.name;
	return finding;
}

std::vector<Finding> Judge::judge(const std::vector<IoUnit> &units, std::vector<Error> &problems) const
{
	std::vector<Finding> findings;

	for (const IoUnit &unit : units)
		for (const Target &target : targets_of(unit, problems))
			findings.push_back(judge(target));
	return findings;
}

} // namespace srp
