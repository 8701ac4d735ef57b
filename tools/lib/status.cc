// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "status.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "service.h"

namespace srp {

namespace {

using Json = nlohmann::ordered_json;
using TargetKey = std::pair<std::string, std::string>;	// id_ext, ioc_guid
using Targets = std::map<TargetKey, std::vector<PathStatus>>;

std::string sixteen_digits(const std::string &text)
{
	const auto value = parse_hex(text);

	return value ? fmt::format("{:016x}", *value) : printable(text);
}

template <class Number> std::optional<Number> number_of(const std::optional<std::string> &text)
{
	if (!text)
		return std::nullopt;
	const bool minus = text->starts_with('-');
	const auto value = parse_decimal(std::string_view(*text).substr(minus), 0, INT64_MAX);
	if (!value)
		return std::nullopt;
	return static_cast<Number>(minus ? -static_cast<int64_t>(*value) : static_cast<int64_t>(*value));
}

// What a remote port in that state needs of a person.
std::string advice_for(const PathStatus &path, const RemotePort &port)
{
	const bool reconnects = port.reconnect_delay != "off" && port.reconnect_delay != "unknown";
	const std::string look = reconnects ? fmt::format("check cable, switch and target; it reconnects every {} s", port.reconnect_delay) :
					      fmt::format("check cable, switch and target; it will not reconnect by itself, because reconnect_delay of {} "
							  "is {}", port.name, port.reconnect_delay);

	if (path.state == "blocked")
		return fmt::format("the connection is lost and I/O waits (fast_io_fail_tmo {}): {}", port.fast_io_fail_tmo, look);
	if (path.state == "fail-fast")
		return fmt::format("the connection is lost and I/O fails over (dev_loss_tmo {}): {}", port.dev_loss_tmo, look);
	if (path.state == "lost")
		return "the login is being removed; a running srp_daemon makes it again when the target answers";
	if (path.credits && *path.credits <= 0)
		return "the target grants no credits: commands wait; look at its load and its log";
	return "";
}

PathStatus path_of(const Sysfs &sysfs, const SrpHost &host)
{
	PathStatus path = { .local = host.local, .to = host.connected_to ? host.connected_to->text() : "", .pkey = host.pkey ? host.pkey->text() : "",
			    .host = host.name, .state = "unknown" };
	const auto ports = sysfs.remote_ports(host.name);

	path.channels = number_of<uint64_t>(sysfs.host_attribute(host.name, "ch_count"));
	path.credits = number_of<int64_t>(sysfs.host_attribute(host.name, "req_lim"));
	path.waits = number_of<uint64_t>(sysfs.host_attribute(host.name, "zero_req_lim"));
	if (!ports.empty()) {
		path.state = ports[0].state;
		path.failures = ports[0].failed_reconnects;
		if (path.failures)
			path.error = fmt::format("{} attempts to reconnect failed", path.failures);
		// Only our ib_srp tells; nothing while the path works.
		if (const auto reason = sysfs.host_attribute(host.name, "last_error"); reason && !reason->empty())
			path.error += (path.error.empty() ? "" : ": ") + printable(*reason);
		path.advice = advice_for(path, ports[0]);
	}
	return path;
}

// What a daemon says of a target without a login of its own.
void add_target(Targets &targets, const PortName &local, const TargetState &state, TimePoint now)
{
	PathStatus path = { .local = local, .to = login_value(state.login, "dgid"), .pkey = login_value(state.login, "pkey"), .state = state.state,
			    .failures = state.failures, .error = state.error };

	if (path.to.empty())
		path.to = login_value(state.login, "dest");
	const TargetKey key = { sixteen_digits(login_value(state.login, "id_ext")), sixteen_digits(login_value(state.login, "ioc_guid")) };
	std::vector<PathStatus> &paths = targets[key];
	// The same port of the target, maybe through another P_Key: the kernel takes one login. An RDMA/CM login does not tell its address.
	const bool is_dgid = !path.pkey.empty();
	const auto login = std::find_if(paths.begin(), paths.end(), [&](const PathStatus &other) {
		return !other.host.empty() && (!other.local || other.local == local) && (is_dgid ? other.to == path.to : other.to.empty());
	});
	if (login != paths.end() && (state.state == "connected" || (is_dgid && state.state == "found"))) {
		if (login->to.empty())
			login->to = path.to;
		if (state.left)
			login->error = "the port of the target left the fabric";
		return;
	}
	if (state.state == "connected")
		path.state = "found";	// and lost since the daemon looked
	if (state.state == "failed") {
		path.next_attempt = std::max(std::chrono::ceil<std::chrono::seconds>(state.retry_at - now), std::chrono::seconds(0));
		path.advice = "correct what the error names; the login is tried again by itself, and dmesg has its details";
	}
	if (state.left) {
		path.error = "the port of the target left the fabric";
		path.advice = "check the target and its cable; it is connected when it comes back";
	}
	paths.push_back(path);
}

PortStatus port_status(const Sysfs &sysfs, const std::filesystem::path &run_directory, const PortName &name, Targets &targets, TimePoint now)
{
	PortStatus status;
	const auto port = sysfs.port(name);
	const auto state = read_state(run_directory, name);

	status.port = port ? *port : LocalPort { .name = name };
	status.pid = lock_holder(run_directory, name);
	if (!status.pid) {
		status.advice = "no srp_daemon serves this port: systemctl start srp_daemon_port@" + name.text();
		return status;
	}
	if (!state || !*state || (*state)->pid != *status.pid) {
		status.problem = state ? "its srp_daemon tells nothing; it may be that of rdma-core" : state.error().text;
		return status;
	}
	status.scanning = (*state)->scanning;
	status.problem = (*state)->problem;
	if (!status.problem.empty())
		status.advice = "check the port (ibstat) and that a subnet manager runs";
	for (const TargetState &target : (*state)->targets)
		add_target(targets, name, target, now);
	return status;
}

std::string human_path(const PathStatus &path)
{
	std::string text = fmt::format("  {} -> {}", path.local ? path.local->text() : "?", path.to.empty() ? "?" : path.to);

	if (!path.pkey.empty())
		text += " P_Key " + path.pkey;
	text += ": " + path.state;
	if (!path.host.empty())
		text += ", " + path.host;
	if (path.channels)
		text += fmt::format(", {} channels", *path.channels);
	if (path.credits)
		text += fmt::format(", {} credits", *path.credits);
	if (path.waits && *path.waits)
		text += fmt::format(", {} times out of credits", *path.waits);
	if (!path.error.empty())
		text += "; " + path.error;
	if (path.next_attempt)
		text += fmt::format(" ({} times; again in {} s)", path.failures, path.next_attempt->count());
	return printable(text) + "\n" + (path.advice.empty() ? "" : "      " + printable(path.advice) + "\n");
}

Json or_null(const std::string &text) { return text.empty() ? Json() : Json(printable(text)); }
template <class T> Json or_null(const std::optional<T> &value) { return value ? Json(*value) : Json(); }

Json json_path(const PathStatus &path)
{
	return { { "local", path.local ? Json(path.local->text()) : Json() },
		 { "to", or_null(path.to) },
		 { "pkey", or_null(path.pkey) },
		 { "host", or_null(path.host) },
		 { "state", printable(path.state) },
		 { "channels", or_null(path.channels) },
		 { "credits", or_null(path.credits) },
		 { "waits_for_credits", or_null(path.waits) },
		 { "failures", path.failures },
		 { "error", or_null(path.error) },
		 { "next_attempt_s", path.next_attempt ? Json(path.next_attempt->count()) : Json() },
		 { "advice", or_null(path.advice) } };
}

} // namespace

bool StatusReport::all_well() const
{
	for (const PortStatus &port : ports)
		if (!port.problem.empty() || !port.advice.empty())
			return false;
	for (const TargetStatus &target : targets)
		for (const PathStatus &path : target.paths)
			if (!path.advice.empty())
				return false;
	return true;
}

StatusReport collect_status(const Sysfs &sysfs, const std::filesystem::path &run_directory, const std::optional<PortName> &only, TimePoint now)
{
	StatusReport report;
	Targets targets;

	for (const SrpHost &host : sysfs.srp_hosts())
		if (!only || !host.local || *host.local == *only)
			targets[{ fmt::format("{:016x}", host.id_ext), host.ioc_guid.text() }].push_back(path_of(sysfs, host));
	for (const PortName &name : sysfs.ports()) {
		if (only && name != *only)
			continue;
		PortStatus status = port_status(sysfs, run_directory, name, targets, now);
		// A port of another kind may have a daemon, but needs none.
		if (status.pid || status.port.link_layer == "InfiniBand")
			report.ports.push_back(std::move(status));
	}
	for (auto &[key, paths] : targets)
		report.targets.push_back({ .id_ext = key.first, .ioc_guid = key.second, .paths = std::move(paths) });
	return report;
}

std::string human_status(const StatusReport &report)
{
	std::string text;

	for (const PortStatus &status : report.ports) {
		text += fmt::format("Port {}: {}, LID {}, SM LID {}; {}\n", status.port.name.text(), status.port.active ? "active" : "not active",
				    status.port.lid.value(), status.port.sm_lid.value(),
				    status.pid ? fmt::format("srp_daemon {}{}", *status.pid, status.scanning ? ", scanning" : "") : "no srp_daemon");
		for (const std::string &line : { status.problem, status.advice })
			if (!line.empty())
				text += "      " + printable(line) + "\n";
	}
	for (const TargetStatus &target : report.targets) {
		text += fmt::format("Target id_ext {}, ioc_guid {}\n", target.id_ext, target.ioc_guid);
		for (const PathStatus &path : target.paths)
			text += human_path(path);
	}
	if (report.targets.empty())
		text += "No targets\n";
	return text;
}

std::string json_status(const StatusReport &report)
{
	Json ports = Json::array(), targets = Json::array();

	for (const PortStatus &status : report.ports)
		ports.push_back({ { "port", status.port.name.text() },
				  { "active", status.port.active },
				  { "lid", status.port.lid.text() },
				  { "sm_lid", status.port.sm_lid.text() },
				  { "daemon", or_null(status.pid) },
				  { "scanning", status.scanning },
				  { "problem", or_null(status.problem) },
				  { "advice", or_null(status.advice) } });
	for (const TargetStatus &target : report.targets) {
		Json paths = Json::array();
		for (const PathStatus &path : target.paths)
			paths.push_back(json_path(path));
		targets.push_back({ { "id_ext", target.id_ext }, { "ioc_guid", target.ioc_guid }, { "paths", paths } });
	}
	return Json({ { "ports", ports }, { "targets", targets }, { "all_well", report.all_well() } }).dump(2) + "\n";
}

} // namespace srp
