// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Against somebody else's subnet manager: opensm on ibsim. Started by ./run, which sets the simulator up:
// a switch S1 with opensm, hosts H1 (ours), H2 and H3 (targets), all of them with the device management bit.
#include <gtest/gtest.h>
#include <regex>

#include <cstdlib>

#include <fmt/format.h>

#include "dm.h"
#include "discovery.h"
#include "ibsim_port.h"
#include "login.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

// An I/O unit with one controller and one service.
class Unit : public MadPort::Receiver {
public:
	Unit(MadPort &port, uint64_t guid) : port_(port), guid_(guid) { port_.set_receiver(this); }
	~Unit() override { port_.set_receiver(nullptr); }

	void on_gone(const Error &) override {}
	void on_mad(const MadAddress &from, Message message) override
	{
		MadHeader header = *decode_header(message);
		Mad answer {};
		MutableRecord<kMadSize> to(answer);

		if (header.mgmt_class != MgmtClass::DeviceMgmt || header.method != Method::Get)
			return;
		questions++;
		header.method = Method::GetResp;
		encode(header, to.first<24>());
		if (header.attribute == Attribute::IoUnitInfo) {
			IoUnitInfo info = { .change_id = 1, .max_controllers = 1 };
			info.set_slot(1, Slot::Present);
			encode(info, to.subspan<kDmDataOffset, IoUnitInfo::kSize>());
		} else if (header.attribute == Attribute::IoControllerProfile) {
			encode(IoControllerProfile { .guid = Guid(guid_), .io_class = kIoClassRev16a, .send_message_size = 2116, .service_entries = 1 },
			       to.subspan<kDmDataOffset, IoControllerProfile::kSize>());
		} else {
			encode(ServiceEntry { fmt::format("SRP.T10:{:016x}", guid_), ServiceId(guid_) },
			       to.subspan<kDmDataOffset, ServiceEntry::kSize>());
		}
		EXPECT_TRUE(port_.send(from, answer, 0ms));
	}

	unsigned int questions = 0;

private:
	MadPort &port_;
	const uint64_t guid_;
};

class IbsimTest : public testing::Test {
protected:
	// One connection for all tests: ibsim is slow to forget a client.
	static void SetUpTestSuite()
	{
		for (const char *name : { "IBSIM_SOCKNAME", "IBSIM_LID", "IBSIM_SM_LID", "IBSIM_GID", "IBSIM_H2_GID", "IBSIM_H3_GID", "IBSIM_H3_LID" })
			ASSERT_TRUE(getenv(name)) << name << " is set by tests/fabric/run, which starts this";
		const char *simulator = getenv("IBSIM_SOCKNAME"), *lid = getenv("IBSIM_LID"), *sm = getenv("IBSIM_SM_LID"), *gid = getenv("IBSIM_GID");
		auto created = EventLoop::create();
		ASSERT_TRUE(created);
		loop = std::move(*created);
		unsigned int id = 100;	// of ours
		for (const char *node : { "H1", "H2", "H3" }) {
			auto port = IbsimPort::connect(*loop, simulator, node, id++, node[1] != '1');
			ASSERT_TRUE(port) << port.error().text;
			ports.push_back(std::move(*port));
		}
		local = { .name = { "ibsim0", 1 }, .link_layer = "InfiniBand", .active = true, .lid = Lid(static_cast<uint16_t>(atoi(lid))),
			  .sm_lid = Lid(static_cast<uint16_t>(atoi(sm))), .gid = *Gid::parse(gid), .pkeys = { Pkey(0xffff) } };
	}

	static void TearDownTestSuite()
	{
		ports.clear();
		loop.reset();
	}

	// Runs until it holds, at most that long.
	template <class Condition> static bool wait(Condition condition, Duration most = 10s)
	{
		const TimePoint end = Clock::now() + most;
		while (!condition() && Clock::now() < end) {
			const Timer timer = loop->after(5ms, [] { loop->stop(); });
			loop->run();
		}
		return condition();
	}

	static inline std::unique_ptr<EventLoop> loop;
	static inline std::vector<std::unique_ptr<IbsimPort>> ports;
	static inline LocalPort local;
};

// The simulator cuts every message at 256 bytes, so of opensm's table the first two ports arrive: H1 itself, which has the bit and
// nobody behind it, and H2. H3 is asked for by its LID, as after a trap.
TEST_F(IbsimTest, Scan)
{
	Unit h2(*ports[1], 0xa2), h3(*ports[2], 0xa3);
	Requester requester(*loop, *ports[0], { .timeout = 1s, .tries = 2 });
	const auto found = [&](auto... where) {
		std::optional<Result<ScanResult>> outcome;
		Scan scan(requester, local, {}, [&](Result<ScanResult> result) { outcome = std::move(result); });
		std::string text;
		scan.start(where...);
		if (!wait([&] { return outcome.has_value(); }))
			return std::string("never done");
		if (!*outcome)
			return outcome->error().text;
		std::vector<Error> problems = (*outcome)->problems;
		for (const IoUnit &unit : (*outcome)->units)
			for (const Target &target : targets_of(unit, problems))
				text += login_string(target, {}, "") + "\n";
		for (const Error &problem : problems)
			text += problem.text + "\n";
		// This clock runs on while the machine does something else.
		return std::regex_replace(text, std::regex("within 1[0-9]{3} ms"), "in time");
	};
	const auto login = [](const char *id, const char *gid) {
		return fmt::format("id_ext={0},ioc_guid={0},dgid={1},pkey=ffff,service_id={0}\n", id, gid);
	};

	EXPECT_EQ(found(), login("00000000000000a2", getenv("IBSIM_H2_GID")) +
				   fmt::format("LID 0x{}, P_Key ffff: failed to get iou info: no answer in time\n", local.lid.text()));
	EXPECT_EQ(h2.questions, 3u);
	EXPECT_EQ(found(Lid(static_cast<uint16_t>(atoi(getenv("IBSIM_H3_LID"))))), login("00000000000000a3", getenv("IBSIM_H3_GID")));
	EXPECT_EQ(h3.questions, 3u);
}

// opensm says of a P_Key that is not shared: no records.
TEST_F(IbsimTest, APkeyThatIsNotShared)
{
	Requester requester(*loop, *ports[0], { .timeout = 2s });
	SaClient sa(requester, { .lid = local.sm_lid });
	std::string ours, foreign;

	sa.path(local.lid, local.sm_lid, Pkey(0xffff), [&](Result<PathRecord> path) { ours = path ? path->pkey.text() : path.error().text; });
	sa.path(local.lid, local.sm_lid, Pkey(0x8123), [&](Result<PathRecord> path) { foreign = path ? path->pkey.text() : path.error().text; });
	ASSERT_TRUE(wait([&] { return !ours.empty() && !foreign.empty(); }));
	EXPECT_EQ(ours, "ffff");
	EXPECT_EQ(foreign, "MAD status 0x0300 (no records)");
}

TEST_F(IbsimTest, AnswersOfOpensm)
{
	Requester requester(*loop, *ports[0], { .timeout = 2s });
	SaClient sa(requester, { .lid = local.sm_lid });
	std::optional<Result<ClassPortInfo>> info;
	std::optional<Result<PortInfoRecord>> port;
	std::optional<Result<PathRecord>> path;

	sa.class_port_info([&](Result<ClassPortInfo> result) { info = std::move(result); });
	sa.port(local.lid, [&](Result<PortInfoRecord> result) { port = std::move(result); });
	sa.path(local.gid, local.gid, [&](Result<PathRecord> result) { path = std::move(result); });
	ASSERT_TRUE(wait([&] { return info && port && path; }));
	ASSERT_TRUE(*info && *port && *path);
	EXPECT_TRUE((*info)->capability_mask & kSaMatchesCapabilityMask);
	EXPECT_EQ((*port)->lid, local.lid);
	EXPECT_TRUE((*port)->capability_mask & kIsDeviceManagement);
	EXPECT_EQ((*path)->dlid, local.lid);
	EXPECT_EQ((*path)->dgid, local.gid);
}

TEST_F(IbsimTest, Subscriptions)
{
	Requester requester(*loop, *ports[0], { .timeout = 2s });
	SaClient sa(requester, { .lid = local.sm_lid });
	unsigned int answers = 0;
	const auto all = [&](bool subscribe, auto check) {
		const auto count = [&, check](Result<InformInfo> info) {
			answers++;
			check(info);
		};
		sa.inform({ .subscribe = subscribe, .type = 3, .trap = kTrapInService, .producer = 4 }, count);
		sa.inform({ .subscribe = subscribe, .type = 3, .trap = kTrapOutOfService, .producer = 4 }, count);
		sa.inform({ .subscribe = subscribe, .type = 4, .trap = kTrapLocalChanges, .producer = 1 }, count);
	};

	all(true, [](const auto &info) { EXPECT_TRUE(info) << info.error().text; });
	ASSERT_TRUE(wait([&] { return answers == 3; }));
	// On ibsim opensm does not always find a subscription that it confirmed; then it says so.
	all(false, [](const auto &info) { EXPECT_TRUE(info || info.error().text.find("(request invalid)") != std::string::npos) << info.error().text; });
	ASSERT_TRUE(wait([&] { return answers == 6; }));
}

} // namespace
