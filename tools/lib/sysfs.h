// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the kernel says about ports, SRP hosts and module parameters. Everything below one root, which tests replace.
#ifndef SRP_TOOLS_SYSFS_H
#define SRP_TOOLS_SYSFS_H

#include <filesystem>
#include <map>

#include "target.h"

namespace srp {

struct PortName {
	std::string device;
	unsigned int number = 1;

	std::string text() const;	// "mlx4_0:1"
	auto operator<=>(const PortName &) const = default;
};

// A snapshot of one local port.
struct LocalPort {
	PortName name;
	std::string link_layer;
	bool active = false;
	Lid lid;
	Lid sm_lid;
	uint8_t sm_sl = 0;
	Gid gid;
	std::vector<Pkey> pkeys;	// by index; invalid where the entry is empty

	std::optional<uint16_t> pkey_index(Pkey pkey) const;
};

// A SCSI host of ib_srp. What the kernel does not tell is absent: a login by RDMA/CM has no P_Key, service ID or GID.
struct SrpHost {
	std::string name;	// "host7"
	uint64_t id_ext = 0;
	Guid ioc_guid;
	std::optional<Gid> dgid;		// where the login was sent to
	std::optional<Gid> connected_to;	// another one after a redirect
	std::optional<Pkey> pkey;
	std::optional<ServiceId> service_id;
	std::optional<PortName> local;

	// The host is a login to that target through that port. Hosts of kernels that do not tell the port count for each.
	bool is_login_to(const Target &target, const PortName &port, bool same_pkey) const;
	// A login that was just made, before the kernel was asked for its name.
	static SrpHost of_login(const Target &target, const PortName &port);
	bool operator==(const SrpHost &) const = default;
};

// What the SRP transport says of a remote port; timeouts as text, "off" among them.
struct RemotePort {
	std::string name;	// "port-7:1"
	std::string state;	// "running", "blocked", "fail-fast" or "lost"
	unsigned int failed_reconnects = 0;
	std::string reconnect_delay, fast_io_fail_tmo, dev_loss_tmo;
};

// From the attributes of a SCSI host; nothing if it is none of ib_srp's or speaks nonsense.
std::optional<SrpHost> parse_srp_host(const std::string &name, const std::map<std::string, std::string> &attributes);
// A number as sysfs prints it, 0x or decimal.
Result<uint64_t> parse_sysfs_number(std::string_view text);

class Sysfs {
public:
	explicit Sysfs(std::filesystem::path root) : root_(std::move(root)) {}
	// $SYSFS_PATH or /sys
	static Sysfs from_environment();

	std::vector<PortName> ports() const;
	// The first active InfiniBand port of the first device that has one; else the first that exists.
	Result<PortName> default_port() const;
	Result<PortName> port_of_umad(const std::string &umad) const;
	Result<LocalPort> port(const PortName &name) const;
	// None if the class does not exist: nothing is connected then.
	std::vector<SrpHost> srp_hosts() const;
	// What else a SCSI host says: "req_lim" and the like; none if it does not.
	std::optional<std::string> host_attribute(const std::string &host, const std::string &name) const;
	std::vector<RemotePort> remote_ports(const std::string &host) const;
	// Of the remote ports of that SCSI host; none if the initiator does not have it.
	std::vector<std::filesystem::path> fail_path_files(const std::string &host) const;
	// What ib_srp sends as immediate data; none if it does not.
	std::optional<uint32_t> max_immediate_data() const;
	std::filesystem::path add_target(const PortName &name) const;
	// Why the last login through a port failed, in the words of ib_srp. None if it was not this login, or if the module does not tell.
	std::optional<std::string> login_error(const PortName &name, const std::string &login) const;

private:
	std::optional<std::string> read(const std::filesystem::path &relative) const;
	std::filesystem::path initiator_port(const PortName &name) const;
	std::vector<std::string> names(const std::filesystem::path &relative) const;
	std::vector<std::string> remote_port_names(const std::string &host) const;

	std::filesystem::path root_;
};

} // namespace srp

#endif
