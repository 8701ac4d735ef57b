// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "login.h"

#include <fmt/format.h>

namespace srp {

std::string login_string(const Target &target, const LoginSettings &settings, const std::string &options)
{
	std::string line = fmt::format("id_ext={},ioc_guid={},dgid={},pkey={},service_id={}", target.id_ext, target.ioc_guid.text(),
				       target.dgid.text(), target.pkey.text(), target.service_id.text());

	if (target.io_class != kIoClassRev16a)
		line += fmt::format(",io_class={:04x}", target.io_class);
	if (settings.initiator_ext)
		line += ",initiator_ext=" + target.dgid.guid().text();
	if (settings.tl_retry_count)
		line += fmt::format(",tl_retry_count={}", *settings.tl_retry_count);
	line += options;
	// The last one, because older kernels stop at the first key they do not know.
	if (settings.max_immediate_data && *settings.max_immediate_data > target.send_message_size)
		line += fmt::format(",max_it_iu_size={}", target.send_message_size);
	return line;
}

} // namespace srp
