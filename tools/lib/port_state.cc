// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "port_state.h"

#include <climits>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "values.h"

namespace srp {

namespace {

using Json = nlohmann::ordered_json;

// In nanoseconds it has to fit into 64 bits; this is more than a century.
constexpr int64_t kLastMs = INT64_C(4000000000000);

// The clock that does not jump is the same for all processes.
int64_t to_ms(TimePoint time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }
TimePoint from_ms(int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }

// JSON has numbers that are none of ours: with a fraction, or too large.
int64_t integer(const Json &json, const char *key, int64_t min, int64_t max)
{
	const Json &value = json.at(key);

	if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(max)) ||
	    value.get<int64_t>() < min || value.get<int64_t>() > max)
		throw std::out_of_range(fmt::format("{} is no number from {} to {}", key, min, max));
	return value.get<int64_t>();
}

TargetState decode_target(const Json &json)
{
	return { .what = json.at("what").get<std::string>(),
		 .login = json.at("login").get<std::string>(),
		 .state = json.at("state").get<std::string>(),
		 .left = json.at("left").get<bool>(),
		 .failures = static_cast<unsigned int>(integer(json, "failures", 0, UINT_MAX)),
		 .error = json.at("error").get<std::string>(),
		 .retry_at = from_ms(integer(json, "retry_at_ms", -kLastMs, kLastMs)) };
}

} // namespace

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
		PortState state = { .pid = static_cast<int>(integer(json, "pid", INT_MIN, INT_MAX)), .problem = json.at("problem").get<std::string>(),
				    .scanning = json.at("scanning").get<bool>() };
		for (const Json &target : json.at("targets"))
			state.targets.push_back(decode_target(target));
		return state;
	} catch (const Json::exception &error) {
		return Error { fmt::format("not a state of srp_daemon: {}", printable(error.what())) };
	} catch (const std::out_of_range &error) {
		return Error { fmt::format("not a state of srp_daemon: {}", error.what()) };
	}
}

} // namespace srp
