// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A sysfs tree with the files that the tools read, written as the kernel writes them.
#ifndef SRP_TESTS_FAKE_SYSFS_H
#define SRP_TESTS_FAKE_SYSFS_H

#include <fmt/format.h>

#include "sysfs.h"
#include "temp_dir.h"

class FakeSysfs : public TempDir {
public:
	srp::Sysfs view() const { return srp::Sysfs(path()); }

	void add_port(const srp::PortName &name, uint16_t lid, const std::vector<std::string> &pkeys = { "0xffff" },
		      const std::string &link_layer = "InfiniBand", const std::string &state = "4: ACTIVE") const
	{
		const std::string dir = fmt::format("class/infiniband/{}/ports/{}/", name.device, name.number);

		write(dir + "link_layer", link_layer + "\n");
		write(dir + "state", state + "\n");
		write(dir + "lid", fmt::format("0x{:x}\n", lid));
		write(dir + "sm_lid", "0x1\n");
		write(dir + "sm_sl", "0\n");
		write(dir + "gids/0", fmt::format("fe80:0000:0000:0000:0000:0000:0010:{:04x}\n", lid));
		for (size_t i = 0; i < pkeys.size(); i++)
			write(fmt::format("{}pkeys/{}", dir, i), pkeys[i] + "\n");
		write(fmt::format("class/infiniband_srp/srp-{}-{}/add_target", name.device, name.number), "");
	}

	void add_umad(const std::string &umad, const srp::PortName &name) const
	{
		write("class/infiniband_mad/" + umad + "/ibdev", name.device + "\n");
		write("class/infiniband_mad/" + umad + "/port", fmt::format("{}\n", name.number));
	}

	// A login to that target.
	void add_host(const std::string &host, const srp::Target &target, const srp::PortName &local) const
	{
		const std::string dir = "class/scsi_host/" + host + "/";
		std::string gid = target.dgid.text();

		for (size_t i = 28; i > 0; i -= 4)
			gid.insert(i, ":");
		write(dir + "id_ext", fmt::format("0x{:016x}\n", target.id_ext_value()));
		write(dir + "ioc_guid", "0x" + target.ioc_guid.text() + "\n");
		write(dir + "service_id", "0x" + target.service_id.text() + "\n");
		write(dir + "pkey", "0x" + target.pkey.text() + "\n");
		write(dir + "dgid", gid + "\n");
		write(dir + "orig_dgid", gid + "\n");
		write(dir + "local_ib_device", local.device + "\n");
		write(dir + "local_ib_port", fmt::format("{}\n", local.number));
	}

	// The remote port of "host7", of an initiator that can be told that the path is gone.
	void add_fail_path(const std::string &host) const { write(fail_path(host), ""); }
	static std::string fail_path(const std::string &host) { return fmt::format("class/srp_remote_ports/port-{}:1/fail_path", host.substr(4)); }
};

#endif
