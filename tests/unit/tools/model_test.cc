// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Targets, login strings, the rules file and the view of sysfs.
#include <gtest/gtest.h>

#include <random>

#include "fake_sysfs.h"
#include "login.h"
#include "rules.h"

using namespace srp;

namespace {

const Target kTarget = {
	.id_ext = "0000000000100004",
	.ioc_guid = Guid(0x100004),
	.dgid = Gid(0xfe80000000000000, Guid(0x100005)),
	.pkey = Pkey(0xffff),
	.service_id = ServiceId(0x100004),
	.send_message_size = 2116,
	.lid = Lid(4),
};

IoUnit unit_with(const std::vector<std::string> &services)
{
	IoUnit unit = { .lid = Lid(4), .gid = kTarget.dgid, .pkey = Pkey(0x8001) };
	Controller controller = { .slot = 1, .profile = { .guid = Guid(0x100004), .io_class = 0x100, .send_message_size = 2116 } };

	for (const std::string &name : services)
		controller.services.push_back({ name, ServiceId(0x100004) });
	unit.controllers.push_back(controller);
	return unit;
}

Rules rules_of(const std::string &text)
{
	auto rules = Rules::parse(text, "f");

	EXPECT_TRUE(rules) << rules.error().text;
	return *rules;
}

std::string error_of(const std::string &text)
{
	const auto rules = Rules::parse(text, "f");

	return rules ? "accepted" : rules.error().text;
}

} // namespace

TEST(Targets, OfAnIoUnit)
{
	std::vector<Error> problems;
	const auto targets = targets_of(unit_with({ "SRP.T10:1a", "NFS", "SRP.T10:", "SRP.T10:2 spare" }), problems);

	ASSERT_EQ(targets.size(), 2u);
	EXPECT_EQ(targets[0].id_ext, "1a");
	EXPECT_EQ(targets[0].id_ext_value(), 0x1au);
	EXPECT_EQ(targets[0].pkey, Pkey(0x8001));
	EXPECT_EQ(targets[0].dgid, kTarget.dgid);
	EXPECT_EQ(targets[1].id_ext, "2");
	EXPECT_TRUE(problems.empty());
}

// A target can write anything into the name of its service, and the name ends up in add_target.
TEST(Targets, HostileNamesAreRefused)
{
	for (const char *name : { "SRP.T10:1,max_sect=9", "SRP.T10:1\nid_ext=2", "SRP.T10:0x1", "SRP.T10:00000000000000001", "SRP.T10: 1",
				  "SRP.T10:\x1b[2J", "SRP.T10:g" }) {
		std::vector<Error> problems;
		EXPECT_TRUE(targets_of(unit_with({ name }), problems).empty()) << name;
		ASSERT_EQ(problems.size(), 1u) << name;
		for (char c : problems[0].text)
			EXPECT_TRUE(c >= ' ' && c < 0x7f) << name;
	}
}

TEST(Login, AsScriptsKnowIt)
{
	EXPECT_EQ(login_string(kTarget, {}, ""), "id_ext=0000000000100004,ioc_guid=0000000000100004,dgid=fe800000000000000000000000100005,"
						 "pkey=ffff,service_id=0000000000100004");
}

TEST(Login, EverythingInOrder)
{
	Target target = kTarget;

	target.id_ext = "1A";	// as it is written
	target.io_class = 0xff00;
	target.pkey = Pkey(1);
	EXPECT_EQ(login_string(target, { .initiator_ext = true, .tl_retry_count = 3, .max_immediate_data = 8192 }, ",max_sect=99,ch_count=2"),
		  "id_ext=1A,ioc_guid=0000000000100004,dgid=fe800000000000000000000000100005,pkey=0001,service_id=0000000000100004,"
		  "io_class=ff00,initiator_ext=0000000000100005,tl_retry_count=3,max_sect=99,ch_count=2,max_it_iu_size=2116");
}

// A target that takes messages as long as the immediate data needs no limit.
TEST(Login, ImmediateDataLimit)
{
	EXPECT_EQ(login_string(kTarget, { .max_immediate_data = 2116 }, "").find("max_it_iu_size"), std::string::npos);
	EXPECT_NE(login_string(kTarget, { .max_immediate_data = 2117 }, "").find(",max_it_iu_size=2116"), std::string::npos);
}

// A single scan does not read sysfs again after each login.
TEST(Login, CountsAsConnectedAtOnce)
{
	const SrpHost host = SrpHost::of_login(kTarget, { "mlx4_0", 1 });
	Target other = kTarget;

	EXPECT_TRUE(host.is_login_to(kTarget, { "mlx4_0", 1 }, true));
	EXPECT_FALSE(host.is_login_to(kTarget, { "mlx4_0", 2 }, true));
	other.pkey = Pkey(0x8001);
	EXPECT_TRUE(host.is_login_to(other, { "mlx4_0", 1 }, false));
	EXPECT_FALSE(host.is_login_to(other, { "mlx4_0", 1 }, true));
	other.dgid = Gid(1, Guid(1));
	EXPECT_FALSE(host.is_login_to(other, { "mlx4_0", 1 }, false));
}

TEST(Rules, NoneAllowsEverything)
{
	const Decision decision = rules_of("# nothing\n\n").decide(kTarget);

	EXPECT_TRUE(decision.allow);
	EXPECT_EQ(decision.line, 0u);
	EXPECT_EQ(decision.options, "");
}

TEST(Rules, TheFirstThatMatchesDecides)
{
	const Rules rules = rules_of("# comment\n"
				     "a id_ext=1,max_sect=11\n"
				     "a ioc_guid=0000000000100004,max_cmd_per_lun=31 queue_size=0128\n"
				     "d\n");
	Decision decision = rules.decide(kTarget);
	EXPECT_TRUE(decision.allow);
	EXPECT_EQ(decision.line, 3u);
	EXPECT_EQ(decision.options, ",max_cmd_per_lun=31,queue_size=0128");

	Target other = kTarget;
	other.ioc_guid = Guid(5);
	decision = rules.decide(other);
	EXPECT_FALSE(decision.allow);
	EXPECT_EQ(decision.line, 4u);
}

TEST(Rules, EveryMatchKey)
{
	for (const char *match : { "id_ext=100004", "id_ext=0000000000100004", "ioc_guid=100004", "dgid=fe800000000000000000000000100005",
				   "dgid=FE800000000000000000000000100005", "service_id=100004", "pkey=ffff", "pkey=FFFF", "pkey=00000ffff",
				   "id_ext=,ioc_guid=", "id_ext=", "dgid=", "" }) {
		EXPECT_EQ(rules_of(std::string("d ") + match + "\n").decide(kTarget).line, 1u) << match;
		EXPECT_FALSE(rules_of(std::string("D\t") + match + "\n").decide(kTarget).allow) << match;
		EXPECT_FALSE(rules_of(std::string("d") + match + "\n").decide(kTarget).allow) << match;
	}
	for (const char *match : { "id_ext=100005", "ioc_guid=1", "dgid=fe800000000000000000000000100004", "service_id=0", "pkey=7fff", "pkey=1ffff",
				   "id_ext=100004,pkey=8001", "dgid=100005" })
		EXPECT_TRUE(rules_of(std::string("d ") + match + "\n").decide(kTarget).allow) << match;
}

TEST(Rules, EveryLoginKey)
{
	for (const char *key : { "allow_ext_sg", "ch_count", "cmd_sg_entries", "comp_vector", "max_cmd_per_lun", "max_sect", "queue_size", "sg_tablesize",
				 "tl_retry_count", "target_can_queue" })
		EXPECT_EQ(rules_of(fmt::format("a {}=2\n", key)).decide(kTarget).options, fmt::format(",{}=2", key));
}

// What the old daemon refused to start with although the meaning is plain.
TEST(Rules, WhatIsAcceptedBeyond)
{
	for (const char *text : { "d", "d\r\n", "  d\n", "\td \n", "   \nd", "deny\n", "Deny ioc_guid=0x100004\r\n", "d ioc_guid=100004 ,\n",
				  "  # indented comment\nd\n" })
		EXPECT_FALSE(rules_of(text).decide(kTarget).allow) << text;
	EXPECT_EQ(rules_of("allow max_sect=8").decide(kTarget).options, ",max_sect=8");

	std::string options;
	for (int i = 0; i < 20; i++)
		options += fmt::format(",max_sect={}", 1000 + i);
	EXPECT_EQ(rules_of("a " + options.substr(1)).decide(kTarget).options, options) << "longer than 127 characters";
}

TEST(Rules, ErrorsNameTheirLine)
{
	EXPECT_EQ(error_of("a\n\nx\n"), "Bad syntax in rules file f line 3: a line starts with a (allow), d (deny), t (target) or #, not with 'x'");
	EXPECT_EQ(error_of("a foo=1\n"), "Bad syntax in rules file f line 1: unknown key 'foo'");
	EXPECT_EQ(error_of("a id_ext=1g\n"), "Bad syntax in rules file f line 1: id_ext: '1g' is not 1 to 16 hexadecimal digits");
	EXPECT_EQ(error_of("a tl_retry_count=8\n"), "Bad syntax in rules file f line 1: tl_retry_count: '8' is not a number from 2 to 7");
	EXPECT_EQ(error_of("d max_sect=8\n"), "Bad syntax in rules file f line 1: max_sect: a rule that denies has no login options");
	for (const char *text : { "a ,\n", "a id_ext\n", "a =1\n", "a id_ext=1,,pkey=1\n", "a id_ext=00000000000000001\n", "a pkey=0000000001\n",
				  "a dgid=fe8000000000000000000000001000050\n", "a dgid=xyz\n", "a max_sect=-1\n", "a max_sect=0x10\n", "a max_sect=\n",
				  "a max_sect=00000000000000010\n", "allowed\n", "a\x01\n", "a id_ext=1;d\n" })
		EXPECT_TRUE(error_of(text).starts_with("Bad syntax in rules file f line 1: ")) << text;
	// Nothing in a message that a terminal would obey.
	for (char c : error_of("a \x1b[2J=1\n"))
		EXPECT_TRUE(c >= ' ' && c < 0x7f);
}

TEST(Rules, WarnsOfRulesThatNeverMatch)
{
	EXPECT_EQ(rules_of("d pkey=1ffff\n").warnings(), std::vector<std::string> { "f line 1: pkey has more than 16 bits, so this rule never matches" });
	EXPECT_EQ(rules_of("\nd dgid=1\n").warnings().size(), 1u);
}

TEST(Rules, StaticTargets)
{
	const Rules rules = rules_of("t id_ext=1a,ioc_guid=0x2b,dest=10.1.0.2:5555,max_sect=99\n"
				     "target dest=[fe80::1%eth0]:1 src=[::1]:2 ioc_guid=1 id_ext=2 initiator_ext=3 port=mlx5_0:2\n");

	ASSERT_EQ(rules.static_targets().size(), 2u);
	EXPECT_EQ(rules.static_targets()[0].login, "id_ext=000000000000001a,ioc_guid=000000000000002b,dest=10.1.0.2:5555,max_sect=99");
	EXPECT_EQ(rules.static_targets()[0].device, "");
	EXPECT_EQ(rules.static_targets()[1].login,
		  "id_ext=0000000000000002,ioc_guid=0000000000000001,dest=[fe80::1%eth0]:1,src=[::1]:2,initiator_ext=0000000000000003");
	EXPECT_EQ(rules.static_targets()[1].device, "mlx5_0");
	EXPECT_EQ(rules.static_targets()[1].port, 2u);
	EXPECT_TRUE(rules.decide(kTarget).allow);

	EXPECT_NE(error_of(std::string("t id_ext=1,ioc_guid=2,dest=10.1.0.2\0x:5555", 42)), "accepted") << "found by fuzzing";
	for (const char *text : { "t", "t id_ext=1,ioc_guid=2", "t id_ext=1,ioc_guid=2,dest=10.1.0.2", "t id_ext=1,ioc_guid=2,dest=10.1.0.256:1",
				  "t id_ext=1,ioc_guid=2,dest=[10.1.0.2]:1", "t id_ext=1,ioc_guid=2,dest=1.2.3.4:0", "t id_ext=1,ioc_guid=2,dest=[fe80::1%]:1",
				  "t id_ext=,ioc_guid=2,dest=1.2.3.4:5", "t id_ext=1,ioc_guid=2,dest=1.2.3.4:5,pkey=ffff",
				  "t id_ext=1,ioc_guid=2,dest=1.2.3.4:5,port=mlx5_0", "t id_ext=1,ioc_guid=2,dest=1.2.3.4:5,port=:1" })
		EXPECT_TRUE(error_of(text).starts_with("Bad syntax in rules file f line 1: ")) << text;
}

TEST(Rules, Files)
{
	TempDir dir;

	const auto missing = Rules::load(dir.path() / "none");
	ASSERT_TRUE(missing) << "no file, no rules";
	EXPECT_TRUE(missing->decide(kTarget).allow);
	EXPECT_FALSE(Rules::load(dir.path())) << "a directory cannot be read, which is not the same as no file";
	dir.write("empty", "");
	EXPECT_TRUE(Rules::load(dir.path() / "empty"));
	dir.write("rules", "d\n");
	const auto rules = Rules::load(dir.path() / "rules");
	ASSERT_TRUE(rules);
	EXPECT_FALSE(rules->decide(kTarget).allow);
}

TEST(Rules, Garbage)
{
	std::mt19937 random(1);
	const std::string alphabet = "adt#=, \t\r\n0fx_id_extpkey:[]%\x80";

	for (int round = 0; round < 3000; round++) {
		std::string text;
		for (size_t i = random() % 80; i > 0; i--)
			text += alphabet[random() % alphabet.size()];
		(void)Rules::parse(text, "f");
	}
}

TEST(Sysfs, Ports)
{
	FakeSysfs sysfs;

	EXPECT_FALSE(sysfs.view().default_port());
	EXPECT_TRUE(sysfs.view().ports().empty());
	sysfs.add_port({ "eth_0", 1 }, 0, { "0xffff" }, "Ethernet");
	EXPECT_FALSE(sysfs.view().default_port()) << "not an InfiniBand port";
	sysfs.add_port({ "mlx4_2", 1 }, 2, { "0xffff" }, "InfiniBand", "1: DOWN");
	EXPECT_EQ(*sysfs.view().default_port(), (PortName { "mlx4_2", 1 })) << "better than none";
	sysfs.add_port({ "mlx4_10", 1 }, 3);
	sysfs.add_port({ "mlx4_10", 2 }, 4);
	EXPECT_EQ(*sysfs.view().default_port(), (PortName { "mlx4_10", 1 }));
	EXPECT_EQ(sysfs.view().ports(), (std::vector<PortName> { { "eth_0", 1 }, { "mlx4_2", 1 }, { "mlx4_10", 1 }, { "mlx4_10", 2 } }));

	sysfs.add_umad("umad3", { "mlx4_10", 2 });
	EXPECT_EQ(*sysfs.view().port_of_umad("umad3"), (PortName { "mlx4_10", 2 }));
	EXPECT_FALSE(sysfs.view().port_of_umad("umad4"));
}

TEST(Sysfs, Port)
{
	FakeSysfs sysfs;
	std::vector<std::string> pkeys(12, "0x0000");

	pkeys[0] = "0xffff";
	pkeys[2] = "0x8001";
	pkeys[11] = "0x0002";
	sysfs.add_port({ "mlx4_0", 1 }, 0x1a, pkeys);
	const auto port = sysfs.view().port({ "mlx4_0", 1 });
	ASSERT_TRUE(port) << port.error().text;
	EXPECT_EQ(port->link_layer, "InfiniBand");
	EXPECT_TRUE(port->active);
	EXPECT_EQ(port->lid, Lid(0x1a));
	EXPECT_EQ(port->sm_lid, Lid(1));
	EXPECT_EQ(port->gid.text(), "fe80000000000000000000000010001a");
	ASSERT_EQ(port->pkeys.size(), 12u);
	EXPECT_EQ(port->pkey_index(Pkey(0x8001)), 2);
	EXPECT_EQ(port->pkey_index(Pkey(0x0002)), 11) << "in the order of numbers, not of names";
	EXPECT_EQ(port->pkey_index(Pkey(0x8003)), std::nullopt);
	EXPECT_EQ(port->pkey_index(Pkey(0)), std::nullopt);
	EXPECT_FALSE(sysfs.view().port({ "mlx4_0", 2 }));
	EXPECT_FALSE(sysfs.view().port({ "../infiniband/mlx4_0", 1 }));
	EXPECT_FALSE(sysfs.view().port({ "", 1 }));
}

TEST(Sysfs, NothingMakesSense)
{
	FakeSysfs sysfs;
	const std::string dir = "class/infiniband/a/ports/1/";

	for (const char *file : { "link_layer", "state", "lid", "sm_lid", "sm_sl", "gids/0", "pkeys/0", "pkeys/x", "pkeys/99999999" })
		sysfs.write(dir + file, "\xff\x01rubbish");
	const auto port = sysfs.view().port({ "a", 1 });
	ASSERT_TRUE(port);
	EXPECT_EQ(port->lid, Lid(0));
	EXPECT_TRUE(port->pkeys.empty());
	sysfs.write(dir + "sm_lid", "0x12345");
	EXPECT_EQ(sysfs.view().port({ "a", 1 })->sm_lid, Lid(0));
}

TEST(Sysfs, SrpHosts)
{
	FakeSysfs sysfs;
	const PortName local = { "ibsim0", 1 };

	EXPECT_TRUE(sysfs.view().srp_hosts().empty()) << "no class scsi_host: no connections, not an error";
	sysfs.add_host("host3", kTarget, local);
	sysfs.write("class/scsi_host/host4/proc_name", "ahci\n");
	auto hosts = sysfs.view().srp_hosts();
	ASSERT_EQ(hosts.size(), 1u);
	EXPECT_EQ(hosts[0].name, "host3");
	EXPECT_TRUE(hosts[0].is_login_to(kTarget, local, true));
	EXPECT_FALSE(hosts[0].is_login_to(kTarget, { "ibsim01", 1 }, true)) << "a longer name is another device";
	EXPECT_FALSE(hosts[0].is_login_to(kTarget, { "ibsim", 1 }, true));
	EXPECT_FALSE(hosts[0].is_login_to(kTarget, { "ibsim0", 2 }, true));

	Target other = kTarget;
	other.pkey = Pkey(0x8001);
	EXPECT_FALSE(hosts[0].is_login_to(other, local, true));
	EXPECT_TRUE(hosts[0].is_login_to(other, local, false));
	for (auto change : std::vector<void (*)(Target &)> { [](Target &t) { t.id_ext = "1"; }, [](Target &t) { t.ioc_guid = Guid(1); },
							     [](Target &t) { t.service_id = ServiceId(1); },
							     [](Target &t) { t.dgid = Gid(1, Guid(1)); } }) {
		other = kTarget;
		change(other);
		EXPECT_FALSE(hosts[0].is_login_to(other, local, false));
	}

	// After a redirect the place the login was sent to counts, not the one it ended at.
	sysfs.write("class/scsi_host/host3/dgid", "fe80:0000:0000:0000:0000:0000:0000:9999\n");
	EXPECT_TRUE(sysfs.view().srp_hosts()[0].is_login_to(kTarget, local, true));
	// Old kernels tell no port: it counts for each.
	sysfs.remove("class/scsi_host/host3/local_ib_device");
	EXPECT_TRUE(sysfs.view().srp_hosts()[0].is_login_to(kTarget, { "other", 2 }, true));
	// A login by RDMA/CM has neither service ID nor P_Key.
	sysfs.remove("class/scsi_host/host3/pkey");
	sysfs.remove("class/scsi_host/host3/service_id");
	EXPECT_FALSE(sysfs.view().srp_hosts()[0].is_login_to(kTarget, local, false));
}

TEST(Sysfs, ImmediateData)
{
	FakeSysfs sysfs;

	EXPECT_EQ(sysfs.view().max_immediate_data(), std::nullopt);
	sysfs.write("module/ib_srp/parameters/max_imm_data", "8192\n");
	sysfs.write("module/ib_srp/parameters/use_imm_data", "N\n");
	EXPECT_EQ(sysfs.view().max_immediate_data(), std::nullopt);
	sysfs.write("module/ib_srp/parameters/use_imm_data", "Y\n");
	EXPECT_EQ(sysfs.view().max_immediate_data(), 8192u);
}
