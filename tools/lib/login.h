// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The line that ib_srp's add_target reads. Its format is an interface: scripts take it from -c and write it themselves.
#ifndef SRP_TOOLS_LOGIN_H
#define SRP_TOOLS_LOGIN_H

#include "target.h"

namespace srp {

struct LoginSettings {
	bool initiator_ext = false;			// makes each target port a login of its own
	std::optional<unsigned int> tl_retry_count;
	std::optional<uint32_t> max_immediate_data;	// what ib_srp would send as immediate data; none: it does not
};

// options: what a rule adds, each with a leading comma, see Rules. No newline at the end.
std::string login_string(const Target &target, const LoginSettings &settings, const std::string &options);

// The value of a key in a login string, empty if it has none.
std::string login_value(std::string_view login, std::string_view key);

// What a failed write to add_target means and what can be done. reason: what ib_srp says itself, see Sysfs::login_error().
std::string login_error_text(const Error &error, const std::optional<std::string> &reason);

} // namespace srp

#endif
