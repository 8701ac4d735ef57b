// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sysfs.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "files.h"
#include "login.h"

namespace srp {

namespace fs = std::filesystem;

namespace {

const std::string kInfiniBand = "InfiniBand";
const fs::path kRemotePorts = "class/srp_remote_ports";
constexpr size_t kMaxAttribute = 4096;	// one page of the kernel
// What an attribute of a SCSI host says about itself.
const char *const kHostAttributes[] = { "id_ext", "ioc_guid", "orig_dgid", "dgid", "pkey", "service_id", "local_ib_device", "local_ib_port" };

std::string_view trimmed(std::string_view text)
{
	while (!text.empty() && strchr(" \t\n\r", text.back()))
		text.remove_suffix(1);
	while (!text.empty() && strchr(" \t", text.front()))
		text.remove_prefix(1);
	return text;
}

// Numbers behind letters count as numbers: mlx4_2 before mlx4_10, pkeys/2 before pkeys/10.
bool natural_less(const std::string &a, const std::string &b)
{
	const auto number = [](const std::string &s) { return s.find_last_not_of("0123456789") + 1; };
	const std::string_view a_stem = std::string_view(a).substr(0, number(a)), b_stem = std::string_view(b).substr(0, number(b));

	if (a_stem != b_stem)
		return a_stem < b_stem;
	const size_t a_digits = a.size() - a_stem.size(), b_digits = b.size() - b_stem.size();
	return a_digits != b_digits ? a_digits < b_digits : a < b;
}

// A number of the attribute's own type.
template <class T, class Number> std::optional<T> as(const std::map<std::string, std::string> &attributes, const char *name)
{
	const auto found = attributes.find(name);
	if (found == attributes.end())
		return std::nullopt;
	const auto value = parse_sysfs_number(found->second);
	if (!value || *value > std::numeric_limits<Number>::max())
		return std::nullopt;
	return T(static_cast<Number>(*value));
}

bool is_there(const fs::path &path)
{
	std::error_code ignored;

	return fs::exists(path, ignored);
}

} // namespace

std::string PortName::text() const { return fmt::format("{}:{}", device, number); }

std::optional<uint16_t> LocalPort::pkey_index(Pkey pkey) const
{
	const auto found = std::find(pkeys.begin(), pkeys.end(), pkey);

	if (!pkey.valid() || found == pkeys.end())
		return std::nullopt;
	return static_cast<uint16_t>(found - pkeys.begin());
}

bool SrpHost::is_login_to(const Target &target, const PortName &port, bool same_pkey) const
{
	return id_ext == target.id_ext_value() && ioc_guid == target.ioc_guid && dgid == target.dgid && service_id == target.service_id &&
	       pkey && (!same_pkey || *pkey == target.pkey) && (!local || *local == port);
}

SrpHost SrpHost::of_login(const Target &target, const PortName &port)
{
	return { .name = "a login of this scan", .id_ext = target.id_ext_value(), .ioc_guid = target.ioc_guid, .dgid = target.dgid,
		 .connected_to = target.dgid, .pkey = target.pkey, .service_id = target.service_id, .local = port };
}

Result<uint64_t> parse_sysfs_number(std::string_view text)
{
	text = trimmed(text);
	if (text.starts_with("0x"))
		return parse_hex(text.substr(2));
	return parse_decimal(text, 0, UINT64_MAX);
}

std::optional<SrpHost> parse_srp_host(const std::string &name, const std::map<std::string, std::string> &attributes)
{
	const auto id_ext = as<uint64_t, uint64_t>(attributes, "id_ext");
	const auto ioc_guid = as<Guid, uint64_t>(attributes, "ioc_guid");

	if (!id_ext || !ioc_guid)
		return std::nullopt;
	SrpHost host = { .name = name, .id_ext = *id_ext, .ioc_guid = *ioc_guid };
	host.pkey = as<Pkey, uint16_t>(attributes, "pkey");
	host.service_id = as<ServiceId, uint64_t>(attributes, "service_id");
	const auto gid = [&](const char *attribute) -> std::optional<Gid> {
		const auto found = attributes.find(attribute);
		const auto value = found == attributes.end() ? Result<Gid>(Error {}) : Gid::parse(trimmed(found->second));
		return value ? std::optional(*value) : std::nullopt;
	};
	host.connected_to = gid("dgid");
	const auto original = gid("orig_dgid");
	host.dgid = original ? original : host.connected_to;
	const auto device = attributes.find("local_ib_device");
	const auto port = as<unsigned int, uint8_t>(attributes, "local_ib_port");
	if (device != attributes.end() && port)
		host.local = PortName { std::string(trimmed(device->second)), *port };
	return host;
}

Sysfs Sysfs::from_environment()
{
	const char *path = getenv("SYSFS_PATH");

	return Sysfs(path && *path ? path : "/sys");
}

std::optional<std::string> Sysfs::read(const fs::path &relative) const
{
	const auto text = read_file(root_ / relative, kMaxAttribute);

	if (!text || text->empty())
		return std::nullopt;
	return std::string(trimmed(*text));
}

std::vector<std::string> Sysfs::names(const fs::path &relative) const
{
	std::vector<std::string> found;
	std::error_code ec;

	for (fs::directory_iterator it(root_ / relative, ec), end; !ec && it != end; it.increment(ec))
		if (const std::string name = it->path().filename().string(); !name.starts_with('.'))
			found.push_back(name);
	std::sort(found.begin(), found.end(), natural_less);
	return found;
}

std::vector<PortName> Sysfs::ports() const
{
	std::vector<PortName> found;

	for (const std::string &device : names("class/infiniband"))
		for (const std::string &number : names(fs::path("class/infiniband") / device / "ports"))
			if (const auto value = parse_decimal(number, 1, 255))
				found.push_back({ device, static_cast<unsigned int>(*value) });
	return found;
}

Result<PortName> Sysfs::default_port() const
{
	std::optional<PortName> first;

	for (const PortName &name : ports()) {
		const auto port = this->port(name);
		if (!port || port->link_layer != kInfiniBand)
			continue;
		if (port->active)
			return name;
		if (!first)
			first = name;
	}
	if (!first)
		return Error { "no InfiniBand port found: is the driver of the adapter loaded?" };
	return *first;
}

Result<PortName> Sysfs::port_of_umad(const std::string &umad) const
{
	const fs::path dir = fs::path("class/infiniband_mad") / umad;
	const auto device = read(dir / "ibdev");
	const auto number = read(dir / "port");
	const auto value = number ? parse_decimal(*number, 1, 255) : Result<uint64_t>(Error {});

	if (!device || device->empty() || !value)
		return Error { fmt::format("{}: no such umad device ({})", printable(umad), (root_ / dir).string()) };
	return PortName { *device, static_cast<unsigned int>(*value) };
}

Result<LocalPort> Sysfs::port(const PortName &name) const
{
	const fs::path dir = fs::path("class/infiniband") / name.device / "ports" / std::to_string(name.number);
	const auto number = [&](const char *attribute, uint64_t max) -> uint64_t {
		const auto text = read(dir / attribute);
		const auto value = text ? parse_sysfs_number(*text) : Result<uint64_t>(Error {});
		return value && *value <= max ? *value : 0;
	};
	const auto link_layer = read(dir / "link_layer");

	if (name.device.empty() || name.device.find('/') != name.device.npos || !is_there(root_ / dir))
		return Error { fmt::format("port {} does not exist", printable(name.text())) };
	LocalPort port = { .name = name };
	// Kernels before 2.6.37 know nothing but InfiniBand and have no such file.
	port.link_layer = link_layer ? *link_layer : kInfiniBand;
	port.lid = Lid(static_cast<uint16_t>(number("lid", 0xffff)));
	port.sm_lid = Lid(static_cast<uint16_t>(number("sm_lid", 0xffff)));
	port.sm_sl = static_cast<uint8_t>(number("sm_sl", 15));
	if (const auto state = read(dir / "state"))
		port.active = state->starts_with("4");
	if (const auto text = read(dir / "gids/0"))
		if (const auto gid = Gid::parse(*text))
			port.gid = *gid;
	for (const std::string &index : names(dir / "pkeys")) {
		const auto position = parse_decimal(index, 0, 0xffff);
		const auto text = read(dir / "pkeys" / index);
		const auto value = text ? parse_sysfs_number(*text) : Result<uint64_t>(Error {});
		if (!position || !value || *value > 0xffff)
			continue;
		if (port.pkeys.size() <= *position)
			port.pkeys.resize(*position + 1);
		port.pkeys[*position] = Pkey(static_cast<uint16_t>(*value));
	}
	return port;
}

std::vector<SrpHost> Sysfs::srp_hosts() const
{
	std::vector<SrpHost> hosts;

	for (const std::string &name : names("class/scsi_host")) {
		std::map<std::string, std::string> attributes;
		for (const char *attribute : kHostAttributes)
			if (const auto text = read(fs::path("class/scsi_host") / name / attribute))
				attributes[attribute] = *text;
		if (const auto host = parse_srp_host(name, attributes))
			hosts.push_back(*host);
	}
	return hosts;
}

std::optional<std::string> Sysfs::host_attribute(const std::string &host, const std::string &name) const
{
	return read(fs::path("class/scsi_host") / host / name);
}

std::vector<std::string> Sysfs::remote_port_names(const std::string &host) const
{
	std::vector<std::string> all = names(kRemotePorts);
	const std::string prefix = fmt::format("port-{}:", host.starts_with("host") ? host.substr(4) : host);

	std::erase_if(all, [&](const std::string &name) { return !name.starts_with(prefix); });
	return all;
}

std::vector<RemotePort> Sysfs::remote_ports(const std::string &host) const
{
	std::vector<RemotePort> ports;

	for (const std::string &name : remote_port_names(host)) {
		const auto text = [&](const char *attribute) { return read(kRemotePorts / name / attribute).value_or("unknown"); };
		const auto failed = parse_decimal(text("failed_reconnects"), 0, UINT32_MAX);
		ports.push_back({ .name = name, .state = text("state"), .failed_reconnects = failed ? static_cast<unsigned int>(*failed) : 0,
				  .reconnect_delay = text("reconnect_delay"), .fast_io_fail_tmo = text("fast_io_fail_tmo"),
				  .dev_loss_tmo = text("dev_loss_tmo") });
	}
	return ports;
}

std::vector<fs::path> Sysfs::fail_path_files(const std::string &host) const
{
	std::vector<fs::path> files;

	for (const std::string &name : remote_port_names(host))
		if (const fs::path file = root_ / kRemotePorts / name / "fail_path"; is_there(file))
			files.push_back(file);
	return files;
}

std::optional<uint32_t> Sysfs::max_immediate_data() const
{
	const fs::path dir = "module/ib_srp/parameters";
	const auto use = read(dir / "use_imm_data");
	const auto max = read(dir / "max_imm_data");
	const auto value = max ? parse_decimal(*max, 0, UINT32_MAX) : Result<uint64_t>(Error {});

	if (!use || !use->starts_with('Y') || !value)
		return std::nullopt;
	return static_cast<uint32_t>(*value);
}

fs::path Sysfs::initiator_port(const PortName &name) const
{
	return fs::path("class/infiniband_srp") / fmt::format("srp-{}-{}", name.device, name.number);
}

fs::path Sysfs::add_target(const PortName &name) const { return root_ / initiator_port(name) / "add_target"; }

std::optional<std::string> Sysfs::login_error(const PortName &name, const std::string &login) const
{
	const auto text = read(initiator_port(name) / "last_error");
	const auto id_ext = parse_hex(login_value(login, "id_ext")), ioc_guid = parse_hex(login_value(login, "ioc_guid"));

	if (!text || !id_ext || !ioc_guid)
		return std::nullopt;
	const std::string about = fmt::format("id_ext={:016x},ioc_guid={:016x}: ", *id_ext, *ioc_guid);
	// A number is what the write has returned already.
	if (!text->starts_with(about) || text->substr(about.size()).starts_with("error "))
		return std::nullopt;
	return printable(text->substr(about.size()));
}

} // namespace srp
