// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "state_file.h"

#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "service.h"

namespace srp {

namespace {

constexpr size_t kMaxState = 64 << 20;

const char *state_name(Connections::State state)
{
	switch (state) {
	case Connections::State::Found:
		return "found";
	case Connections::State::Connecting:
		return "connecting";
	case Connections::State::Connected:
		return "connected";
	case Connections::State::Failed:
		return "failed";
	}
	return "unknown";
}

} // namespace

PortState state_of(const PortDaemon &daemon)
{
	PortState state = { .pid = getpid(), .problem = daemon.status().problem, .scanning = daemon.status().scanning };

	for (const auto &[key, entry] : daemon.connections().entries())
		state.targets.push_back({ .what = entry.what, .login = entry.login, .state = state_name(entry.state), .left = entry.left,
					  .failures = entry.failures, .error = entry.error, .retry_at = entry.retry_at });
	return state;
}

Result<void> write_state(const std::filesystem::path &directory, const PortDaemon &daemon)
{
	return replace_file(state_file(directory, daemon.name()), encode_state(state_of(daemon)));
}

Result<std::optional<PortState>> read_state(const std::filesystem::path &directory, const PortName &name)
{
	const auto file = state_file(directory, name);
	const auto text = read_file(file, kMaxState);

	if (!text && text.error().code == ENOENT)
		return std::optional<PortState>();
	if (!text)
		return text.error();
	auto state = decode_state(*text);
	if (!state)
		return Error { fmt::format("{}: {}", file.string(), state.error().text) };
	return std::optional(std::move(*state));
}

std::string status_line(const std::vector<const PortDaemon *> &daemons)
{
	PortDaemon::Status all;
	std::string problems;

	for (const PortDaemon *daemon : daemons) {
		const auto status = daemon->status();
		all.targets += status.targets;
		all.connected += status.connected;
		all.failed += status.failed;
		if (!status.problem.empty())
			problems += "; " + status.problem;
	}
	const std::string name = daemons.size() == 1 ? daemons[0]->name().text() : fmt::format("{} ports", daemons.size());
	return printable(fmt::format("{}: {} targets, {} connected, {} failed{}", name, all.targets, all.connected, all.failed, problems));
}

} // namespace srp
