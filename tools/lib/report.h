// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What a scan found, for people and for programs. The text for people is older than this program and parsed by others: it stays.
#ifndef SRP_TOOLS_REPORT_H
#define SRP_TOOLS_REPORT_H

#include "discovery.h"
#include "findings.h"

namespace srp {

struct HumanFormat {
	bool slots = false;	// a line per slot
	bool pkey = false;	// a line with the P_Key, where there may be more than one
};

std::string human_report(const IoUnit &unit, const HumanFormat &format);
// Whether the P_Key says something: somebody asked for some, or the port is in several partitions.
bool shows_pkey(const LocalPort &port, const std::vector<Pkey> &asked_for);

// One JSON document with all that is known, and a newline.
std::string json_report(const LocalPort &port, const ScanResult &result, const std::vector<Finding> &findings);

} // namespace srp

#endif
