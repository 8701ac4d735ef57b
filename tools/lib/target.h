// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What discovery finds: I/O units with their controllers and services, and the SRP targets among them.
#ifndef SRP_TOOLS_TARGET_H
#define SRP_TOOLS_TARGET_H

#include <optional>
#include <vector>

#include "dm.h"
#include "values.h"

namespace srp {

struct Controller {
	unsigned int slot = 0;
	IoControllerProfile profile;
	std::vector<ServiceEntry> services;	// by their index; one that was not told has no name
};

// One port that answered, seen through one partition.
struct IoUnit {
	Lid lid;
	Gid gid;
	Pkey pkey;
	IoUnitInfo info;
	std::vector<Controller> controllers;	// by slot; those that answered
};

// One SRP service behind one port in one partition: all that a login has to know.
struct Target {
	std::string id_ext;		// 1 to 16 hexadecimal digits, as the target wrote them
	Guid ioc_guid;
	Gid dgid;
	Pkey pkey;
	ServiceId service_id;
	uint16_t io_class = kIoClassRev16a;
	uint32_t send_message_size = 0;
	Lid lid;

	uint64_t id_ext_value() const;
	bool operator==(const Target &) const = default;
};

// True for the name of a service that claims to be an SRP target (SRP r16a table B.7).
bool is_srp_service(const ServiceEntry &service);
// The identifier extension in such a name. What a target writes ends up in a line of keys and values that the kernel reads,
// so anything but 1 to 16 hexadecimal digits is refused.
Result<std::string> id_ext_of(const ServiceEntry &service);

// In the order of slots and services. What cannot be used is told in problems.
std::vector<Target> targets_of(const IoUnit &unit, std::vector<Error> &problems);

} // namespace srp

#endif
