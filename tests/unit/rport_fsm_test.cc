// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The state machine: every pair against a table written from the specification, and a
// walk over all short histories with a model that executes the actions.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pure.h"

namespace {

constexpr int kOff = SRP_TMO_OFF;

const std::vector<struct srp_tmo> kTmos = {
	{ 10, 15, 600 }, { 10, 15, kOff }, { 10, kOff, 600 }, { 10, kOff, 0 }, { 10, kOff, kOff },
	{ kOff, 15, 600 }, { kOff, 0, 0 }, { kOff, 15, kOff }, { kOff, kOff, 600 },
};

std::string Text(const struct srp_tmo &t)
{
	return "{" + std::to_string(t.reconnect_delay) + " " + std::to_string(t.fast_io_fail) + " " +
	       std::to_string(t.dev_loss) + "}";
}

// One letter per action, in the order of execution.
std::string Letters(unsigned int actions)
{
	static const char letters[] = "sFDcnBUOTRX";
	std::string res;

	for (unsigned int i = 0; letters[i]; i++)
		if (actions & 1u << i)
			res += letters[i];
	EXPECT_EQ(actions >> (sizeof(letters) - 1), 0u);
	return res;
}

struct Row {
	char state;		// R B F L
	const char *event;	// ERR START OK FAIL FAST LOSS STOP
	const char *when;	// time-outs that are set: any of "f" and "d", "-" none, "*" whatever
	char next;
	const char *actions;
};

// s stop timers, F start fast_io_fail, D start dev_loss, c clear failures, n count failure,
// B block, U unblock, O offline, T terminate, R reconnect, X delete
const Row kSpec[] = {
	{ 'R', "ERR", "fd", 'B', "FDBR" },
	{ 'R', "ERR", "f", 'B', "FDBR" },
	{ 'R', "ERR", "d", 'B', "FDBR" },
	{ 'R', "ERR", "-", 'R', "R" },
	{ 'R', "START", "*", 'R', "B" },
	{ 'R', "OK", "*", 'R', "scU" },
	{ 'R', "FAIL", "fd", 'F', "DnOTR" },
	{ 'R', "FAIL", "f", 'F', "DnOTR" },
	{ 'R', "FAIL", "d", 'B', "DnBR" },
	{ 'R', "FAIL", "-", 'R', "nUR" },
	{ 'R', "FAST", "*", 'R', "" },
	{ 'R', "LOSS", "*", 'R', "" },
	{ 'R', "STOP", "*", 'L', "sOT" },
	{ 'B', "ERR", "*", 'B', "R" },
	{ 'B', "START", "*", 'B', "" },
	{ 'B', "OK", "*", 'R', "scU" },
	{ 'B', "FAIL", "*", 'B', "nR" },
	{ 'B', "FAST", "*", 'F', "DOT" },
	{ 'B', "LOSS", "*", 'L', "sOTX" },
	{ 'B', "STOP", "*", 'L', "sOT" },
	{ 'F', "ERR", "*", 'F', "R" },
	{ 'F', "START", "*", 'F', "" },
	{ 'F', "OK", "*", 'R', "scU" },
	{ 'F', "FAIL", "*", 'F', "nOTR" },
	{ 'F', "FAST", "*", 'F', "" },
	{ 'F', "LOSS", "*", 'L', "sOTX" },
	{ 'F', "STOP", "*", 'L', "sOT" },
	{ 'L', "ERR", "*", 'L', "" },
	{ 'L', "START", "*", 'L', "" },
	{ 'L', "OK", "*", 'L', "" },
	{ 'L', "FAIL", "*", 'L', "" },
	{ 'L', "FAST", "*", 'L', "" },
	{ 'L', "LOSS", "*", 'L', "" },
	{ 'L', "STOP", "*", 'L', "" },
};

const char kStates[] = "RBFL";
const char *const kEvents[] = { "ERR", "START", "OK", "FAIL", "FAST", "LOSS", "STOP" };

const Row *FindRow(char state, const std::string &event, const struct srp_tmo &tmo)
{
	std::string when = std::string(tmo.fast_io_fail >= 0 ? "f" : "") +
			   (tmo.dev_loss >= 0 ? "d" : "");
	const Row *found = nullptr;

	if (when.empty())
		when = "-";
	for (const Row &row : kSpec)
		if (row.state == state && event == row.event &&
		    (when == row.when || std::string(row.when) == "*")) {
			EXPECT_EQ(found, nullptr) << "two rows for " << state << " " << event;
			found = &row;
		}
	return found;
}

TEST(RportFsm, EveryPairIsAsSpecified)
{
	int pairs = 0;

	static_assert(sizeof(kStates) - 1 == SRP_RPORT_STATES);
	static_assert(sizeof(kEvents) / sizeof(kEvents[0]) == SRP_RPORT_EVENTS);
	for (int state = 0; state < SRP_RPORT_STATES; state++)
		for (int ev = 0; ev < SRP_RPORT_EVENTS; ev++)
			for (const struct srp_tmo &tmo : kTmos) {
				const Row *row = FindRow(kStates[state], kEvents[ev], tmo);
				struct srp_rport_step step = srp_rport_next(
					(enum srp_rport_state)state, (enum srp_rport_event)ev, &tmo);

				ASSERT_NE(row, nullptr) << kStates[state] << " " << kEvents[ev];
				ASSERT_LT((unsigned int)step.next, (unsigned int)SRP_RPORT_STATES);
				EXPECT_EQ(kStates[step.next], row->next)
					<< kStates[state] << " " << kEvents[ev] << " " << Text(tmo);
				EXPECT_EQ(Letters(step.actions), row->actions)
					<< kStates[state] << " " << kEvents[ev] << " " << Text(tmo);
				pairs++;
			}
	EXPECT_EQ(pairs, 4 * 7 * 9);
}

TEST(RportFsm, ImpossibleValuesChangeNothing)
{
	const struct srp_tmo tmo = { 10, 15, 600 };
	struct srp_rport_step step;

	step = srp_rport_next(SRP_RPORT_RUNNING, (enum srp_rport_event)SRP_RPORT_EVENTS, &tmo);
	EXPECT_EQ(step.next, SRP_RPORT_RUNNING);
	EXPECT_EQ(step.actions, 0u);
	step = srp_rport_next((enum srp_rport_state)SRP_RPORT_STATES, SRP_EV_ERROR, &tmo);
	EXPECT_EQ((int)step.next, (int)SRP_RPORT_STATES);
	EXPECT_EQ(step.actions, 0u);
}

TEST(RportFsm, StatesHaveTheNamesOfSysfs)
{
	EXPECT_STREQ(srp_rport_state_name(SRP_RPORT_RUNNING), "running");
	EXPECT_STREQ(srp_rport_state_name(SRP_RPORT_BLOCKED), "blocked");
	EXPECT_STREQ(srp_rport_state_name(SRP_RPORT_FAIL_FAST), "fail-fast");
	EXPECT_STREQ(srp_rport_state_name(SRP_RPORT_LOST), "lost");
	EXPECT_STREQ(srp_rport_state_name((enum srp_rport_state)SRP_RPORT_STATES), "???");
	EXPECT_STREQ(srp_rport_state_name((enum srp_rport_state)77), "???");
}

// What the actions do to a host, in the order in which the interface promises to execute them.
struct Model {
	enum Devices { kRunning, kBlocked, kOffline };

	enum srp_rport_state state = SRP_RPORT_RUNNING;
	Devices devices = kRunning;
	bool fast_timer = false;
	bool loss_timer = false;
	bool reconnect_queued = false;
	bool attempt = false;		// a reconnect attempt is under way
	bool terminated = false;	// since I/O was last let through
	unsigned int failures = 0;
	unsigned int deletes = 0;

	void Step(enum srp_rport_event ev, const struct srp_tmo &tmo);
};

void Model::Step(enum srp_rport_event ev, const struct srp_tmo &tmo)
{
	const Model before = *this;
	struct srp_rport_step step = srp_rport_next(state, ev, &tmo);
	unsigned int todo = step.actions;

	if (ev == SRP_EV_FAST_IO_FAIL)
		fast_timer = false;
	if (ev == SRP_EV_DEV_LOSS)
		loss_timer = false;
	if (ev == SRP_EV_RECONNECT_START) {
		attempt = true;
		reconnect_queued = false;
	}
	if (ev == SRP_EV_RECONNECT_OK || ev == SRP_EV_RECONNECT_FAILED)
		attempt = false;

	state = step.next;
	if (todo & SRP_DO_STOP_TIMERS)
		fast_timer = loss_timer = false;
	if (todo & SRP_DO_START_FAST_FAIL && tmo.fast_io_fail >= 0)
		fast_timer = true;
	if (todo & SRP_DO_START_DEV_LOSS && tmo.dev_loss >= 0)
		loss_timer = true;
	if (todo & SRP_DO_CLEAR_FAILURES)
		failures = 0;
	if (todo & SRP_DO_COUNT_FAILURE)
		failures++;
	if (todo & SRP_DO_BLOCK) {
		// The SCSI core has no transition from transport-offline to blocked.
		ASSERT_NE(devices, kOffline);
		ASSERT_NE(before.state, SRP_RPORT_FAIL_FAST);
		ASSERT_NE(before.state, SRP_RPORT_LOST);
		devices = kBlocked;
	}
	if (todo & SRP_DO_UNBLOCK) {
		ASSERT_EQ(state, SRP_RPORT_RUNNING);
		devices = kRunning;
		terminated = false;
	}
	if (todo & SRP_DO_OFFLINE)
		devices = kOffline;
	if (todo & SRP_DO_TERMINATE)
		terminated = true;
	if (todo & SRP_DO_RECONNECT && tmo.reconnect_delay > 0)
		reconnect_queued = true;
	if (todo & SRP_DO_DELETE)
		deletes++;

	// An action without its opposite in the same step.
	ASSERT_FALSE(todo & SRP_DO_BLOCK && todo & SRP_DO_UNBLOCK);
	ASSERT_FALSE(todo & SRP_DO_OFFLINE && todo & SRP_DO_UNBLOCK);
	ASSERT_FALSE(todo & SRP_DO_STOP_TIMERS && todo & SRP_DO_START_DEV_LOSS);
	// Nothing leaves lost, and nothing happens there.
	if (before.state == SRP_RPORT_LOST) {
		ASSERT_EQ(state, SRP_RPORT_LOST);
		ASSERT_EQ(todo, 0u);
	}
	if (ev == SRP_EV_STOP) {
		ASSERT_EQ(state, SRP_RPORT_LOST);
	}
	// After a success everything is as if nothing had happened.
	if (ev == SRP_EV_RECONNECT_OK && before.state != SRP_RPORT_LOST) {
		ASSERT_EQ(state, SRP_RPORT_RUNNING);
		ASSERT_EQ(devices, kRunning);
		ASSERT_FALSE(fast_timer);
		ASSERT_FALSE(loss_timer);
		ASSERT_EQ(failures, 0u);
	}
	// Every failure is followed by another attempt, if attempts are wanted at all.
	if ((ev == SRP_EV_RECONNECT_FAILED || ev == SRP_EV_ERROR) &&
	    before.state != SRP_RPORT_LOST && tmo.reconnect_delay > 0) {
		ASSERT_TRUE(reconnect_queued);
	}
	if (ev == SRP_EV_RECONNECT_FAILED && before.state != SRP_RPORT_LOST) {
		ASSERT_EQ(failures, before.failures + 1);
	}
	// The driver is asked for removal once, and only when dev_loss_tmo expired.
	ASSERT_LE(deletes, 1u);
	ASSERT_EQ(deletes != before.deletes,
		  ev == SRP_EV_DEV_LOSS && before.state != SRP_RPORT_LOST &&
		  before.state != SRP_RPORT_RUNNING);
}

// What must hold between steps while nobody changes the time-outs.
void CheckState(const Model &m, const struct srp_tmo &tmo)
{
	bool both_off = tmo.fast_io_fail < 0 && tmo.dev_loss < 0;

	switch (m.state) {
	case SRP_RPORT_RUNNING:
		ASSERT_NE(m.devices, Model::kOffline);
		// Only an attempt holds I/O back while the port is running.
		ASSERT_EQ(m.devices == Model::kBlocked, m.attempt);
		break;
	case SRP_RPORT_BLOCKED:
		ASSERT_FALSE(both_off);
		ASSERT_EQ(m.devices, Model::kBlocked);
		// Nobody may wait for ever.
		ASSERT_TRUE(m.fast_timer || m.loss_timer);
		break;
	case SRP_RPORT_FAIL_FAST:
		ASSERT_EQ(m.devices, Model::kOffline);
		ASSERT_TRUE(m.terminated);
		if (tmo.dev_loss >= 0) {
			ASSERT_TRUE(m.loss_timer);
		}
		break;
	case SRP_RPORT_LOST:
		ASSERT_EQ(m.devices, Model::kOffline);
		ASSERT_TRUE(m.terminated);
		ASSERT_FALSE(m.fast_timer);
		ASSERT_FALSE(m.loss_timer);
		break;
	default:
		FAIL() << "impossible state";
	}
}

// Events that can come next. A timer whose cancellation came too late may still fire once,
// which the state machine must survive; that is the business of the second walk.
bool Possible(const Model &m, enum srp_rport_event ev)
{
	switch (ev) {
	case SRP_EV_RECONNECT_START:
		return !m.attempt;
	case SRP_EV_RECONNECT_OK:
	case SRP_EV_RECONNECT_FAILED:
		return m.attempt;
	case SRP_EV_FAST_IO_FAIL:
		return m.fast_timer;
	case SRP_EV_DEV_LOSS:
		return m.loss_timer;
	default:
		return true;
	}
}

void Walk(const Model &m, const struct srp_tmo &tmo, int depth, long *steps)
{
	for (int i = 0; i < SRP_RPORT_EVENTS && depth; i++) {
		enum srp_rport_event ev = (enum srp_rport_event)i;
		Model next = m;

		if (!Possible(m, ev))
			continue;
		next.Step(ev, tmo);
		if (testing::Test::HasFatalFailure())
			return;
		CheckState(next, tmo);
		if (testing::Test::HasFatalFailure()) {
			ADD_FAILURE() << kStates[m.state] << " " << kEvents[i] << " " << Text(tmo);
			return;
		}
		++*steps;
		Walk(next, tmo, depth - 1, steps);
		if (testing::Test::HasFatalFailure())
			return;
	}
}

TEST(RportFsm, NoPossibleHistoryBreaksAnInvariant)
{
	for (const struct srp_tmo &tmo : kTmos) {
		long steps = 0;

		Walk(Model(), tmo, 9, &steps);
		if (HasFatalFailure())
			return;
		EXPECT_GT(steps, 10000) << Text(tmo);
	}
}

// All events at any time, and time-outs that change under way: what must hold even then is
// asserted by Model::Step().
void WalkAnything(const Model &m, int tmo_index, int depth, long *steps)
{
	for (int i = 0; i < SRP_RPORT_EVENTS && depth; i++)
		for (int t : { tmo_index, (tmo_index + 1) % (int)kTmos.size() }) {
			Model next = m;

			next.Step((enum srp_rport_event)i, kTmos[t]);
			if (testing::Test::HasFatalFailure())
				return;
			if (next.state == SRP_RPORT_FAIL_FAST || next.state == SRP_RPORT_LOST)
				ASSERT_EQ(next.devices, Model::kOffline);
			else
				ASSERT_NE(next.devices, Model::kOffline);
			++*steps;
			WalkAnything(next, t, depth - 1, steps);
			if (testing::Test::HasFatalFailure())
				return;
		}
}

TEST(RportFsm, StrayEventsAndChangedTimeoutsAreSurvived)
{
	long steps = 0;

	for (int t = 0; t < (int)kTmos.size(); t++) {
		WalkAnything(Model(), t, 5, &steps);
		if (HasFatalFailure())
			return;
	}
	EXPECT_GT(steps, 100000);
}

}  // namespace
