// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Questions on a fabric that loses, delays, repeats and refuses.
#include <gtest/gtest.h>

#include <set>

#include "clients.h"
#include "fake_fabric.h"
#include "simulated_time.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

class RequesterTest : public testing::Test {
protected:
	RequesterTest()
	{
		fabric.add_host(Lid(1));
		fabric.add_host(Lid(2));
		port = fabric.attach(Lid(2));
		use({});
	}
	void use(RequestPolicy policy)
	{
		requester.reset();
		requester = std::make_unique<Requester>(time, *port, policy);
		requester->set_pkeys({ Pkey(0xffff) });
	}
	// Asks for the I/O unit; "ok" or the error, and when it came.
	std::string ask(Lid lid)
	{
		std::string outcome = "nothing";

		dm().io_unit_info({ .lid = lid }, [&](Result<IoUnitInfo> info) { outcome = info ? "ok" : info.error().text; });
		time.run();
		return outcome;
	}
	DmClient dm() { return DmClient(*requester); }

	SimulatedTime time;
	FakeFabric fabric { time };
	std::unique_ptr<MadPort> port;
	std::unique_ptr<Requester> requester;
};

TEST_F(RequesterTest, Answer)
{
	fabric.add_target(Lid(4));
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().sent, 1u);
	EXPECT_LT(time.elapsed(), 60ms) << "nothing is left to wait for";
}

// The number of tries is real, the gaps grow, and all of them fit into the timeout.
TEST_F(RequesterTest, SilenceIsAskedAgain)
{
	auto &target = fabric.add_target(Lid(4));

	target.faults.ignore = 100;
	use({ .timeout = 7s, .tries = 3 });
	EXPECT_EQ(ask(Lid(4)), "no answer within 7000 ms");
	EXPECT_EQ(100 - target.faults.ignore, 3u);
	EXPECT_EQ(time.elapsed(), 7000ms);
	EXPECT_EQ(requester->counters().repeated, 2u);
	EXPECT_EQ(requester->counters().unanswered, 1u);
}

TEST_F(RequesterTest, ALostMessageCostsOneGap)
{
	fabric.add_target(Lid(4)).faults.ignore = 1;
	use({ .timeout = 7s, .tries = 3 });
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(time.elapsed(), 1000ms);
}

TEST_F(RequesterTest, OneTryIsOneTry)
{
	auto &target = fabric.add_target(Lid(4));

	target.faults.ignore = 100;
	use({ .timeout = 500ms, .tries = 1 });
	EXPECT_EQ(ask(Lid(4)), "no answer within 500 ms");
	EXPECT_EQ(target.faults.ignore, 99u);
	EXPECT_EQ(time.elapsed(), 500ms);
}

// It arrives after the question was repeated and is an answer all the same.
TEST_F(RequesterTest, ASlowAnswerCounts)
{
	fabric.add_target(Lid(4)).faults.delay = 6s;
	use({ .timeout = 7s, .tries = 3 });
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().answered, 1u);
	EXPECT_EQ(requester->counters().unexpected, 2u) << "the answers to the repetitions";
}

// A late answer is never taken for the answer to the next question.
TEST_F(RequesterTest, ALateAnswerIsNobodys)
{
	auto &slow = fabric.add_target(Lid(4));
	std::vector<std::string> outcomes;

	slow.faults.delay = 1100ms;
	use({ .timeout = 1s, .tries = 1 });
	dm().profile({ .lid = Lid(4) }, 1, [&](Result<IoControllerProfile> profile) {
		outcomes.push_back(profile ? "ok" : profile.error().text);
		fabric.at(Lid(4)).faults.delay = 500ms;
		dm().io_unit_info({ .lid = Lid(4) }, [&](Result<IoUnitInfo> info) { outcomes.push_back(info ? "unit" : info.error().text); });
	});
	time.run();
	EXPECT_EQ(outcomes, (std::vector<std::string> { "no answer within 1000 ms", "unit" }));
	EXPECT_EQ(requester->counters().unexpected, 1u);
}

TEST_F(RequesterTest, DuplicatesAreNobodys)
{
	fabric.add_target(Lid(4)).faults.duplicate = 1;
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().unexpected, 1u);
}

TEST_F(RequesterTest, BusyIsAskedAgainWithoutUsingUpTries)
{
	fabric.add_target(Lid(4)).faults.busy = 5;
	use({ .timeout = 5s, .tries = 1 });
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().busy, 5u);
	EXPECT_LT(time.elapsed(), 2s);

	fabric.at(Lid(4)).faults.busy = 1000;
	const auto before = time.elapsed();
	EXPECT_EQ(ask(Lid(4)), "always busy within 5000 ms");
	EXPECT_EQ(time.elapsed() - before, 5s);
}

TEST_F(RequesterTest, FollowsARedirection)
{
	fabric.add_target(Lid(5));
	fabric.add_target(Lid(4)).faults.redirect = Lid(5);
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().redirected, 1u) << "the second question goes there directly";

	// And back, if nobody is there any more.
	fabric.at(Lid(5)).faults.dead = true;
	EXPECT_EQ(ask(Lid(4)), "no answer within 5000 ms");
	fabric.at(Lid(4)).faults.redirect = Lid();
	EXPECT_EQ(ask(Lid(4)), "ok");
}

TEST_F(RequesterTest, ACircleOfRedirectionsEnds)
{
	fabric.add_target(Lid(5)).faults.redirect = Lid(4);
	fabric.add_target(Lid(4)).faults.redirect = Lid(5);
	EXPECT_EQ(ask(Lid(4)), "redirected too often");
}

// The window is per port and per destination, and every question has its turn.
TEST_F(RequesterTest, WindowsAreKept)
{
	unsigned int answers = 0;

	use({ .per_port = 8, .per_destination = 2 });
	for (uint16_t lid = 10; lid < 20; lid++) {
		fabric.add_target(Lid(lid));
		for (int i = 0; i < 50; i++)
			dm().io_unit_info({ .lid = Lid(lid) }, [&](Result<IoUnitInfo> info) { answers += bool(info); });
	}
	time.run();
	EXPECT_EQ(answers, 500u);
	EXPECT_EQ(requester->counters().sent, 500u);
	EXPECT_EQ(fabric.most_at_one_target, 2u);
}

// 100 silent ports in front of one that answers, and a window of 4: it waits for the window, not for the timeouts.
TEST_F(RequesterTest, SilentPortsDoNotBlockTheOthers)
{
	std::chrono::milliseconds answered_at {};

	use({ .timeout = 5s, .per_port = 4 });
	for (uint16_t lid = 100; lid < 200; lid++)
		dm().io_unit_info({ .lid = Lid(lid) }, [](Result<IoUnitInfo> info) { EXPECT_FALSE(info); });
	fabric.add_target(Lid(4));
	dm().io_unit_info({ .lid = Lid(4) }, [&](Result<IoUnitInfo> info) {
		EXPECT_TRUE(info);
		answered_at = time.elapsed();
	});
	time.run();
	EXPECT_LE(answered_at, 100 / 4 * 50ms + 1ms);
	EXPECT_LE(time.elapsed(), 100 / 4 * 50ms + 5s) << "and all of them together take one timeout";
}

// Others answer at once, so the silent one is asked three times and given up before a person notices.
TEST_F(RequesterTest, ADeadPortAmongQuickOnes)
{
	unsigned int answers = 0;
	std::string dead;

	use({ .adaptive = true });
	fabric.add_target(Lid(3)).faults.ignore = 100;
	dm().io_unit_info({ .lid = Lid(3) }, [&](Result<IoUnitInfo> info) { dead = info ? "ok" : info.error().text; });
	for (uint16_t lid = 4; lid < 104; lid++) {
		fabric.add_target(Lid(lid));
		dm().io_unit_info({ .lid = Lid(lid) }, [&](Result<IoUnitInfo> info) { answers += bool(info); });
	}
	time.run();
	EXPECT_EQ(answers, 100u);
	EXPECT_EQ(dead, "no answer within 238 ms");
	EXPECT_EQ(fabric.at(Lid(3)).faults.ignore, 97u) << "three tries";
}

// Where the others are slow as well, silence means less.
TEST_F(RequesterTest, ASlowTargetAmongSlowOnesIsNotGivenUp)
{
	std::map<Lid, std::string> outcomes;

	use({ .adaptive = true });
	for (uint16_t lid = 3; lid < 20; lid++)
		fabric.add_target(Lid(lid)).faults.delay = 100ms;
	fabric.at(Lid(3)).faults.delay = 4s;
	for (uint16_t lid = 3; lid < 20; lid++)
		dm().io_unit_info({ .lid = Lid(lid) }, [&, lid](Result<IoUnitInfo> info) { outcomes[Lid(lid)] = info ? "ok" : info.error().text; });
	time.run();
	for (uint16_t lid = 3; lid < 20; lid++)
		EXPECT_EQ(outcomes[Lid(lid)], "ok") << lid;
}

// Adaptive or not: before anybody answered there is nothing to learn from, a busy target is alive, and there is only one SA.
TEST_F(RequesterTest, WhoIsAskedWithAllPatience)
{
	std::string outcome;

	use({ .adaptive = true });
	fabric.add_target(Lid(4)).faults.dead = true;
	EXPECT_EQ(ask(Lid(4)), "no answer within 5000 ms") << "nobody has answered yet";
	fabric.add_target(Lid(5));
	EXPECT_EQ(ask(Lid(5)), "ok");
	EXPECT_EQ(ask(Lid(4)), "no answer within 238 ms");
	fabric.at(Lid(5)).faults.busy = 1000;
	EXPECT_EQ(ask(Lid(5)), "always busy within 5000 ms");
	fabric.at(Lid(1)).faults.dead = true;
	SaClient(*requester, { .lid = Lid(1) }).class_port_info([&](Result<ClassPortInfo> info) { outcome = info.error().text; });
	time.run();
	EXPECT_EQ(outcome, "no answer within 5000 ms");
}

TEST_F(RequesterTest, QuestionsOfOneAskerAreDropped)
{
	unsigned int mine = 0, others = 0;
	const int me = 0;

	use({ .per_port = 8, .per_destination = 2 });
	fabric.add_target(Lid(4));
	fabric.add_target(Lid(5)).faults.dead = true;
	for (int i = 0; i < 20; i++)
		for (uint16_t lid : { 4, 5 }) {
			DmClient(*requester, &me).io_unit_info({ .lid = Lid(lid) }, [&](Result<IoUnitInfo>) { mine++; });
			dm().io_unit_info({ .lid = Lid(lid) }, [&](Result<IoUnitInfo>) { others++; });
		}
	requester->drop(&me);
	time.run();
	EXPECT_EQ(mine, 0u);
	EXPECT_EQ(others, 40u);
	EXPECT_EQ(ask(Lid(4)), "ok") << "what they held is free again";
}

// A unit that is given up: its other questions, and nobody else's, through that partition only.
TEST_F(RequesterTest, QuestionsToOneAddressAreDropped)
{
	std::map<std::string, unsigned int> answered;
	const int me = 0, other = 0;
	const auto ask_some = [&](const std::string &name, const void *asker, const MadAddress &to) {
		for (int i = 0; i < 20; i++)
			DmClient(*requester, asker).io_unit_info(to, [&answered, name](Result<IoUnitInfo>) { answered[name]++; });
	};

	use({ .per_port = 8, .per_destination = 2 });
	fabric.add_target(Lid(4)).faults.delay = 10ms;
	fabric.add_target(Lid(5));
	ask_some("dropped", &me, { .lid = Lid(4) });
	ask_some("of another", &other, { .lid = Lid(4) });
	ask_some("in another partition", &me, { .lid = Lid(4), .pkey_index = 1 });
	ask_some("elsewhere", &me, { .lid = Lid(5) });
	time.run_for(15ms);	// some are answered, some are on their way, some wait
	const unsigned int before = answered["dropped"];
	EXPECT_GT(before, 0u);
	requester->drop(&me, { .lid = Lid(4) });
	time.run();
	EXPECT_EQ(answered, (std::map<std::string, unsigned int> {
				    { "dropped", before }, { "of another", 20 }, { "in another partition", 20 }, { "elsewhere", 20 } }));
	EXPECT_EQ(ask(Lid(4)), "ok") << "what they held is free again";
}

// Whoever hears that all is lost may say that nothing else matters.
TEST_F(RequesterTest, AReplyMayDropTheOthersWhileThePortGoes)
{
	unsigned int called = 0;
	const int me = 0;

	for (uint16_t lid = 4; lid < 20; lid++)
		DmClient(*requester, &me).io_unit_info({ .lid = Lid(lid) }, [&](Result<IoUnitInfo>) {
			called++;
			requester->drop(&me);
		});
	fabric.unplug(Lid(2));
	time.run();
	EXPECT_EQ(called, 1u);
}

TEST_F(RequesterTest, UnplugFailsEverything)
{
	unsigned int failed = 0;
	std::string gone;

	requester->on_gone([&](const Error &why) { gone = why.text; });
	for (int i = 0; i < 10; i++)
		dm().io_unit_info({ .lid = Lid(4) }, [&](Result<IoUnitInfo> info) {
			EXPECT_EQ(info.error().cause, Cause::System);
			failed++;
		});
	fabric.unplug(Lid(2));
	time.run();
	EXPECT_EQ(failed, 10u);
	EXPECT_EQ(gone, "no such device");
	EXPECT_LT(time.elapsed(), 60ms);
	EXPECT_EQ(ask(Lid(4)), "no such device");
}

TEST_F(RequesterTest, DestructionDropsEverything)
{
	bool called = false;

	fabric.add_target(Lid(4));
	for (int i = 0; i < 10; i++)
		dm().io_unit_info({ .lid = Lid(4) }, [&](Result<IoUnitInfo>) { called = true; });
	requester.reset();
	time.run();
	EXPECT_FALSE(called);
}

TEST_F(RequesterTest, Reports)
{
	SaClient sa(*requester, { .lid = Lid(1) });
	std::vector<Notice> notices;
	bool subscribed = false;

	ASSERT_TRUE(requester->receive_reports([&](const MadAddress &, const Message &report) { notices.push_back(*decode_report(report)); }));
	sa.inform({ .type = 3, .trap = kTrapInService, .producer = 4 }, [&](Result<InformInfo> info) { subscribed = bool(info); });
	time.run();
	ASSERT_TRUE(subscribed);
	fabric.trap({ .trap = kTrapInService, .gid = Gid(1, Guid(2)) });
	fabric.trap({ .trap = kTrapOutOfService, .gid = Gid(1, Guid(2)) });
	time.run();
	ASSERT_EQ(notices.size(), 1u) << "only what was asked for";
	EXPECT_EQ(notices[0].gid, Gid(1, Guid(2)));
	EXPECT_EQ(fabric.reports_acknowledged, 1u);
	EXPECT_EQ(requester->counters().unexpected, 0u) << "a report is no answer";
}

// Whoever guesses a transaction ID does not answer for others. LID 0 is what adapters say of messages that never left them.
TEST_F(RequesterTest, AnswersOfSomebodyElseAreNobodys)
{
	auto &target = fabric.add_target(Lid(4));

	target.faults.sender = Lid(9);
	EXPECT_EQ(ask(Lid(4)), "no answer within 5000 ms");
	EXPECT_EQ(requester->counters().unexpected, 3u);
	target.faults.sender = Lid(0);
	EXPECT_EQ(ask(Lid(4)), "ok");
}

TEST_F(RequesterTest, TransactionIdsBeginAtRandom)
{
	std::set<uint32_t> first;

	fabric.add_target(Lid(4));
	for (int i = 0; i < 4; i++) {
		use({});
		EXPECT_EQ(ask(Lid(4)), "ok");
		first.insert(fabric.last_transaction);
	}
	EXPECT_EQ(first.size(), 4u);
}

// A redirection that led nowhere is forgotten.
TEST_F(RequesterTest, ARedirectionThatLedTooFarIsForgotten)
{
	for (uint16_t lid = 4; lid < 9; lid++)
		fabric.add_target(Lid(lid)).faults.redirect = Lid(static_cast<uint16_t>(lid + 1));
	EXPECT_EQ(ask(Lid(4)), "redirected too often");
	fabric.at(Lid(4)).faults.redirect = Lid();
	EXPECT_EQ(ask(Lid(4)), "ok");
	EXPECT_EQ(requester->counters().redirected, 2u);
}

// An event of the port: who is where may be different now.
TEST_F(RequesterTest, RedirectionsAreForgottenOnRequest)
{
	fabric.add_target(Lid(5));
	fabric.add_target(Lid(4)).faults.redirect = Lid(5);
	EXPECT_EQ(ask(Lid(4)), "ok");
	fabric.at(Lid(5)).faults.dead = true;
	fabric.at(Lid(4)).faults.redirect = Lid();
	requester->forget_redirections();
	EXPECT_EQ(ask(Lid(4)), "ok");
}

// A port whose answers are written by the test.
class ScriptedPort : public MadPort {
public:
	void set_receiver(Receiver *receiver) override { receiver_ = receiver; }
	Result<void> send(const MadAddress &, const Mad &mad, Duration) override
	{
		sent.push_back(mad);
		return {};
	}
	Result<void> receive_reports() override { return {}; }
	// The answer to the question of that number.
	void answer(size_t number, uint16_t status, const ClassPortInfo &info = {})
	{
		MadHeader header = *decode_header(Bytes(sent.at(number)));
		Message message(kMadSize);

		header.method = Method::GetResp;
		header.status = status;
		encode(header, MutableRecord<24>(message.data(), 24));
		encode(info, MutableRecord<ClassPortInfo::kSize>(message.data() + kDmDataOffset, ClassPortInfo::kSize));
		receiver_->on_mad({ .lid = Lid(4) }, message);
	}

	std::vector<Mad> sent;

private:
	Receiver *receiver_ = nullptr;
};

// Several tries are on their way, one is redirected, and all say "busy": the question is asked again and again all the same.
TEST_F(RequesterTest, BusyAnswersOfSeveralTries)
{
	ScriptedPort scripted;
	Requester one(time, scripted, { .timeout = 7s, .tries = 3 });

	DmClient(one).io_unit_info({ .lid = Lid(4) }, [](Result<IoUnitInfo> info) { EXPECT_FALSE(info); });
	time.run_for(1100ms);
	ASSERT_EQ(scripted.sent.size(), 2u);
	scripted.answer(1, kStatusRedirect, { .redirect_lid = Lid(4), .redirect_qpn = 77 });
	ASSERT_EQ(scripted.sent.size(), 3u);
	scripted.answer(0, kStatusBusy);
	scripted.answer(2, kStatusBusy);
	time.run();
	EXPECT_EQ(scripted.sent.size(), 6u) << "three more tries";
}

} // namespace
