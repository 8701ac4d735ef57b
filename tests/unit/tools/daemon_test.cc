// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The daemon of one port: days of its life on a simulated fabric, with a kernel that takes logins.
#include <gtest/gtest.h>

#include <cerrno>

#include "fake_fabric.h"
#include "fake_sysfs.h"
#include "port_daemon.h"
#include "simulated_time.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

// ib_srp: a login takes a while and leaves a SCSI host; a second one to the same target is refused.
class FakeInitiator : public Writer {
public:
	FakeInitiator(SimulatedTime &time, FakeSysfs &sysfs) : time_(time), sysfs_(sysfs) {}

	void submit(const std::filesystem::path &file, const std::string &login, Done done) override
	{
		if (file.filename() != "add_target") {
			notices.push_back(file.string() + " " + login);
			timers_.push_back(time_.after(1ms, [done] { done({}); }));
			return;
		}
		logins.push_back(login);
		timers_.push_back(time_.after(takes, [this, login, done] {
			const int error = fail_with ? fail_with : hosts_.contains(login) ? EEXIST : 0;
			if (!error) {
				hosts_[login] = "host" + std::to_string(hosts_.size() + 1);
				if (const auto target = parse(login))
					sysfs_.add_host(hosts_[login], *target, local);
			}
			done(error ? Result<void>(Error { "add_target: refused", Cause::System, error }) : Result<void>());
		}));
	}
	void drop(const std::string &login)
	{
		sysfs_.remove("class/scsi_host/" + hosts_.at(login));
		hosts_.erase(login);
	}

	std::vector<std::string> logins, notices;
	int fail_with = 0;
	Duration takes = 1s;
	PortName local;

private:
	static std::optional<Target> parse(const std::string &login)
	{
		std::map<std::string, std::string> keys;
		for (size_t at = 0; at < login.size();) {
			const size_t end = std::min(login.find(',', at), login.size());
			const std::string item = login.substr(at, end - at);
			keys[item.substr(0, item.find('='))] = item.substr(item.find('=') + 1);
			at = end + 1;
		}
		if (!keys.contains("dgid"))
			return std::nullopt;
		return Target { .id_ext = keys["id_ext"], .ioc_guid = *Guid::parse(keys["ioc_guid"]), .dgid = *Gid::parse(keys["dgid"]),
				.pkey = *Pkey::parse(keys["pkey"]), .service_id = ServiceId(*parse_hex(keys["service_id"])) };
	}

	SimulatedTime &time_;
	FakeSysfs &sysfs_;
	std::map<std::string, std::string> hosts_;
	std::vector<Timer> timers_;
};

class DaemonTest : public testing::Test {
protected:
	DaemonTest()
	{
		fabric.add_host(Lid(1));
		fabric.add_host(Lid(2));
		sysfs.add_port(name, 2);
		initiator.local = name;
		config.execute = true;
		config.rescan = 60s;
	}
	~DaemonTest() override { daemon.reset(); }

	void start(const std::string &rules = "")
	{
		view = sysfs.view();
		daemon = std::make_unique<PortDaemon>(
			DaemonWorld { .scheduler = time, .sysfs = view, .log = log, .logins = initiator, .notices = initiator,
					    .open_port = [this]() -> Result<std::unique_ptr<MadPort>> {
						    opened++;
						    if (no_device)
							    return Error { "no such device", Cause::System, ENODEV };
						    return fabric.attach(Lid(2));
					    },
					    .print = [this](const std::string &text) { printed += text; },
					    .changed = [] {},
					    .device_lost = [this] { lost++; } },
			name, config, std::make_shared<const Rules>(*Rules::parse(rules, "f")));
		daemon->start();
	}
	// first to last - 1, each slow to answer.
	void add_targets(uint16_t first, uint16_t last, Duration delay)
	{
		for (uint16_t lid = first; lid < last; lid++)
			fabric.add_target(Lid(lid)).faults.delay = delay;
	}
	bool logged(const std::string &text) const
	{
		return std::any_of(messages.begin(), messages.end(), [&](const auto &m) { return m.find(text) != std::string::npos; });
	}
	static std::string login_of(uint16_t lid, const std::string &pkey = "ffff")
	{
		return fmt::format("id_ext={0:016x},ioc_guid={0:016x},dgid=fe80000000000000{1:016x},pkey={2},service_id={0:016x}", 0x200000 + lid,
				   0x100000 + lid, pkey);
	}
	// The old login of target 4, just found, goes away; 20 s after it was found there is a new one.
	void expect_login_after_bounce()
	{
		time.run_for(1s);
		initiator.drop(login_of(4));
		time.run_for(18s);
		EXPECT_EQ(initiator.logins.size(), 1u);
		time.run_for(2s);
		EXPECT_EQ(initiator.logins.size(), 2u);
	}

	const PortName name { "fake0", 1 };
	SimulatedTime time;
	FakeFabric fabric { time };
	FakeSysfs sysfs;
	Sysfs view { "" };
	FakeInitiator initiator { time, sysfs };
	std::vector<std::string> messages;
	Log log { time, [this](Priority, const std::string &text) { messages.push_back(text); }, Priority::Info };
	DaemonConfig config;
	std::unique_ptr<PortDaemon> daemon;
	std::string printed;
	unsigned int opened = 0, lost = 0;
	bool no_device = false;
};

TEST_F(DaemonTest, LogsInAtOnceAndOnce)
{
	fabric.add_target(Lid(4));
	start();
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(4) });
	time.run_for(10min);
	EXPECT_EQ(initiator.logins.size(), 1u);
	EXPECT_EQ(daemon->status().connected, 1u);
}

// No -R: nothing is due, so nothing wakes the process up.
TEST_F(DaemonTest, WithoutARescanPeriodItSleeps)
{
	config.rescan = 0s;
	config.recheck = 0s;
	fabric.add_target(Lid(4));
	start();
	time.run();	// ends, because no timer is left
	EXPECT_EQ(daemon->status().connected, 1u);
}

TEST_F(DaemonTest, PrintsAndLeavesAlone)
{
	config.execute = false;
	config.print = true;
	fabric.add_target(Lid(4));
	start("a max_sect=99\n");
	time.run_for(1s);
	EXPECT_EQ(printed, login_of(4) + ",max_sect=99\n");
	EXPECT_TRUE(initiator.logins.empty());
}

TEST_F(DaemonTest, ConnectedTargetsArePrintedOnRequest)
{
	auto &target = fabric.add_target(Lid(4));
	const auto connected = Target { .id_ext = "200004", .ioc_guid = Guid(0x200004), .dgid = target.gid, .pkey = Pkey(0xffff),
					.service_id = ServiceId(0x200004) };

	sysfs.add_host("host7", connected, name);
	config.print = true;
	start();
	time.run_for(1s);
	EXPECT_EQ(printed, "");
	config.all = true;
	start();
	time.run_for(1s);
	EXPECT_EQ(printed, login_of(4) + "\n");
	EXPECT_TRUE(initiator.logins.empty());
}

TEST_F(DaemonTest, RulesDecide)
{
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5));
	start("d ioc_guid=200004\n");
	time.run_for(1s);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(5) });
	daemon->use_rules(std::make_shared<const Rules>());
	time.run_for(2s);
	EXPECT_EQ(initiator.logins.size(), 2u) << "new rules take effect at once";
}

// ib_srp takes one login per target port; the second P_Key must not be tried again and again.
TEST_F(DaemonTest, OnePkeyPerTargetPort)
{
	fabric.add_host(Lid(2), { Pkey(0xffff), Pkey(0x8001) });
	fabric.add_target(Lid(4), { Pkey(0xffff), Pkey(0x8001) });
	sysfs.add_port(name, 2, { "0xffff", "0x8001" });
	start();
	time.run_for(10min);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(4) });
}

TEST_F(DaemonTest, ALostLoginIsMadeAgain)
{
	fabric.add_target(Lid(4));
	start();
	time.run_for(10s);
	initiator.drop(login_of(4));
	time.run_for(25s);
	EXPECT_EQ(initiator.logins.size(), 1u) << "nobody told";
	time.run_for(30s);
	EXPECT_EQ(initiator.logins.size(), 2u) << "the next scan";
}

// The link of a target bounced: its old login was still there at the scan, and goes away a little later.
TEST_F(DaemonTest, ConnectedTargetsAreLookedAtAgain)
{
	config.rescan = 0s;
	fabric.add_target(Lid(4));
	start();
	time.run_for(10s);
	daemon->rescan("test");
	expect_login_after_bounce();
}

// The reason is told once in words, and the pauses grow.
TEST_F(DaemonTest, FailedLoginsAreRepeatedWithBackOff)
{
	fabric.add_target(Lid(4));
	initiator.fail_with = ETIMEDOUT;
	start();
	time.run_for(30min);
	EXPECT_GT(initiator.logins.size(), 8u);
	EXPECT_LT(initiator.logins.size(), 15u) << "not at each of 30 scans";
	EXPECT_TRUE(logged("the target does not answer; trying again"));
	EXPECT_LE(messages.size(), 6u);
	EXPECT_EQ(daemon->status().failed, 1u);
	initiator.fail_with = 0;
	time.run_for(6min);
	EXPECT_EQ(daemon->status().connected, 1u);
}

TEST_F(DaemonTest, ASecondLoginIsNoFailure)
{
	fabric.add_target(Lid(4));
	initiator.fail_with = EEXIST;
	start();
	time.run_for(10s);
	EXPECT_TRUE(logged("already connected to target"));
	EXPECT_EQ(daemon->status().failed, 0u);
}

TEST_F(DaemonTest, TrapsTellOfNewTargets)
{
	config.rescan = 0s;
	start();
	time.run_for(1s);
	EXPECT_EQ(fabric.subscribers[kTrapInService], std::vector<Lid> { Lid(2) });
	EXPECT_EQ(fabric.subscribers[kTrapOutOfService], std::vector<Lid> { Lid(2) });
	EXPECT_EQ(fabric.subscribers[kTrapLocalChanges], std::vector<Lid> { Lid(2) });
	fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(4)).gid });
	fabric.add_target(Lid(5));
	fabric.trap({ .trap = kTrapLocalChanges, .lid = Lid(5), .capability_mask = kIsDeviceManagement });
	fabric.add_target(Lid(6));
	fabric.trap({ .trap = kTrapLocalChanges, .lid = Lid(6) });	// its targets are gone, it says
	time.run_for(100ms);
	std::sort(initiator.logins.begin(), initiator.logins.end());
	EXPECT_EQ(initiator.logins, (std::vector<std::string> { login_of(4), login_of(5) }));
	EXPECT_EQ(fabric.reports_acknowledged, 3u);
}

TEST_F(DaemonTest, ManyTrapsAtOnce)
{
	config.rescan = 0s;
	start();
	time.run_for(1s);
	for (uint16_t lid = 100; lid < 300; lid++)
		fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(lid)).gid });
	time.run_for(1s);
	EXPECT_EQ(initiator.logins.size(), 200u);
	EXPECT_LT(fabric.sa.questions, 600u) << "one scan of everything, not 200 scans";
}

TEST_F(DaemonTest, ATargetThatLeavesIsNamed)
{
	auto &target = fabric.add_target(Lid(4));

	start();
	time.run_for(10s);
	fabric.trap({ .trap = kTrapOutOfService, .gid = Gid(1, Guid(1)) });
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid });
	time.run_for(1s);
	EXPECT_TRUE(logged("target 0000000000200004 at port fe800000000000000000000000100004 (LID 0x0004, P_Key ffff) left the fabric"));
}

// Trap 65 is faster than the retries of the adapter.
TEST_F(DaemonTest, TheInitiatorHearsThatAPortLeft)
{
	auto &target = fabric.add_target(Lid(4)), &other = fabric.add_target(Lid(5));

	start();
	time.run_for(10s);
	ASSERT_EQ(daemon->status().connected, 2u);
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid });
	time.run_for(10ms);
	EXPECT_TRUE(initiator.notices.empty()) << "this initiator does not have the attribute";
	for (const char *host : { "host1", "host2", "host3" })
		sysfs.add_fail_path(host);
	// The same target through another port of ours, which is on a fabric of its own.
	sysfs.add_host("host3", { .id_ext = "1", .ioc_guid = Guid(1), .dgid = target.gid, .pkey = Pkey(0xffff) }, { "fake0", 2 });
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid });
	time.run_for(10ms);
	EXPECT_EQ(initiator.notices, std::vector<std::string> { (sysfs.path() / FakeSysfs::fail_path("host1")).string() + " 1" });
	// After a redirect the port that the data goes to counts.
	sysfs.write("class/scsi_host/host2/dgid", "fe80:0000:0000:0000:0000:0000:0000:9999\n");
	time.run_for(200ms);
	fabric.trap({ .trap = kTrapOutOfService, .gid = other.gid });
	time.run_for(10ms);
	EXPECT_EQ(initiator.notices.size(), 1u);
	fabric.trap({ .trap = kTrapOutOfService, .gid = Gid(0xfe80000000000000, Guid(0x9999)) });
	time.run_for(10ms);
	EXPECT_EQ(initiator.notices.size(), 2u);
}

TEST_F(DaemonTest, TheInitiatorIsNotToldIfNotWanted)
{
	auto &target = fabric.add_target(Lid(4));

	config.fail_path = false;
	start();
	time.run_for(10s);
	sysfs.add_fail_path("host1");
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid });
	time.run_for(1s);
	EXPECT_TRUE(logged("left the fabric"));
	EXPECT_TRUE(initiator.notices.empty());
}

// Any port of the fabric can send something that looks like a report.
TEST_F(DaemonTest, ReportsOfStrangersAreIgnored)
{
	auto &target = fabric.add_target(Lid(4));

	start();
	time.run_for(10s);
	sysfs.add_fail_path("host1");
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid }, Lid(77));
	time.run_for(1s);
	EXPECT_TRUE(initiator.notices.empty());
	EXPECT_TRUE(logged("a report of trap 65 from LID 0x004d, where no SM is, is ignored"));
	// The SM has moved, and the port knows.
	sysfs.write("class/infiniband/fake0/ports/1/sm_lid", "0x4d\n");
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid }, Lid(77));
	time.run_for(1s);
	EXPECT_EQ(initiator.notices.size(), 1u);
}

// A failed login of a port that left is not repeated; one of a port that came back does not wait for its turn.
TEST_F(DaemonTest, APortThatComesBackIsTriedAtOnce)
{
	auto &target = fabric.add_target(Lid(4));

	config.rescan = 0s;
	initiator.fail_with = ETIMEDOUT;
	start();
	time.run_for(1min);
	const size_t before = initiator.logins.size();
	EXPECT_GE(before, 3u);
	fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid });
	time.run_for(1h);
	EXPECT_EQ(initiator.logins.size(), before);
	initiator.fail_with = 0;
	fabric.trap({ .trap = kTrapInService, .gid = target.gid });
	time.run_for(50ms);
	EXPECT_EQ(initiator.logins.size(), before + 1);
	time.run_for(2s);
	EXPECT_EQ(daemon->status().connected, 1u);
}

// One dead port costs the others nothing: not their logins, not what traps tell.
TEST_F(DaemonTest, NobodyWaitsForADeadPort)
{
	for (uint16_t lid = 10; lid < 110; lid++)
		fabric.add_target(Lid(lid)).faults.dead = lid == 10;
	start();
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins.size(), 99u);
	fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(200)).gid });
	time.run_for(50ms);
	EXPECT_EQ(initiator.logins.size(), 100u);
	EXPECT_TRUE(daemon->status().scanning);
	time.run_for(5s);
	EXPECT_FALSE(daemon->status().scanning);
	EXPECT_TRUE(logged("LID 0x000a, P_Key ffff: failed to get iou info: no answer within 5000 ms"));
}

TEST_F(DaemonTest, AnEventDoesNotWaitForTheEndOfAScan)
{
	fabric.add_target(Lid(4)).faults.dead = true;
	start();
	time.run_for(1s);
	fabric.add_target(Lid(5));
	daemon->rescan("the port is active");
	time.run_for(50ms);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(5) });
}

TEST_F(DaemonTest, TenThousandTargets)
{
	config.execute = false;
	config.print = true;
	for (unsigned int lid = 100; lid < 10100; lid++)
		fabric.add_target(Lid(static_cast<uint16_t>(lid))).faults.dead = lid % 100 == 0;
	const auto lines = [this] { return std::count(printed.begin(), printed.end(), '\n'); };

	start();
	time.run_for(3s);
	EXPECT_EQ(lines(), 9900) << "those that answer are there before the others are given up";
	EXPECT_TRUE(daemon->status().scanning);
	time.run_for(30s);
	// What does not change is asked for nothing but its IOUnitInfo.
	uint64_t before = fabric.messages;
	time.run_for(60s);
	EXPECT_EQ(fabric.messages - before, 2u + 3 + 10000 + 9900 + 100 * 3);
	EXPECT_EQ(daemon->status().targets, 9900u);
	// And a single change is a matter of a few messages.
	before = fabric.messages;
	fabric.at(Lid(101)).controllers[0].services[0].name = "SRP.T10:77";
	fabric.trap({ .trap = kTrapLocalChanges, .lid = Lid(101), .capability_mask = kIsDeviceManagement });
	time.run_for(1s);
	EXPECT_NE(printed.find("id_ext=77,"), printed.npos);
	EXPECT_LE(fabric.messages - before, 6u);
}

// Traps may get lost where subnet managers change: everything is asked again.
TEST_F(DaemonTest, AfterAnEventNothingIsTakenForKnown)
{
	auto &target = fabric.add_target(Lid(4));

	config.execute = false;
	config.print = true;
	start();
	time.run_for(61s);
	printed.clear();
	target.controllers[0].services[0].name = "SRP.T10:77";
	time.run_for(60s);
	EXPECT_EQ(printed.find("id_ext=77,"), printed.npos) << "the change ID says that nothing changed";
	daemon->rescan("another SM");
	time.run_for(1s);
	EXPECT_NE(printed.find("id_ext=77,"), printed.npos);
}

TEST_F(DaemonTest, WithoutReportsItStillScans)
{
	fabric.refuse_reports();
	start();
	time.run_for(1s);
	EXPECT_TRUE(logged("Fail to register to traps"));
	fabric.add_target(Lid(4));
	time.run_for(61s);
	EXPECT_EQ(initiator.logins.size(), 1u);
}

// Every full scan subscribes again, so a new SM learns of us; at the end all is taken back.
TEST_F(DaemonTest, SubscriptionsFollowTheSm)
{
	start();
	time.run_for(1s);
	fabric.subscribers.clear();
	daemon->rescan("another SM");
	time.run_for(1s);
	EXPECT_EQ(fabric.subscribers.size(), 3u);

	bool stopped = false;
	daemon->stop([&] { stopped = true; });
	time.run_for(10ms);
	EXPECT_TRUE(stopped);
	for (const auto &[trap, lids] : fabric.subscribers)
		EXPECT_TRUE(lids.empty()) << trap;
}

// The last of three tries counts as much as the first.
TEST_F(DaemonTest, ARegistrationSucceedsAtTheThirdTry)
{
	fabric.sa.ignore_informs = 6;	// two tries for each of three traps
	start();
	time.run_for(6s);
	for (const uint16_t trap : { kTrapInService, kTrapOutOfService, kTrapLocalChanges })
		EXPECT_EQ(fabric.subscribers[trap], std::vector<Lid> { Lid(2) }) << trap;
	EXPECT_TRUE(messages.empty()) << messages[0];
}

TEST_F(DaemonTest, ARejectedRegistrationIsNoSuccess)
{
	config.rescan = 0s;
	fabric.sa.inform_status = 0x0200;
	start();
	time.run_for(1s);
	EXPECT_TRUE(logged("Fail to register to traps: MAD status 0x0200"));
	fabric.sa.inform_status = 0;
	time.run_for(1min);
	EXPECT_EQ(fabric.subscribers[kTrapInService], std::vector<Lid> { Lid(2) }) << "tried again";
}

// Who is stopped before the SM answered leaves no subscription behind.
TEST_F(DaemonTest, StopsWhileItSubscribes)
{
	bool stopped = false;

	fabric.at(Lid(1)).faults.delay = 5ms;
	start();
	time.run_for(7ms);
	daemon->stop([&] { stopped = true; });
	time.run_for(100ms);
	EXPECT_TRUE(stopped);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	for (const auto &[trap, lids] : fabric.subscribers)
		EXPECT_TRUE(lids.empty()) << trap;
}

// Another SM at another LID: it is asked, it learns of us, and its traps count.
TEST_F(DaemonTest, AnotherSmTakesOver)
{
	config.rescan = 0s;
	fabric.add_host(Lid(3));
	start();
	time.run_for(1s);
	fabric.at(Lid(1)).faults.dead = true;
	fabric.subscribers.clear();
	fabric.set_sm(Lid(3));
	sysfs.write("class/infiniband/fake0/ports/1/sm_lid", "0x3\n");
	daemon->rescan("another SM");
	time.run_for(1s);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(4)).gid });
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins.size(), 1u);
}

TEST_F(DaemonTest, AnotherLid)
{
	fabric.add_target(Lid(4));
	start();
	time.run_for(10s);
	fabric.change_lid(Lid(2), Lid(9));
	sysfs.write("class/infiniband/fake0/ports/1/lid", "0x9\n");
	fabric.add_target(Lid(5));
	daemon->rescan("another LID");
	time.run_for(1s);
	EXPECT_EQ(initiator.logins, (std::vector<std::string> { login_of(4), login_of(5) }));
	EXPECT_EQ(fabric.subscribers[kTrapInService].back(), Lid(9));
}

// After a fatal error the device is opened again, but not before it had a moment.
TEST_F(DaemonTest, AFatalErrorOfTheDevice)
{
	fabric.add_target(Lid(4));
	start();
	time.run_for(10s);
	daemon->restart("fatal error of the device");
	time.run_for(900ms);
	EXPECT_EQ(opened, 1u);
	fabric.add_target(Lid(5));
	time.run_for(1s);
	EXPECT_EQ(opened, 2u);
	EXPECT_EQ(initiator.logins.size(), 2u);
}

// The news of a device is faster than the next attempt.
TEST_F(DaemonTest, ADeviceThatIsBack)
{
	no_device = true;
	start();
	time.run_for(5min);
	const unsigned int before = opened;
	no_device = false;
	daemon->device_may_be_back();
	time.run_for(200ms);
	EXPECT_EQ(opened, before + 1);
	daemon->device_may_be_back();
	time.run_for(10s);
	EXPECT_EQ(opened, before + 1) << "it is open";
}

// sysfs cannot be read, or only in part: told, and looked at again.
TEST_F(DaemonTest, SysfsErrors)
{
	fabric.add_target(Lid(4));
	sysfs.remove("class/infiniband/fake0/ports/1/pkeys");
	sysfs.write("class/scsi_host", "not a directory");
	sysfs.write("class/srp_remote_ports", "not a directory");
	start();
	time.run_for(1s);
	EXPECT_TRUE(logged("fake0:1: the P_Key table is empty"));
	sysfs.remove("class/scsi_host");
	sysfs.add_port(name, 2);
	time.run_for(5s);
	EXPECT_EQ(initiator.logins.size(), 1u);
	fabric.trap({ .trap = kTrapOutOfService, .gid = fabric.at(Lid(4)).gid });
	time.run_for(1s);
	EXPECT_TRUE(initiator.notices.empty());
}

// Several services of one controller are several targets.
TEST_F(DaemonTest, TwoServicesOfOnePort)
{
	auto &target = fabric.add_target(Lid(4));

	target.controllers[0].profile.service_entries = 2;
	target.controllers[0].services.push_back({ "SRP.T10:77", ServiceId(0x77) });
	initiator.fail_with = ETIMEDOUT;
	start();
	time.run_for(2s);
	EXPECT_EQ(initiator.logins.size(), 2u);
	initiator.fail_with = 0;
	time.run_for(1min);
	EXPECT_EQ(daemon->status().connected, 2u) << "each has its own place in the queue";
}

// A trap does not say which P_Key; the port is looked at through all of them.
TEST_F(DaemonTest, ATrapIsAboutAllPkeys)
{
	fabric.add_host(Lid(2), { Pkey(0xffff), Pkey(0x8001) });
	sysfs.add_port(name, 2, { "0xffff", "0x8001" });
	start();
	time.run_for(1s);
	fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(4), { Pkey(0x8001) }).gid });
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(4, "8001") });
}

// A target that is switched off says so; attempts end until it is there again.
TEST_F(DaemonTest, ATargetThatIsNotOfferedAnyMore)
{
	fabric.add_target(Lid(4));
	config.rescan = 0s;
	initiator.fail_with = ECONNRESET;
	start();
	time.run_for(20s);
	const size_t before = initiator.logins.size();
	fabric.trap({ .trap = kTrapLocalChanges, .lid = Lid(4) });
	time.run_for(1h);
	EXPECT_EQ(initiator.logins.size(), before);
	EXPECT_TRUE(logged("is not offered any more"));
	fabric.trap({ .trap = kTrapLocalChanges, .lid = Lid(4), .capability_mask = kIsDeviceManagement });
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins.size(), before + 1);
}

TEST_F(DaemonTest, StopsWithin100MsWithoutTheSm)
{
	start();
	time.run_for(1s);
	fabric.at(Lid(1)).faults.dead = true;
	bool stopped = false;
	daemon->stop([&] { stopped = true; });
	time.run_for(100ms);
	EXPECT_TRUE(stopped);
}

TEST_F(DaemonTest, SurvivesTheLossOfTheSm)
{
	config.rescan = 0s;
	fabric.at(Lid(1)).faults.dead = true;
	fabric.add_target(Lid(4));
	start();
	time.run_for(3min);
	EXPECT_TRUE(logged("the SA at LID 0x0001 does not answer"));
	EXPECT_LE(messages.size(), 2u) << "said once, not at each attempt";
	EXPECT_NE(daemon->status().problem, "");
	fabric.at(Lid(1)).faults.dead = false;
	time.run_for(2min);
	EXPECT_EQ(initiator.logins.size(), 1u) << "without any event";
	EXPECT_EQ(daemon->status().problem, "");
}

TEST_F(DaemonTest, APortWithoutLidOrSm)
{
	sysfs.add_port(name, 0);
	sysfs.write("class/infiniband/fake0/ports/1/sm_lid", "0x0\n");
	fabric.add_target(Lid(4));
	start();
	time.run_for(1s);
	EXPECT_TRUE(logged("SM LID is 0, maybe no SM is running"));
	EXPECT_EQ(fabric.messages, 0u);
	sysfs.add_port(name, 2);
	daemon->rescan("the port is active");
	time.run_for(1s);
	EXPECT_EQ(initiator.logins.size(), 1u);
}

TEST_F(DaemonTest, SurvivesUnplugAndReplug)
{
	fabric.add_target(Lid(4));
	start();
	time.run_for(1s);
	no_device = true;
	fabric.unplug(Lid(2));
	time.run_for(60s);
	EXPECT_GE(opened, 5u);
	EXPECT_LE(opened, 15u) << "patiently";
	EXPECT_LE(messages.size(), 4u);
	EXPECT_GE(lost, 1u) << "nothing of it stays open";
	no_device = false;
	initiator.drop(login_of(4));
	time.run_for(15s);
	EXPECT_EQ(initiator.logins.size(), 2u);
}

// The device vanishes in the middle of a scan, and the port in sysfs with it.
TEST_F(DaemonTest, UnplugDuringAScan)
{
	add_targets(10, 60, 50ms);
	start();
	time.run_for(20ms);
	fabric.unplug(Lid(2));
	sysfs.remove("class/infiniband");
	time.run_for(60s);
	EXPECT_TRUE(initiator.logins.empty());
	sysfs.add_port(name, 2);
	time.run_for(15s);
	EXPECT_EQ(initiator.logins.size(), 50u);
}

TEST_F(DaemonTest, RestartDuringEverything)
{
	add_targets(10, 30, 3ms);
	start();
	for (int i = 0; i < 200; i++) {
		time.run_for(std::chrono::milliseconds(i));
		if (i % 3)
			daemon->rescan("test");
		else
			daemon->restart("test");
	}
	time.run_for(70s);
	EXPECT_EQ(daemon->status().connected, 20u);
	EXPECT_EQ(initiator.logins.size(), 20u);
}

TEST_F(DaemonTest, APkeyThatIsAddedLater)
{
	fabric.add_target(Lid(4), { Pkey(0x8001) });
	start();
	time.run_for(1s);
	EXPECT_TRUE(initiator.logins.empty());
	fabric.add_host(Lid(2), { Pkey(0xffff), Pkey(0x8001) });
	sysfs.add_port(name, 2, { "0xffff", "0x8001" });
	daemon->rescan("other P_Keys");
	time.run_for(1s);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(4, "8001") });
}

TEST_F(DaemonTest, StaticTargetsAreKeptConnected)
{
	const std::string login = "id_ext=0000000000000001,ioc_guid=0000000000000002,dest=10.1.0.2:5555";

	start("t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\n"
	      "t id_ext=1,ioc_guid=2,dest=10.1.0.3:5555,port=other:1\n");
	time.run_for(5s);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login });
	sysfs.write("class/scsi_host/host9/id_ext", "0x0000000000000001\n");
	sysfs.write("class/scsi_host/host9/ioc_guid", "0x0000000000000002\n");
	sysfs.write("class/scsi_host/host9/local_ib_device", "fake0\n");
	sysfs.write("class/scsi_host/host9/local_ib_port", "1\n");
	time.run_for(5min);
	EXPECT_EQ(initiator.logins.size(), 1u);
	sysfs.remove("class/scsi_host/host9");
	initiator.drop(login);
	time.run_for(61s);
	EXPECT_EQ(initiator.logins.size(), 2u);
}

// RoCE and iWARP: no SM, no umad, and still something to keep connected.
TEST_F(DaemonTest, StaticTargetsWithoutAFabric)
{
	config.discover = false;
	initiator.fail_with = ECONNREFUSED;
	start("t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\n");
	time.run_for(1min);
	EXPECT_TRUE(logged("cannot log in to target of line 1 of the rules: nobody listens there"));
	EXPECT_EQ(opened, 0u);
	EXPECT_EQ(fabric.messages, 0u);
	// That of another login, a number, and at last words about this one.
	const std::string last_error = "class/infiniband_srp/srp-fake0-1/last_error";
	sysfs.write(last_error, "id_ext=0000000000000003,ioc_guid=0000000000000002: busy\n");
	time.run_for(1min);
	sysfs.write(last_error, "id_ext=0000000000000001,ioc_guid=0000000000000002: error -111\n");
	time.run_for(2min);
	EXPECT_FALSE(logged("busy"));
	EXPECT_FALSE(logged("error -111"));
	sysfs.write(last_error, "id_ext=0000000000000001,ioc_guid=0000000000000002: connection refused; open\x1bthe door\n");
	time.run_for(12min);
	EXPECT_TRUE(logged("cannot log in to target of line 1 of the rules: connection refused; open\\x1bthe door"));
	initiator.fail_with = 0;
	time.run_for(4min + 30s);
	EXPECT_EQ(daemon->status().connected, 1u) << "after 16 minutes, the ninth attempt is after 1215 s";
}

// Without a working fabric, without -R, and two addresses of one target: sysfs does not tell them apart.
TEST_F(DaemonTest, StaticTargetsDoNotDependOnTheFabric)
{
	const auto host = [this](const std::string &number) {
		sysfs.write("class/scsi_host/host" + number + "/id_ext", "0x1\n");
		sysfs.write("class/scsi_host/host" + number + "/ioc_guid", "0x2\n");
	};

	no_device = true;
	config.rescan = 0s;
	start("t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\nt id_ext=1,ioc_guid=2,dest=10.1.0.3:5555\n");
	host("8");
	host("9");
	time.run_for(10min);
	EXPECT_EQ(initiator.logins.size(), 2u);
	sysfs.remove("class/scsi_host/host9");
	initiator.drop("id_ext=0000000000000001,ioc_guid=0000000000000002,dest=10.1.0.3:5555");
	time.run_for(61s);
	EXPECT_EQ(initiator.logins.size(), 4u) << "the kernel refuses the one that exists";
	EXPECT_EQ(daemon->status().connected, 2u);
	EXPECT_EQ(daemon->status().failed, 0u);
}

// A target with a poisoned name costs a message and nothing else.
TEST_F(DaemonTest, HostileNamesNeverReachTheKernel)
{
	fabric.add_target(Lid(4)).controllers[0].services[0].name = "SRP.T10:1,max_sect=9";
	fabric.add_target(Lid(5));
	start();
	time.run_for(1s);
	EXPECT_EQ(initiator.logins, std::vector<std::string> { login_of(5) });
	EXPECT_TRUE(logged("service name 'SRP.T10:1,max_sect=9' has no identifier"));
}

// The write to add_target hangs for a minute; meanwhile its rule, or the target, goes. It fails, and that is the end of it.
TEST_F(DaemonTest, ALoginThatIsNotWantedAnyMoreIsNotRepeated)
{
	fabric.add_target(Lid(4));
	config.rescan = 0s;
	initiator.fail_with = ETIMEDOUT;
	initiator.takes = 1min;
	start("t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\n");
	time.run_for(1s);
	EXPECT_EQ(initiator.logins.size(), 2u);
	daemon->use_rules(std::make_shared<const Rules>(*Rules::parse("d\n", "f")));
	time.run_for(10min);
	EXPECT_EQ(initiator.logins.size(), 2u);
	EXPECT_EQ(daemon->status().targets, 0u);

	daemon->use_rules(std::make_shared<const Rules>());
	time.run_for(1s);
	EXPECT_EQ(initiator.logins.size(), 3u);
	fabric.remove(Lid(4));
	daemon->rescan("test");
	time.run_for(10min);
	EXPECT_EQ(initiator.logins.size(), 3u);
	EXPECT_EQ(daemon->status().targets, 0u);
}

TEST_F(DaemonTest, ALoginThatIsWantedAgainIsRepeated)
{
	fabric.add_target(Lid(4));
	initiator.fail_with = ETIMEDOUT;
	initiator.takes = 10s;
	start();
	time.run_for(1s);
	daemon->use_rules(std::make_shared<const Rules>(*Rules::parse("d\n", "f")));
	time.run_for(1s);
	daemon->use_rules(std::make_shared<const Rules>());
	time.run_for(14s);
	EXPECT_EQ(initiator.logins.size(), 2u) << "5 s after the failure";
}

// As ConnectedTargetsAreLookedAtAgain, but nobody scans: a trap told that the port is back.
TEST_F(DaemonTest, ABouncedTargetOfWhichATrapToldIsLookedAtAgain)
{
	auto &target = fabric.add_target(Lid(4));

	config.rescan = 0s;
	start();
	time.run_for(1min);
	fabric.trap({ .trap = kTrapInService, .gid = target.gid });
	expect_login_after_bounce();
}

TEST_F(DaemonTest, ManyTrapsAboutAConnectedTarget)
{
	auto &target = fabric.add_target(Lid(4));

	sysfs.add_host("host7", { .id_ext = "200004", .ioc_guid = Guid(0x200004), .dgid = target.gid, .pkey = Pkey(0xffff),
				  .service_id = ServiceId(0x200004) }, name);
	config.rescan = 0s;
	config.execute = false;
	config.print = true;
	start();
	time.run_for(1s);
	for (int i = 0; i < 10000; i++) {
		fabric.trap({ .trap = kTrapInService, .gid = target.gid });
		if (i % 10 == 0)
			time.run_for(1ms);
	}
	time.run_for(100ms);
	EXPECT_EQ(printed, "");
	sysfs.remove("class/scsi_host/host7");
	time.run_for(30s);
	EXPECT_EQ(printed, login_of(4) + "\n") << "looked at once";
}

// The kernel says that the login exists, and shows none: it is asked again when something changed, or after longer and longer pauses.
TEST_F(DaemonTest, ARefusedLoginIsNotTriedAtEachScan)
{
	fabric.add_target(Lid(4));
	initiator.fail_with = EEXIST;
	start();
	time.run_for(10s);
	EXPECT_EQ(initiator.logins.size(), 1u);
	time.run_for(30min);
	EXPECT_LE(initiator.logins.size(), 9u);
	EXPECT_GE(initiator.logins.size(), 5u);
	EXPECT_EQ(std::count_if(messages.begin(), messages.end(), [](const auto &m) { return m.find("already connected") != m.npos; }), 1);
	const size_t before = initiator.logins.size();
	sysfs.add_host("host9", { .id_ext = "1", .ioc_guid = Guid(1), .dgid = Gid(1, Guid(1)), .pkey = Pkey(0xffff) }, name);
	daemon->rescan("test");
	time.run_for(10s);
	EXPECT_EQ(initiator.logins.size(), before + 1);
	daemon->rescan("test");
	time.run_for(10s);
	EXPECT_EQ(initiator.logins.size(), before + 1);
}

// Through another P_Key it was connected meanwhile: the kernel would refuse the repetition.
TEST_F(DaemonTest, ARepetitionLeavesThePathToAnotherLogin)
{
	fabric.add_host(Lid(2), { Pkey(0xffff), Pkey(0x8001) });
	fabric.add_target(Lid(4), { Pkey(0xffff), Pkey(0x8001) });
	sysfs.add_port(name, 2, { "0xffff", "0x8001" });
	initiator.fail_with = ETIMEDOUT;
	initiator.takes = 100ms;
	start();
	time.run_for(1s);
	initiator.fail_with = 0;
	daemon->rescan("test");
	time.run_for(30s);
	EXPECT_EQ(initiator.logins, (std::vector<std::string> { login_of(4), login_of(4, "8001") }));
	EXPECT_EQ(daemon->status().connected, 1u);
	EXPECT_EQ(daemon->status().failed, 0u);
}

// The end is the end, whatever happens in its last moment.
TEST_F(DaemonTest, StopsWhileTheDeviceFails)
{
	for (const bool unplugged : { false, true }) {
		bool stopped = false;
		fabric.at(Lid(1)).faults.dead = false;
		start();
		time.run_for(1s);
		fabric.at(Lid(1)).faults.dead = true;
		daemon->stop([&] { stopped = true; });
		time.run_for(10ms);
		if (unplugged)
			fabric.unplug(Lid(2));
		else
			daemon->restart("fatal error of the device");
		time.run_for(100ms);
		EXPECT_TRUE(stopped) << unplugged;
		daemon.reset();
	}
}

// The default partition does not reach the SM: subscriptions go where the SA answered, and the next questions at once.
TEST_F(DaemonTest, SubscriptionsGoThroughThePartitionOfTheSa)
{
	fabric.at(Lid(1)).pkeys = { Pkey(0x8001) };
	fabric.add_host(Lid(2), { Pkey(0xffff), Pkey(0x8001) });
	sysfs.add_port(name, 2, { "0xffff", "0x8001" });
	config.rescan = 0s;
	start();
	time.run_for(10s);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	EXPECT_TRUE(messages.empty()) << messages[0];
	fabric.trap({ .trap = kTrapInService, .gid = fabric.add_target(Lid(4), { Pkey(0x8001) }).gid });
	time.run_for(100ms);
	EXPECT_EQ(initiator.logins.size(), 1u);
	fabric.subscribers.clear();
	daemon->rescan("test");
	time.run_for(100ms);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
}

// More traps than can be looked at one by one, without end: the scan that is on its way is finished first.
TEST_F(DaemonTest, ATrapStormDoesNotKeepAScanFromItsEnd)
{
	config.rescan = 0s;
	fabric.add_target(Lid(4)).faults.delay = 50ms;
	start();
	time.run_for(1ms);
	for (int i = 0; i < 50; i++) {
		for (uint16_t guid = 0; guid < 70; guid++)
			fabric.trap({ .trap = kTrapInService, .gid = Gid(1, Guid(guid + 1u)) });
		time.run_for(10ms);
	}
	EXPECT_EQ(initiator.logins.size(), 1u);
	fabric.add_target(Lid(5));
	fabric.trap({ .trap = kTrapInService, .gid = fabric.at(Lid(5)).gid });
	time.run_for(2s);
	EXPECT_EQ(initiator.logins.size(), 2u);
	EXPECT_FALSE(daemon->status().scanning);
}

// Whoever sends what looks like a report costs no more than a look at the port per second.
TEST_F(DaemonTest, StrangersCostOneLookPerSecond)
{
	auto &target = fabric.add_target(Lid(4));
	const auto report = [&](Duration then) {
		fabric.trap({ .trap = kTrapOutOfService, .gid = target.gid }, Lid(77));
		time.run_for(then);
	};

	start();
	time.run_for(10s);
	sysfs.add_fail_path("host1");
	report(100ms);
	sysfs.write("class/infiniband/fake0/ports/1/sm_lid", "0x4d\n");
	report(800ms);
	EXPECT_TRUE(initiator.notices.empty());
	time.run_for(200ms);
	report(100ms);
	EXPECT_EQ(initiator.notices.size(), 1u);
}

// Without events of the device nobody tells that the SM began anew and has forgotten us.
TEST_F(DaemonTest, WithoutEventsSubscriptionsAreRenewed)
{
	config.rescan = 0s;
	start();
	daemon->renew_subscriptions();
	time.run_for(1s);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	fabric.subscribers.clear();
	time.run_for(1min);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	fabric.subscribers.clear();
	time.run_for(1min);
	EXPECT_EQ(fabric.subscribers.size(), 3u);
	no_device = true;
	fabric.unplug(Lid(2));
	time.run_for(1min);
	const uint64_t before = fabric.messages;
	time.run_for(10min);
	EXPECT_EQ(fabric.messages, before);
}

// What was read a moment ago is used again, unless a login ended.
TEST_F(DaemonTest, LoginsAreNotReadAgainAndAgain)
{
	view = sysfs.view();
	HostList hosts(time, view);
	const auto add = [this](const std::string &host) {
		sysfs.add_host(host, { .id_ext = "1", .ioc_guid = Guid(1), .dgid = Gid(1, Guid(1)), .pkey = Pkey(0xffff) }, name);
	};

	EXPECT_EQ(hosts.now().size(), 0u);
	EXPECT_EQ(hosts.version(), 0u);
	add("host1");
	time.run_for(199ms);
	EXPECT_EQ(hosts.now().size(), 0u);
	time.run_for(1ms);
	EXPECT_EQ(hosts.now().size(), 1u);
	EXPECT_EQ(hosts.version(), 1u);
	add("host2");
	hosts.changed();
	EXPECT_EQ(hosts.now().size(), 2u);
	EXPECT_EQ(hosts.version(), 2u);
}

// An SM gives way to another one while its answers to the subscriptions are on their way. They say nothing of the new one.
TEST_F(DaemonTest, ASubscriptionAtTheOldSmIsNoneAtTheNew)
{
	auto &target = fabric.add_target(Lid(4));

	fabric.add_host(Lid(3));
	config.rescan = 1s;
	start();
	time.run_for(100ms);
	fabric.at(Lid(1)).faults.delay = 50ms;
	daemon->rescan("test");
	time.run_for(70ms);
	fabric.set_sm(Lid(3));
	fabric.sa.ignore_informs = 1000;
	sysfs.write("class/infiniband/fake0/ports/1/sm_lid", "0x3\n");
	daemon->rescan("another SM");
	time.run_for(2500ms);
	const unsigned int before = target.questions;
	time.run_for(1s);
	EXPECT_EQ(target.questions - before, 3u) << "without traps nothing is taken for known";
}

} // namespace
