// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "state_file.h"

#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "service.h"

namespace srp {

namespace {

using Json = nlohmann::ordered_json;

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

// The clock that does not jump is the same for all processes.
int64_t to_ms(TimePoint time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }
TimePoint from_ms(int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }

TargetState decode_target(const Json &json)
{
	return { .what = json.at("what").get<std::string>(),
		 .login = json.at("login").get<std::string>(),
		 .state = json.at("state").get<std::string>(),
		 .left = json.at("left").get<bool>(),
		 .failures = json.at("failures").get<unsigned int>(),
		 .error = json.at("error").get<std::string>(),
		 .retry_at = from_ms(json.at("retry_at_ms").get<int64_t>()) };
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

std::string encode_state(const PortState &state)
{
	Json targets = Json::array();

	for (const TargetState &target : state.targets)
		targets.push_back({ { "what", target.what }, { "login", target.login }, { "state", target.state }, { "left", target.left },
				    { "failures", target.failures }, { "error", target.error }, { "retry_at_ms", to_ms(target.retry_at) } });
	const Json document = { { "pid", state.pid }, { "problem", state.problem }, { "scanning", state.scanning }, { "targets", targets } };
	// A text of the kernel may be anything.
	return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<PortState> decode_state(std::string_view text)
{
	try {
		const Json json = Json::parse(text);
		PortState state = { .pid = json.at("pid").get<int>(), .problem = json.at("problem").get<std::string>(),
				    .scanning = json.at("scanning").get<bool>() };
		for (const Json &target : json.at("targets"))
			state.targets.push_back(decode_target(target));
		return state;
	} catch (const Json::exception &error) {
		return Error { fmt::format("not a state of srp_daemon: {}", printable(error.what())) };
	}
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
