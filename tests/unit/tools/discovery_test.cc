// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Whole scans on a fabric with targets, P_Keys and faults.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "discovery.h"
#include "fake_fabric.h"
#include "login.h"
#include "simulated_time.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

class DiscoveryTest : public testing::Test {
protected:
	DiscoveryTest()
	{
		fabric.add_host(Lid(1));
		local.name = { "fake0", 1 };
		local.link_layer = "InfiniBand";
		local.active = true;
		local.lid = Lid(2);
		local.sm_lid = Lid(1);
		use_pkeys({ Pkey(0xffff) });
	}
	void use_pkeys(std::vector<Pkey> pkeys)
	{
		local.gid = fabric.add_host(Lid(2), pkeys).gid;
		local.pkeys = std::move(pkeys);
	}

	// One scan from the beginning to the end.
	template <class... What> Result<ScanResult> scan_for(What... what)
	{
		std::optional<Result<ScanResult>> outcome;
		auto port = fabric.attach(Lid(2));
		Requester requester(time, *port, policy);
		Scan scan(
			requester, local, wanted,
			[&](Result<ScanResult> result) {
				EXPECT_FALSE(outcome) << "called twice";
				outcome = std::move(result);
				took = time.elapsed();
			},
			help);

		started = time.elapsed();
		scan.start(what...);
		time.run();
		took -= started;
		counters = requester.counters();
		EXPECT_TRUE(outcome) << "never called";
		return outcome ? std::move(*outcome) : Error { "never called" };
	}
	// What it found, one "lid/pkey" each, or the error.
	template <class... What> std::string found(What... what)
	{
		const auto result = scan_for(what...);
		std::string text;

		problems.clear();
		if (!result)
			return result.error().text;
		for (const Error &problem : result->problems)
			problems.push_back(problem.text);
		for (const IoUnit &unit : result->units) {
			std::vector<Error> bad;
			for (const Target &target : targets_of(unit, bad))
				text += (text.empty() ? "" : " ") + target.lid.text() + "/" + target.pkey.text();
		}
		return text;
	}

	// Of 100 targets that many are dead. problem: that of the first.
	void expect_dead(size_t count, const std::string &problem)
	{
		for (uint16_t i = 0; i < 100; i++)
			fabric.add_target(Lid(static_cast<uint16_t>(10 + i))).faults.dead = i % (100 / count) == 0;
		const auto result = scan_for();
		ASSERT_TRUE(result);
		EXPECT_EQ(result->units.size(), 100 - count);
		ASSERT_EQ(result->problems.size(), count);
		EXPECT_EQ(result->problems[0].text, problem);
	}

	SimulatedTime time;
	FakeFabric fabric { time };
	LocalPort local;
	std::vector<Pkey> wanted;
	RequestPolicy policy;
	ScanHelp help;
	Requester::Counters counters;
	std::vector<std::string> problems;
	std::chrono::milliseconds started {}, took {};
};

TEST_F(DiscoveryTest, NoTargets)
{
	EXPECT_EQ(found(), "");
	EXPECT_TRUE(problems.empty());
}

TEST_F(DiscoveryTest, OneTarget)
{
	fabric.add_target(Lid(4));
	const auto result = scan_for();
	ASSERT_TRUE(result) << result.error().text;
	ASSERT_EQ(result->units.size(), 1u);
	EXPECT_TRUE(result->problems.empty());
	const IoUnit &unit = result->units[0];
	EXPECT_EQ(unit.info.change_id, 1);
	ASSERT_EQ(unit.controllers.size(), 1u);
	EXPECT_EQ(unit.controllers[0].profile.id, "Fake target");

	std::vector<Error> bad;
	const auto targets = targets_of(unit, bad);
	ASSERT_EQ(targets.size(), 1u);
	EXPECT_EQ(login_string(targets[0], {}, ""), "id_ext=0000000000200004,ioc_guid=0000000000200004,dgid=fe800000000000000000000000100004,"
						    "pkey=ffff,service_id=0000000000200004");
	EXPECT_EQ(counters.sent, 6u) << "class, ports, path, unit, profile, services";
}

TEST_F(DiscoveryTest, InTheOrderOfTheSa)
{
	for (uint16_t lid : { 9, 4, 7 })
		fabric.add_target(Lid(lid)).faults.delay = std::chrono::milliseconds(10 - lid);
	EXPECT_EQ(found(), "0004/ffff 0007/ffff 0009/ffff");
}

TEST_F(DiscoveryTest, AnSmThatCannotSelectByCapability)
{
	fabric.sa.matches_capability_mask = false;
	fabric.sa.sends_attribute_offset = false;
	fabric.add_target(Lid(4));
	fabric.add_host(Lid(5));
	fabric.add_target(Lid(6));
	EXPECT_EQ(found(), "0004/ffff 0006/ffff");
}

// It was busy with what it was asked first.
TEST_F(DiscoveryTest, TheTableIsAskedForTwice)
{
	fabric.add_target(Lid(4));
	// As often as one question is sent.
	fabric.sa.ignore_ports = policy.tries;
	EXPECT_EQ(found(), "0004/ffff");
	EXPECT_EQ(fabric.sa.ignore_ports, 0u);
	EXPECT_TRUE(problems.empty()) << problems[0];
}

TEST_F(DiscoveryTest, ManyControllersAndServices)
{
	auto &target = fabric.add_target(Lid(4));

	target.info.max_controllers = 255;
	target.info.set_slot(2, Slot::Missing);
	target.info.set_slot(3, Slot::Present);
	target.info.set_slot(255, Slot::Present);
	for (unsigned int slot : { 3u, 255u }) {
		Controller controller = { .slot = slot, .profile = { .guid = Guid(slot), .io_class = 0xff00, .service_entries = 10 } };
		for (int i = 0; i < 10; i++)
			controller.services.push_back({ i == 9 ? "SRP.T10:aa" : "other", ServiceId(static_cast<uint64_t>(i)) });
		target.controllers.push_back(controller);
	}
	const auto result = scan_for();
	ASSERT_TRUE(result);
	ASSERT_EQ(result->units.size(), 1u);
	ASSERT_EQ(result->units[0].controllers.size(), 3u);
	EXPECT_EQ(result->units[0].controllers[2].slot, 255u);
	EXPECT_EQ(result->units[0].controllers[2].services.at(9).name, "SRP.T10:aa");
	EXPECT_LE(fabric.most_at_one_target, 4u);
}

// Only partitions that both ports are in, and the membership of both decides. The peer reported every key of the local table.
TEST_F(DiscoveryTest, SharedPkeysOnly)
{
	use_pkeys({ Pkey(0xffff), Pkey(0x8001), Pkey(0), Pkey(0x0002), Pkey(0x0003) });
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5), { Pkey(0xffff), Pkey(0x8001) });
	fabric.add_target(Lid(6), { Pkey(0x7fff), Pkey(0x8002), Pkey(0x0003) });
	EXPECT_EQ(found(), "0004/ffff 0005/ffff 0005/8001 0006/ffff 0006/0002");
	EXPECT_TRUE(problems.empty()) << problems[0];
}

TEST_F(DiscoveryTest, OnlyTheWantedPkeys)
{
	use_pkeys({ Pkey(0xffff), Pkey(0x8001), Pkey(0x8002) });
	fabric.add_target(Lid(4), { Pkey(0xffff), Pkey(0x8001), Pkey(0x8002) });
	wanted = { Pkey(0x8001) };
	EXPECT_EQ(found(), "0004/8001");
	wanted = { Pkey(0x8002), Pkey(0x7fff) };
	EXPECT_EQ(found(), "0004/ffff 0004/8002");
	wanted = { Pkey(0x8002), Pkey(0x8009) };
	EXPECT_EQ(found(), "0004/8002");
	EXPECT_EQ(problems, std::vector<std::string> { "fake0:1: the port has no P_Key 8009" });
	wanted = { Pkey(0x8009) };
	EXPECT_EQ(found(), "fake0:1: the port has no P_Key 8009");
}

// A port that is a member twice, full and limited, is one member.
TEST_F(DiscoveryTest, FullAndLimitedInOneTable)
{
	use_pkeys({ Pkey(0x7fff), Pkey(0xffff) });
	fabric.add_target(Lid(4));
	EXPECT_EQ(found(), "0004/7fff");
}

// The partition of the SM need not be the first of the table, and need not be the default one.
TEST_F(DiscoveryTest, TheSaIsAskedThroughAPartitionThatReachesIt)
{
	use_pkeys({ Pkey(0x8001), Pkey(0x7fff) });
	fabric.add_target(Lid(4), { Pkey(0x8001) });
	EXPECT_EQ(found(), "0004/8001");
	EXPECT_EQ(counters.unanswered, 0u);

	fabric.at(Lid(1)).pkeys = { Pkey(0x8005) };
	use_pkeys({ Pkey(0x8001), Pkey(0x8005) });
	EXPECT_EQ(found(), "0004/8001");
	EXPECT_EQ(counters.unanswered, 1u);
}

// Questions to the SA go out with the service level that the port has for its SM.
TEST_F(DiscoveryTest, TheServiceLevelOfTheSm)
{
	fabric.add_target(Lid(4));
	fabric.sa.sl = 3;
	EXPECT_EQ(found(), "the SA at LID 0x0001 does not answer: no answer within 5000 ms");
	local.sm_sl = 3;
	EXPECT_EQ(found(), "0004/ffff");
}

TEST_F(DiscoveryTest, APkeyTableThatIsFull)
{
	std::vector<Pkey> pkeys;

	for (uint16_t i = 0; i < 128; i++)
		pkeys.push_back(Pkey(static_cast<uint16_t>(0x8001 + i)));
	fabric.at(Lid(1)).pkeys = pkeys;
	use_pkeys(pkeys);
	fabric.add_target(Lid(4), pkeys);
	const auto result = scan_for();
	ASSERT_TRUE(result);
	EXPECT_EQ(result->units.size(), 128u);
}

// One timeout for all dead ports together, and what they cost is told.
TEST_F(DiscoveryTest, DeadPorts)
{
	expect_dead(10, "LID 0x000a, P_Key ffff: failed to get iou info: no answer within 5000 ms");
	EXPECT_LT(took, 5100ms);
}

// Whoever waits for the end of the scan waits no longer than experience says.
TEST_F(DiscoveryTest, DeadPortsAmongQuickOnes)
{
	policy.adaptive = true;
	expect_dead(1, "LID 0x000a, P_Key ffff: failed to get iou info: no answer within 238 ms");
	EXPECT_LT(took, 250ms);
}

// And whoever can use what is there gets each port as soon as it is complete, in the order of its P_Keys.
TEST_F(DiscoveryTest, PortsAreToldOneByOne)
{
	std::string order;

	use_pkeys({ Pkey(0xffff), Pkey(0x8001) });
	fabric.add_target(Lid(4)).faults.dead = true;
	fabric.add_target(Lid(5), { Pkey(0xffff), Pkey(0x8001) }).faults.delay = 30ms;
	fabric.add_target(Lid(6));
	help.port_done = [&](const std::vector<IoUnit> &units) {
		for (const IoUnit &unit : units)
			order += fmt::format("{}/{} ", unit.lid.text(), unit.pkey.text());
		EXPECT_LT(time.elapsed(), 200ms);
	};
	EXPECT_EQ(found(), "0005/ffff 0005/8001 0006/ffff");
	EXPECT_EQ(order, "0006/ffff 0005/ffff 0005/8001 ");
	EXPECT_EQ(took, 5000ms);
}

// A unit that did not change is asked for nothing but its IOUnitInfo.
TEST_F(DiscoveryTest, KnownUnitsAreNotAskedAgain)
{
	UnitCache cache(time);

	help.cache = &cache;
	for (uint16_t lid = 10; lid < 20; lid++)
		fabric.add_target(Lid(lid));
	fabric.at(Lid(15)).dm_status = 0x001c;
	cache.trust(true);
	const std::string all = found();
	EXPECT_EQ(counters.sent, 2u + 10 + 1 + 9 * 3);
	EXPECT_EQ(found(), all);
	EXPECT_EQ(counters.sent, 2u + 10 + 10);

	// A change is seen by the change ID, and a unit that did not answer everything is not known.
	auto &changed = fabric.at(Lid(12));
	changed.info.change_id++;
	changed.controllers[0].services[0].name = "SRP.T10:77";
	fabric.at(Lid(15)).dm_status = 0;
	const auto result = scan_for();
	ASSERT_TRUE(result);
	EXPECT_EQ(counters.sent, 2u + 10 + 10 + 2 * 2);
	EXPECT_EQ(result->units[2].controllers[0].services[0].name, "SRP.T10:77");

	// The target of Linux does not count changes. Who hears traps forgets it in time, and so does who waits.
	unsigned int changes = 77;
	for (auto forget : std::vector<std::function<void()>> { [&] { cache.forget(Lid(12)); }, [&] { cache.forget(changed.gid); },
								[&] { time.run_for(10min + 1s); }, [&] { cache.clear(); } }) {
		const std::string name = "SRP.T10:" + std::to_string(++changes);
		changed.controllers[0].services[0].name = name;
		EXPECT_NE(scan_for()->units[2].controllers[0].services[0].name, name);
		forget();
		EXPECT_EQ(scan_for()->units[2].controllers[0].services[0].name, name);
	}
	cache.trust(false);
	(void)scan_for();
	EXPECT_EQ(counters.sent, 2u + 10 + 10 * 3) << "changes would not be heard of";
}

TEST_F(DiscoveryTest, ALostPathAnswerDoesNotEndTheScan)
{
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5));
	fabric.sa.ignore_paths = 1;
	EXPECT_EQ(found(), "0004/ffff 0005/ffff");
	fabric.sa.ignore_paths = 4;	// three times the one, once the other
	policy.per_port = 1;
	policy.on_the_way = 10s;
	EXPECT_EQ(found(), "0005/ffff");
	EXPECT_EQ(problems, std::vector<std::string> { "LID 0x0004, P_Key ffff: no path: no answer within 5000 ms" });
}

TEST_F(DiscoveryTest, LossyFabric)
{
	policy.tries = 8;
	for (uint16_t lid = 10; lid < 210; lid++) {
		fabric.add_target(Lid(lid)).faults.loss = 0.1;
		fabric.at(Lid(lid)).faults.duplicate = 0.1;
	}
	fabric.at(Lid(1)).faults.loss = 0.1;
	const auto result = scan_for();
	ASSERT_TRUE(result) << result.error().text;
	EXPECT_EQ(result->units.size(), 200u);
	EXPECT_GT(counters.repeated, 100u);
}

TEST_F(DiscoveryTest, AUnitThatRefuses)
{
	fabric.add_target(Lid(4)).dm_status = 0x001c;
	fabric.add_target(Lid(5)).controllers.clear();	// announced, but not there
	auto &six = fabric.add_target(Lid(6));
	six.controllers[0].profile.service_entries = 5;	// of which it has one
	EXPECT_EQ(found(), "");
	ASSERT_EQ(problems.size(), 4u);
	EXPECT_EQ(problems[0], "LID 0x0004, P_Key ffff: failed to get iou info: MAD status 0x001c (invalid field)");
	EXPECT_EQ(problems[1], "LID 0x0005, P_Key ffff: controller 1: no profile: MAD status 0x0100 (no such I/O controller or service)");
	EXPECT_EQ(problems[2],
		  "LID 0x0006, P_Key ffff: controller 1: no services 0 to 3: MAD status 0x0100 (no such I/O controller or service)");
}

TEST_F(DiscoveryTest, Redirections)
{
	fabric.add_host(Lid(8));
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5)).faults.redirect = Lid(4);
	EXPECT_EQ(found(), "0004/ffff 0005/ffff") << "an I/O unit";
	EXPECT_EQ(counters.redirected, 1u);
}

TEST_F(DiscoveryTest, TopspinUnitsWantToKnowWhereTrapsGo)
{
	auto &target = fabric.add_target(Lid(4));

	target.gid = Gid(target.gid.prefix(), Guid(0x0005ad0000000001));
	target.needs_trap_address = true;
	EXPECT_EQ(found(), "0004/ffff");
}

TEST_F(DiscoveryTest, NoSm)
{
	local.sm_lid = Lid();
	EXPECT_EQ(found(), "fake0:1: SM LID is 0, maybe no SM is running");
	local.sm_lid = Lid(1);
	local.lid = Lid();
	EXPECT_EQ(found(), "fake0:1: the port has no LID yet");
	local.lid = Lid(2);
	fabric.at(Lid(1)).faults.dead = true;
	EXPECT_EQ(found(), "the SA at LID 0x0001 does not answer: no answer within 5000 ms");
	EXPECT_EQ(took, 5000ms);
}

// The SA's table came short, as it does where nobody reassembles it.
TEST_F(DiscoveryTest, ACutTable)
{
	for (uint16_t lid = 10; lid < 20; lid++)
		fabric.add_target(Lid(lid));
	fabric.sa.max_message = 256;
	EXPECT_EQ(found(), "000a/ffff 000b/ffff 000c/ffff");
}

TEST_F(DiscoveryTest, OnePort)
{
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5));
	fabric.add_host(Lid(6));
	EXPECT_EQ(found(Lid(5)), "0005/ffff");
	EXPECT_EQ(found(fabric.at(Lid(4)).gid), "0004/ffff");
	EXPECT_EQ(found(Lid(6)), "") << "no I/O unit";
	EXPECT_EQ(found(Lid(9)), "LID 0x0009: no PortInfo: MAD status 0x0300 (no records)");
	EXPECT_EQ(found(Gid(1, Guid(2))), "no path to GID 00000000000000010000000000000002: MAD status 0x0300 (no records)");
}

TEST_F(DiscoveryTest, TenThousandTargets)
{
	for (unsigned int lid = 100; lid < 10100; lid++)
		fabric.add_target(Lid(static_cast<uint16_t>(lid))).faults.dead = lid % 100 == 0;
	const auto result = scan_for();
	ASSERT_TRUE(result) << result.error().text;
	EXPECT_EQ(result->units.size(), 9900u);
	EXPECT_EQ(result->problems.size(), 100u);
	EXPECT_LE(fabric.sa.most_at_once, 32u);
	EXPECT_LT(took, 7s) << "one timeout and the work";
	EXPECT_EQ(counters.sent, 2u + 10000 + 9900 * 3 + 100 * 3);
}

TEST_F(DiscoveryTest, TenThousandKnownTargets)
{
	UnitCache cache(time);

	help.cache = &cache;
	policy.adaptive = true;
	cache.trust(true);
	for (unsigned int lid = 100; lid < 10100; lid++)
		fabric.add_target(Lid(static_cast<uint16_t>(lid))).faults.dead = lid % 100 == 0;
	EXPECT_EQ(scan_for()->units.size(), 9900u);
	EXPECT_LT(took, 1500ms) << "100 dead ports cost a quarter of a second together";
	EXPECT_EQ(scan_for()->units.size(), 9900u);
	EXPECT_EQ(counters.sent, 2u + 10000 + 9900 + 100 * 3);
	EXPECT_EQ(scan_for()->units[0].controllers.at(0).services.at(0).name, "SRP.T10:0000000000200065");
}

// What is destroyed calls nobody, and its questions are forgotten.
TEST_F(DiscoveryTest, AScanIsGivenUp)
{
	auto port = fabric.attach(Lid(2));
	Requester requester(time, *port, policy);
	bool called = false;

	for (uint16_t lid = 10; lid < 110; lid++)
		fabric.add_target(Lid(lid)).faults.delay = 10ms;
	for (auto after : { 0ms, 1ms, 5ms, 15ms, 40ms }) {
		{
			Scan scan(requester, local, wanted, [&](Result<ScanResult>) { called = true; });
			scan.start();
			time.run_for(after);
		}
		time.run();
		EXPECT_FALSE(called);
	}
}

TEST_F(DiscoveryTest, UnplugDuringAScan)
{
	std::optional<Result<ScanResult>> outcome;
	auto port = fabric.attach(Lid(2));
	Requester requester(time, *port, policy);
	Scan scan(requester, local, wanted, [&](Result<ScanResult> result) { outcome = std::move(result); });

	for (uint16_t lid = 10; lid < 110; lid++)
		fabric.add_target(Lid(lid)).faults.delay = 10ms;
	scan.start();
	time.run_for(5ms);
	fabric.unplug(Lid(2));
	time.run();
	ASSERT_TRUE(outcome);
	ASSERT_TRUE(*outcome);
	EXPECT_TRUE((*outcome)->units.empty());
	EXPECT_EQ((*outcome)->problems.size(), 100u);
}

// It says that it has 255 controllers, and nothing else. Neither it nor anybody who waits for the scan is worth that many timeouts.
TEST_F(DiscoveryTest, AUnitThatFallsSilent)
{
	auto &target = fabric.add_target(Lid(4));

	target.info.max_controllers = 255;
	for (unsigned int slot = 1; slot <= 255; slot++)
		target.info.set_slot(slot, Slot::Present);
	target.answers = 1;
	fabric.add_target(Lid(5));
	EXPECT_EQ(found(), "0005/ffff");
	EXPECT_LT(took, 6s);
	EXPECT_EQ(target.questions, 1u + 4 * 3) << "what waited for its turn is not asked";
	EXPECT_EQ(time.elapsed() - started, took) << "nor waited for";
	ASSERT_EQ(problems.size(), 1u);
	EXPECT_EQ(problems[0], "LID 0x0004, P_Key ffff: controller 1: no profile: no answer within 5000 ms; the rest is not asked for");
}

// What ports there are is asked for before it is known whether the SA can tell, and once again through the partition that reaches it.
TEST_F(DiscoveryTest, ThePortsAreAskedForAtOnce)
{
	fabric.add_target(Lid(4));
	fabric.at(Lid(1)).faults.delay = 100ms;
	EXPECT_EQ(found(), "0004/ffff");
	EXPECT_EQ(fabric.sa.questions, 3u);
	EXPECT_LT(took, 250ms) << "two answers of the SA after each other, not three";
	fabric.at(Lid(1)).pkeys = { Pkey(0x8001) };
	use_pkeys({ Pkey(0xffff), Pkey(0x8001) });
	EXPECT_EQ(found(), "0004/ffff");
	EXPECT_TRUE(problems.empty()) << problems[0];
}

// The same, but each answer comes just in time.
TEST_F(DiscoveryTest, AUnitThatTakesItsTime)
{
	auto &target = fabric.add_target(Lid(4));

	target.info.max_controllers = 255;
	for (unsigned int slot = 1; slot <= 255; slot++) {
		target.info.set_slot(slot, Slot::Present);
		target.controllers.push_back(target.controllers[0]);
		target.controllers.back().slot = slot;
	}
	target.faults.delay = 4900ms;
	fabric.add_target(Lid(5));
	EXPECT_EQ(found(), "0005/ffff");
	EXPECT_LT(took, 26s);
	EXPECT_LT(target.questions, 100u);
	ASSERT_EQ(problems.size(), 1u);
	EXPECT_EQ(problems[0], "LID 0x0004, P_Key ffff: the unit takes more than 20000 ms to describe its controllers; the rest is not asked for");
}

TEST_F(DiscoveryTest, NoRecordsAreAnEmptyTable)
{
	fabric.sa.empty_is_an_error = true;
	EXPECT_EQ(found(), "");
	EXPECT_TRUE(problems.empty()) << problems[0];
}

// Asked for the port of a switch by its LID alone, an SM that cannot select sees all of its ports.
TEST_F(DiscoveryTest, SwitchesAreNotAsked)
{
	fabric.sa.matches_capability_mask = false;
	fabric.add_target(Lid(4));
	fabric.add_host(Lid(5)).is_switch = true;
	EXPECT_EQ(found(), "0004/ffff");
	EXPECT_TRUE(problems.empty()) << problems[0];
}

} // namespace
