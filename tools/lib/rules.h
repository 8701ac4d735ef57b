// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The rules file (srp_daemon.conf): which targets may be connected and with which options, and targets that cannot be discovered.
// The grammar is in srp_daemon(8). Whatever the srp_daemon of rdma-core accepts means the same here.
#ifndef SRP_TOOLS_RULES_H
#define SRP_TOOLS_RULES_H

#include "target.h"

namespace srp {

struct Decision {
	bool allow = true;
	std::string options;	// for login_string()
	unsigned int line = 0;	// of the rule that decided; 0: none did
};

// A login by RDMA/CM, which no fabric announces.
struct StaticTarget {
	std::string device;	// empty: any port; with port
	unsigned int port = 0;
	uint64_t id_ext = 0;
	Guid ioc_guid;
	std::string login;	// the whole line for add_target
	unsigned int line = 0;

	bool is_for(const std::string &local_device, unsigned int local_port) const
	{
		return device.empty() || (device == local_device && port == local_port);
	}
};

class Rules {
public:
	// file is only for messages: "Bad syntax in rules file F line N: why".
	static Result<Rules> parse(std::string_view text, std::string_view file);
	// A file that does not exist allows everything; one that cannot be read is an error.
	static Result<Rules> load(const std::string &file);

	// The first rule that matches decides.
	Decision decide(const Target &target) const;
	const std::vector<StaticTarget> &static_targets() const { return static_targets_; }
	// Without those targets that are for any port.
	Rules with_ports_only() const;
	// Lines that are accepted and hardly mean what they say.
	const std::vector<std::string> &warnings() const { return warnings_; }
	size_t size() const { return rules_.size(); }

private:
	struct Rule {
		bool allow = true;
		bool impossible = false;	// a value that no target can have
		std::optional<uint64_t> id_ext, ioc_guid, service_id, pkey;
		std::optional<Gid> dgid;
		std::string options;
		unsigned int line = 0;

		bool matches(const Target &target) const;
	};
	class Parser;

	std::vector<Rule> rules_;
	std::vector<StaticTarget> static_targets_;
	std::vector<std::string> warnings_;
};

} // namespace srp

#endif
