// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "login.h"

#include <cerrno>

#include <fmt/format.h>

namespace srp {

namespace {

struct Meaning {
	int error;
	const char *text;
};

constexpr Meaning kMeanings[] = {
	{ ENOENT, "the port has no add_target, maybe ib_srp is not loaded (modprobe ib_srp)" },
	{ EACCES, "no permission; only root may log in" },
	{ EEXIST, "already connected" },
	{ EINVAL, "the kernel does not accept the login string; its log says which key" },
	{ ECONNRESET, "the target refused the login; the kernel's log has its reason" },
	{ ECONNREFUSED, "nobody listens there" },
	{ ETIMEDOUT, "the target does not answer" },
	{ EHOSTUNREACH, "there is no path to the target" },
	{ ENETUNREACH, "there is no path to the target" },
	{ ENODEV, "the device is gone" },
	{ ENOMEM, "the kernel has no memory for it" },
	{ EINTR, "interrupted" },
};

} // namespace

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

std::string login_value(std::string_view login, std::string_view key)
{
	while (!login.empty()) {
		const std::string_view item = login.substr(0, login.find(','));
		login.remove_prefix(std::min(item.size() + 1, login.size()));
		if (item.starts_with(key) && item.substr(key.size()).starts_with('='))
			return std::string(item.substr(key.size() + 1));
	}
	return "";
}

std::string login_error_text(const Error &error, const std::optional<std::string> &reason)
{
	if (reason)
		return *reason;
	for (const Meaning &meaning : kMeanings)
		if (error.cause == Cause::System && meaning.error == error.code)
			return meaning.text;
	return error.text;
}

} // namespace srp
