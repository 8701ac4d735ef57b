// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Time-outs: text, the rules among the three, growth of the reconnect delay.
#include <gtest/gtest.h>

#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include "pure.h"

namespace {

constexpr int kUntouched = 4711;

struct ParseCase {
	const char *text;
	int err;
	int secs;
};

class TmoParse : public testing::TestWithParam<ParseCase> {};

TEST_P(TmoParse, GivesSecondsOrErrno)
{
	const ParseCase &c = GetParam();
	int secs = kUntouched;

	EXPECT_EQ(srp_tmo_parse(c.text, &secs), c.err) << "'" << c.text << "'";
	EXPECT_EQ(secs, c.err ? kUntouched : c.secs) << "'" << c.text << "'";
}

INSTANTIATE_TEST_SUITE_P(Good, TmoParse, testing::Values(
	ParseCase{"0", 0, 0}, ParseCase{"1", 0, 1}, ParseCase{"15", 0, 15},
	ParseCase{"15\n", 0, 15}, ParseCase{"600", 0, 600}, ParseCase{"0x10", 0, 16},
	ParseCase{"0X1f\n", 0, 31}, ParseCase{"010", 0, 8}, ParseCase{"2147483647", 0, INT_MAX},
	ParseCase{"-1", 0, SRP_TMO_OFF}, ParseCase{"-1\n", 0, SRP_TMO_OFF},
	ParseCase{"-7", 0, SRP_TMO_OFF}, ParseCase{"-2147483648", 0, SRP_TMO_OFF},
	ParseCase{"off", 0, SRP_TMO_OFF}, ParseCase{"off\n", 0, SRP_TMO_OFF},
	ParseCase{"off ", 0, SRP_TMO_OFF}, ParseCase{"offline", 0, SRP_TMO_OFF}));

INSTANTIATE_TEST_SUITE_P(Bad, TmoParse, testing::Values(
	ParseCase{"", -EINVAL, 0}, ParseCase{"\n", -EINVAL, 0}, ParseCase{" 1", -EINVAL, 0},
	ParseCase{"1 ", -EINVAL, 0}, ParseCase{"1\n\n", -EINVAL, 0}, ParseCase{"1s", -EINVAL, 0},
	ParseCase{"1.5", -EINVAL, 0}, ParseCase{"of", -EINVAL, 0}, ParseCase{"Off", -EINVAL, 0},
	ParseCase{"OFF", -EINVAL, 0}, ParseCase{"on", -EINVAL, 0}, ParseCase{"08", -EINVAL, 0},
	ParseCase{"0x", -EINVAL, 0}, ParseCase{"0xg", -EINVAL, 0}, ParseCase{"--1", -EINVAL, 0},
	ParseCase{"-", -EINVAL, 0}, ParseCase{"-off", -EINVAL, 0}, ParseCase{"abc", -EINVAL, 0},
	ParseCase{"2147483648", -ERANGE, 0}, ParseCase{"-2147483649", -ERANGE, 0},
	ParseCase{"4294967295", -ERANGE, 0}, ParseCase{"99999999999999999999", -ERANGE, 0}));

TEST(TmoFormat, WritesNumberOrOff)
{
	const struct { int secs; const char *text; } cases[] = {
		{ 0, "0" }, { 1, "1" }, { 600, "600" }, { INT_MAX, "2147483647" },
		{ SRP_TMO_OFF, "off" }, { -5, "off" }, { INT_MIN, "off" },
	};

	for (const auto &c : cases) {
		char buf[16];

		EXPECT_EQ(srp_tmo_format(buf, sizeof(buf), c.secs), (int)strlen(c.text));
		EXPECT_STREQ(buf, c.text);
	}
}

TEST(TmoFormat, NeverWritesBeyondTheBuffer)
{
	std::vector<char> buf(3, 'x');

	EXPECT_EQ(srp_tmo_format(buf.data(), 3, 1234), 4);
	EXPECT_STREQ(buf.data(), "12");
	EXPECT_EQ(srp_tmo_format(buf.data(), 3, -1), 3);
	EXPECT_STREQ(buf.data(), "of");
}

TEST(TmoFormat, IsReadBackUnchanged)
{
	for (int secs : { -1, 0, 1, 10, 15, 600, 601, INT_MAX }) {
		char buf[16];
		int back = kUntouched;

		srp_tmo_format(buf, sizeof(buf), secs);
		ASSERT_EQ(srp_tmo_parse(buf, &back), 0);
		EXPECT_EQ(back, secs);
	}
}

// Specification 8.1 with decision 3, one clause per line; unlike the code under test
// it says which combinations are good.
bool GoodTriple(int reconnect, int fast, int loss, long max_secs)
{
	bool something_on = !(reconnect < 0 && fast < 0 && loss < 0);
	bool reconnect_ok = reconnect < 0 || reconnect > 0;
	bool fast_ok = fast < 0 || fast <= 600;
	bool block_ok = fast >= 0 || loss < 0 || loss <= 600;
	bool timer_ok = loss < 0 || (long)loss < max_secs;
	bool order_ok = fast < 0 || loss < 0 || fast <= loss;

	return something_on && reconnect_ok && fast_ok && block_ok && timer_ok && order_ok;
}

TEST(TmoCheck, AgreesWithTheSpecificationForEveryTriple)
{
	const std::vector<int> values = { SRP_TMO_OFF, -17, 0, 1, 10, 15, 599, 600, 601, INT_MAX };
	int good = 0, bad = 0;

	for (long max_secs : { 601L, 2147483647L / 1000, (long)INT_MAX, LONG_MAX / 250, LONG_MAX })
		for (int reconnect : values)
			for (int fast : values)
				for (int loss : values) {
					struct srp_tmo tmo = { reconnect, fast, loss };
					const char *why = srp_tmo_check(&tmo, max_secs);

					EXPECT_EQ(why == nullptr, GoodTriple(reconnect, fast, loss, max_secs))
						<< reconnect << " " << fast << " " << loss << ": "
						<< (why ? why : "accepted");
					if (!why) {
						good++;
						continue;
					}
					bad++;
					// A usable sentence names a setting and fits a log line.
					EXPECT_TRUE(strstr(why, "reconnect_delay") || strstr(why, "_tmo")) << why;
					EXPECT_EQ(strchr(why, '\n'), nullptr);
				}
	EXPECT_GT(good, 500);
	EXPECT_GT(bad, 500);
}

TEST(TmoCheck, NamesTheRuleThatIsBroken)
{
	const struct { struct srp_tmo tmo; const char *part; } cases[] = {
		{ { -1, -1, -1 }, "must not all be off" },
		{ { 0, 15, 600 }, "reconnect_delay must not be 0" },
		{ { 0, -1, -1 }, "reconnect_delay must not be 0" },
		{ { 10, 601, -1 }, "fast_io_fail_tmo must not exceed 600" },
		{ { 10, -1, 601 }, "while fast_io_fail_tmo is off" },
		{ { 10, 15, INT_MAX }, "longer than a kernel timer" },
		{ { 10, 15, 14 }, "fast_io_fail_tmo must not exceed dev_loss_tmo" },
	};

	for (const auto &c : cases) {
		const char *why = srp_tmo_check(&c.tmo, 1000000);

		ASSERT_NE(why, nullptr) << c.part;
		EXPECT_NE(strstr(why, c.part), nullptr) << why;
	}
}

// Step 6 of the README: echo 15 > dev_loss_tmo, then echo 10 > fast_io_fail_tmo.
TEST(TmoCheck, AcceptsTheReadmeSequence)
{
	struct srp_tmo tmo = { 10, 15, 600 };

	EXPECT_EQ(srp_tmo_check(&tmo, LONG_MAX), nullptr);
	tmo.dev_loss = 15;
	EXPECT_EQ(srp_tmo_check(&tmo, LONG_MAX), nullptr);
	tmo.fast_io_fail = 10;
	EXPECT_EQ(srp_tmo_check(&tmo, LONG_MAX), nullptr);
}

TEST(ReconnectDelay, IsConstantThenGrowsLinearlyToAHundredfold)
{
	for (unsigned int failed = 0; failed <= 11; failed++)
		EXPECT_EQ(srp_tmo_reconnect_delay(10, failed), 10) << failed;
	EXPECT_EQ(srp_tmo_reconnect_delay(10, 12), 20);
	EXPECT_EQ(srp_tmo_reconnect_delay(10, 13), 30);
	EXPECT_EQ(srp_tmo_reconnect_delay(10, 109), 990);
	EXPECT_EQ(srp_tmo_reconnect_delay(10, 110), 1000);
	EXPECT_EQ(srp_tmo_reconnect_delay(10, 111), 1000);
	EXPECT_EQ(srp_tmo_reconnect_delay(10, UINT_MAX), 1000);
}

TEST(ReconnectDelay, FollowsTheFormulaOfTheSpecification)
{
	for (int delay : { 1, 7, 10, 20, 600 })
		for (unsigned int failed = 0; failed < 300; failed++) {
			long factor = (long)failed - 10;

			if (factor < 1)
				factor = 1;
			if (factor > 100)
				factor = 100;
			EXPECT_EQ(srp_tmo_reconnect_delay(delay, failed), delay * factor);
		}
}

TEST(ReconnectDelay, SaturatesAndKnowsOff)
{
	EXPECT_EQ(srp_tmo_reconnect_delay(INT_MAX, 0), INT_MAX);
	EXPECT_EQ(srp_tmo_reconnect_delay(INT_MAX, 12), INT_MAX);
	EXPECT_EQ(srp_tmo_reconnect_delay(INT_MAX / 100, 500), INT_MAX / 100 * 100);
	EXPECT_EQ(srp_tmo_reconnect_delay(INT_MAX / 100 + 1, 500), INT_MAX);
	EXPECT_EQ(srp_tmo_reconnect_delay(SRP_TMO_OFF, 0), SRP_TMO_OFF);
	EXPECT_EQ(srp_tmo_reconnect_delay(-20, 500), SRP_TMO_OFF);
	EXPECT_EQ(srp_tmo_reconnect_delay(0, 3), SRP_TMO_OFF);
}

}  // namespace
