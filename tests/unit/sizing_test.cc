// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// IU lengths, registrations per command, queue depths, channels, RC time-out.
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <map>
#include <vector>

#include "pure.h"

namespace {

struct srp_options Options()
{
	struct srp_options opt = {};

	opt.queue_size = 62;
	opt.max_cmd_per_lun = 62;
	opt.cmd_sg_entries = 12;
	opt.sg_tablesize = 12;
	return opt;
}

struct srp_hca_limits Hca()
{
	struct srp_hca_limits hca = {};

	hca.mr_page_size = 4096;
	hca.max_pages_per_mr = 512;
	hca.max_qp_wr = 16384;
	hca.max_cqe = 65535;
	return hca;
}

constexpr struct srp_reg_policy kAlways = { .fast_reg = true, .global_rkey = false };
constexpr struct srp_reg_policy kSometimes = { .fast_reg = true, .global_rkey = true };
constexpr struct srp_reg_policy kNever = { .fast_reg = false, .global_rkey = true };

// --- IU length ---

TEST(ItIuLen, IsTheLargerOfCommandAndImmediateData)
{
	const struct { unsigned int sg, imm, max, len, sg_out; } cases[] = {
		{ 12, 8192, 0, 8260, 12 },	// the default
		{ 12, 0, 0, 276, 12 },
		{ 1, 0, 0, 100, 1 },
		{ 255, 0, 0, 4164, 255 },
		{ 255, 4096, 0, 4164, 255 },
		{ 255, 4097, 0, 4165, 255 },
		{ 12, 8192, 2116, 2116, 12 },	// an old target
		{ 255, 8192, 2116, 2116, 127 },
		{ 255, 8192, 8260, 8260, 255 },
		{ 255, 0, 4163, 4163, 254 },
		{ 255, 0, 4164, 4164, 255 },
		{ 12, 0, 275, 275, 11 },
		{ 12, 0, 116, 116, 2 },
		{ 12, 0, 115, 115, 1 },
		{ 12, 0, 100, 100, 1 },
		{ 12, 0, 64, 64, 1 },
		{ 1, 0, 64, 64, 1 },
		{ 12, 8192, 64, 64, 1 },
	};

	for (const auto &c : cases) {
		unsigned int sg = c.sg;

		EXPECT_EQ(srp_it_iu_len(&sg, c.imm, c.max), c.len)
			<< c.sg << " " << c.imm << " " << c.max;
		EXPECT_EQ(sg, c.sg_out) << c.sg << " " << c.imm << " " << c.max;
	}
}

TEST(ItIuLen, WhatIsSaidToFitDoesFit)
{
	for (unsigned int max = 64; max < 5000; max++)
		for (unsigned int sg : { 1u, 2u, 12u, 58u, 255u }) {
			unsigned int out = sg;
			unsigned int len = srp_it_iu_len(&out, 0, max);

			ASSERT_LE(len, max);
			ASSERT_GE(out, 1u);
			ASSERT_LE(out, sg);
			// A single descriptor travels as a direct one; two and more need a list.
			if (out > 1) {
				ASSERT_LE(64 + 20 + 16 * out, len) << max;
			}
			// And no less than what fits.
			if (out < sg) {
				ASSERT_GT(64 + 20 + 16 * (out + 1), max);
			}
		}
}

TEST(ItIuLen, AbsurdImmediateDataDoesNotOverflow)
{
	unsigned int sg = 12;

	EXPECT_EQ(srp_it_iu_len(&sg, UINT_MAX, 0), (unsigned int)INT_MAX);
	EXPECT_EQ(srp_it_iu_len(&sg, UINT_MAX - 67, 8260), 8260u);
	EXPECT_EQ(sg, 12u);
}

// --- memory regions ---

TEST(MrPerCmd, DefaultsGiveTwo)
{
	struct srp_hca_limits hca = Hca();

	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 1024, 12), 2u);
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kSometimes, 1024, 12), 1u);
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kNever, 1024, 12), 0u);
}

TEST(MrPerCmd, NoFastRegistrationNeedsNone)
{
	struct srp_hca_limits hca = Hca();

	hca.max_pages_per_mr = 0;
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 1024, 12), 0u);
	hca.sg_gaps = true;
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 1024, 12), 0u);
}

TEST(MrPerCmd, SgGapsCountsEntries)
{
	struct srp_hca_limits hca = Hca();

	hca.sg_gaps = true;
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 65535, 12), 2u);
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 65535, 512), 2u);
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kAlways, 65535, 513), 3u);
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kSometimes, 65535, 2048), 4u);
}

// Counts the pages of the worst command by hand.
TEST(MrPerCmd, CoversEveryOffsetInAPage)
{
	for (unsigned int page : { 4096u, 16384u, 65536u })
		for (unsigned int pages : { 1u, 2u, 16u, 256u, 511u, 512u }) {
			struct srp_hca_limits hca = Hca();

			hca.mr_page_size = page;
			hca.max_pages_per_mr = pages;
			for (unsigned int sectors = 8; sectors <= 65535;
			     sectors += sectors < 9000 ? 1 : 97) {
				unsigned long bytes = sectors * 512ul;
				unsigned long touched = (page - 1 + bytes + page - 1) / page;
				unsigned long mrs = (touched + pages - 1) / pages;

				ASSERT_EQ(srp_mr_per_cmd(&hca, &kSometimes, sectors, 12), mrs)
					<< page << " " << pages << " " << sectors;
				ASSERT_EQ(srp_mr_per_cmd(&hca, &kAlways, sectors, 12), mrs + 1);
				// Never less than the formula of the earlier drivers.
				ASSERT_GE(mrs, (sectors + 1 + pages * (page / 512) - 1) /
					       (pages * (page / 512)));
			}
		}
}

TEST(MrPerCmd, AbsurdLimitsDoNotOverflow)
{
	struct srp_hca_limits hca = Hca();

	hca.mr_page_size = 1u << 31;
	hca.max_pages_per_mr = UINT_MAX;
	EXPECT_EQ(srp_mr_per_cmd(&hca, &kSometimes, 1024, 12), 1u);
	hca.max_pages_per_mr = 1;
	hca.mr_page_size = 4096;
	EXPECT_GT(srp_mr_per_cmd(&hca, &kSometimes, UINT_MAX, 12), 100000000u);
}

// --- all of it ---

struct Sized {
	int err;
	struct srp_sizes s;
	const char *note;
};

Sized Size(const struct srp_options &opt, const struct srp_hca_limits &hca,
	   const struct srp_reg_policy &reg, unsigned int max_sectors = 1024,
	   unsigned int imm = 8192)
{
	Sized res = {};

	memset(&res.s, 0xa5, sizeof(res.s));
	res.note = "never set";
	res.err = srp_sizes_init(&res.s, &opt, &hca, &reg, max_sectors, imm, &res.note);
	return res;
}

TEST(Sizes, DefaultExampleOfTheSpecification)
{
	Sized r = Size(Options(), Hca(), kAlways);

	ASSERT_EQ(r.err, 0);
	EXPECT_EQ(r.note, nullptr);
	EXPECT_EQ(r.s.it_iu_len, 8260u);
	EXPECT_EQ(r.s.plain_iu_len, 276u);
	EXPECT_EQ(r.s.imm_data_max, 8192u);
	EXPECT_EQ(r.s.cmd_sg_entries, 12u);
	EXPECT_EQ(r.s.sg_tablesize, 12u);
	EXPECT_EQ(r.s.mr_per_cmd, 2u);
	EXPECT_EQ(r.s.mr_per_cmd * r.s.queue_size, 124u);
	EXPECT_EQ(r.s.queue_size, 62u);
	EXPECT_EQ(r.s.sq_depth, 320u);
	EXPECT_EQ(r.s.rq_depth, 72u);
}

TEST(Sizes, NoImmediateData)
{
	Sized r = Size(Options(), Hca(), kAlways, 1024, 0);

	EXPECT_EQ(r.s.imm_data_max, 0u);
	EXPECT_EQ(r.s.it_iu_len, 276u);
	EXPECT_EQ(r.s.plain_iu_len, 276u);
}

TEST(Sizes, ImmediateDataIsCutToTheIuLength)
{
	struct srp_options opt = Options();
	Sized r;

	opt.max_it_iu_size = 2116;
	r = Size(opt, Hca(), kAlways);
	EXPECT_EQ(r.s.it_iu_len, 2116u);
	EXPECT_EQ(r.s.imm_data_max, 2048u);
	EXPECT_EQ(r.note, nullptr);

	for (unsigned int max : { 64u, 67u, 68u }) {
		opt.max_it_iu_size = max;
		r = Size(opt, Hca(), kAlways);
		EXPECT_EQ(r.s.it_iu_len, max);
		EXPECT_EQ(r.s.imm_data_max, 0u);
	}
	opt.max_it_iu_size = 69;
	EXPECT_EQ(Size(opt, Hca(), kAlways).s.imm_data_max, 1u);
}

TEST(Sizes, SaysThatDescriptorsWereCut)
{
	struct srp_options opt = Options();
	Sized r;

	opt.cmd_sg_entries = 255;
	opt.sg_tablesize = 255;
	opt.max_it_iu_size = 2116;
	r = Size(opt, Hca(), kAlways);
	ASSERT_EQ(r.err, 0);
	EXPECT_EQ(r.s.cmd_sg_entries, 127u);
	ASSERT_NE(r.note, nullptr);
	EXPECT_NE(strstr(r.note, "max_it_iu_size"), nullptr);
	// Registered memory makes few descriptors of many entries.
	EXPECT_EQ(r.s.sg_tablesize, 255u);
}

TEST(Sizes, WithoutMrsAndExternalListsTheTableIsLimited)
{
	struct srp_options opt = Options();
	Sized r;

	opt.sg_tablesize = 128;
	r = Size(opt, Hca(), kNever);
	EXPECT_EQ(r.s.sg_tablesize, 12u);
	EXPECT_STREQ(r.note, "No MR pool and no external indirect descriptors, limiting sg_tablesize to cmd_sg_cnt");
	EXPECT_EQ(r.s.mr_per_cmd, 0u);
	EXPECT_EQ(r.s.sq_depth, 72u);

	opt.allow_ext_sg = true;
	r = Size(opt, Hca(), kNever);
	EXPECT_EQ(r.s.sg_tablesize, 128u);
	EXPECT_EQ(r.note, nullptr);

	opt.allow_ext_sg = false;
	r = Size(opt, Hca(), kAlways);
	EXPECT_EQ(r.s.sg_tablesize, 128u);
	EXPECT_EQ(r.note, nullptr);

	// The cut of max_it_iu_size counts.
	opt.cmd_sg_entries = 255;
	opt.sg_tablesize = 255;
	opt.max_it_iu_size = 2116;
	r = Size(opt, Hca(), kNever);
	EXPECT_EQ(r.s.sg_tablesize, 127u);
}

TEST(Sizes, TableBelowCmdSgEntriesIsTakenAsGiven)
{
	struct srp_options opt = Options();

	opt.sg_tablesize = 4;
	EXPECT_EQ(Size(opt, Hca(), kAlways).s.sg_tablesize, 4u);
	EXPECT_EQ(Size(opt, Hca(), kNever).s.sg_tablesize, 4u);
}

TEST(Sizes, QueueDepthsAlwaysFitTheHca)
{
	int reduced = 0, full = 0, refused = 0;

	for (unsigned int max_qp_wr : { 0u, 1u, 11u, 12u, 13u, 16u, 100u, 351u, 1024u, 4096u, 16384u, UINT_MAX })
		for (unsigned int max_cqe : { 0u, 21u, 22u, 23u, 28u, 100u, 393u, 394u, 4095u, 65535u, UINT_MAX })
			for (unsigned int queue_size : { 1u, 2u, 62u, 1000u, SRP_MAX_QUEUE_SIZE })
				for (const auto &reg : { kAlways, kSometimes, kNever })
					for (unsigned int sectors : { 8u, 1024u, 65535u }) {
						struct srp_options opt = Options();
						struct srp_hca_limits hca = Hca();
						unsigned long rq, sq;
						Sized r;

						opt.queue_size = queue_size;
						hca.max_qp_wr = max_qp_wr;
						hca.max_cqe = max_cqe;
						r = Size(opt, hca, reg, sectors);
						if (r.err) {
							unsigned int wr = 1 + 2 * srp_mr_per_cmd(&hca, &reg, sectors, 12);

							ASSERT_EQ(r.err, -EINVAL);
							// Not even one command fits.
							ASSERT_TRUE(wr + SRP_RX_EXTRA + 1ul > max_qp_wr ||
								    wr + 1 + 2 * (SRP_RX_EXTRA + 1ul) > max_cqe);
							refused++;
							continue;
						}
						ASSERT_GE(r.s.queue_size, 1u);
						ASSERT_LE(r.s.queue_size, queue_size);
						rq = r.s.rq_depth;
						sq = r.s.sq_depth;
						ASSERT_EQ(rq, r.s.queue_size + SRP_RX_EXTRA);
						ASSERT_EQ(sq, (1 + 2ul * r.s.mr_per_cmd) * r.s.queue_size +
							      SRP_RX_EXTRA);
						// One drain WR more in each queue.
						ASSERT_LE(rq + 1, max_qp_wr);
						ASSERT_LE(sq + 1, max_qp_wr);
						ASSERT_LE(rq + sq + 2, max_cqe);
						if (r.s.queue_size < queue_size) {
							unsigned long wr = 1 + 2 * r.s.mr_per_cmd;

							ASSERT_NE(r.note, nullptr);
							ASSERT_NE(strstr(r.note, "queue_size"), nullptr);
							// As little as necessary.
							ASSERT_TRUE(sq + wr + 1 > max_qp_wr ||
								    rq + sq + wr + 3 > max_cqe);
							reduced++;
						} else {
							ASSERT_TRUE(!r.note || !strstr(r.note, "queue_size"));
							full++;
						}
					}
	EXPECT_GT(reduced, 50);
	EXPECT_GT(full, 50);
	EXPECT_GT(refused, 50);
}

TEST(Sizes, AQueueThatJustFitsIsNotReported)
{
	struct srp_hca_limits hca = Hca();
	Sized r;

	hca.max_qp_wr = 321;
	hca.max_cqe = 394;
	r = Size(Options(), hca, kAlways);
	EXPECT_EQ(r.s.queue_size, 62u);
	EXPECT_EQ(r.note, nullptr);
	hca.max_cqe = 393;
	EXPECT_EQ(Size(Options(), hca, kAlways).s.queue_size, 61u);
	hca.max_cqe = 394;
	hca.max_qp_wr = 320;
	r = Size(Options(), hca, kAlways);
	EXPECT_EQ(r.s.queue_size, 61u);
	EXPECT_STREQ(r.note, "queue_size was reduced to what the queue pairs of the HCA can hold");
}

// --- channels ---

TEST(ChannelCount, WantedOrTheMaximumRule)
{
	const struct { unsigned int wanted, nodes, vectors, cpus, count; } cases[] = {
		{ 0, 1, 1, 64, 4 }, { 0, 2, 1, 64, 8 }, { 0, 1, 16, 64, 16 }, { 0, 4, 16, 64, 16 },
		{ 0, 8, 16, 64, 32 }, { 0, 1, 64, 8, 8 }, { 0, 2, 16, 2, 2 }, { 0, 1, 8, 1, 1 },
		{ 0, 0, 0, 4, 1 }, { 0, 1, 1, 0, 1 }, { 1, 2, 16, 64, 1 }, { 3, 2, 16, 64, 3 },
		{ 100, 2, 16, 64, 64 }, { 4096, 1, 1, 4096, 4096 }, { 8, 1, 1, 2, 2 },
	};

	for (const auto &c : cases)
		EXPECT_EQ(srp_channel_count(c.wanted, c.nodes, c.vectors, c.cpus), c.count)
			<< c.wanted << " " << c.nodes << " " << c.vectors << " " << c.cpus;
}

TEST(ChannelVector, SpreadsEvenlyOverAllVectors)
{
	for (unsigned int channels = 1; channels <= 40; channels++)
		for (unsigned int vectors = 1; vectors <= 40; vectors++)
			for (unsigned int first : { 0u, 1u, 7u, 39u, 65535u }) {
				std::map<unsigned int, unsigned int> used;
				unsigned int most = 0, least = UINT_MAX;

				ASSERT_EQ(srp_channel_vector(0, channels, vectors, first), first % vectors);
				for (unsigned int ch = 0; ch < channels; ch++) {
					unsigned int v = srp_channel_vector(ch, channels, vectors, first);

					ASSERT_LT(v, vectors);
					used[v]++;
				}
				for (const auto &u : used) {
					most = std::max(most, u.second);
					least = std::min(least, u.second);
				}
				ASSERT_EQ(used.size(), std::min(channels, vectors));
				ASSERT_LE(most - least, 1u) << channels << " on " << vectors;
			}
}

TEST(ChannelVector, FewChannelsKeepADistance)
{
	EXPECT_EQ(srp_channel_vector(0, 4, 16, 0), 0u);
	EXPECT_EQ(srp_channel_vector(1, 4, 16, 0), 4u);
	EXPECT_EQ(srp_channel_vector(2, 4, 16, 0), 8u);
	EXPECT_EQ(srp_channel_vector(3, 4, 16, 0), 12u);
	EXPECT_EQ(srp_channel_vector(3, 4, 16, 6), 2u);
	EXPECT_EQ(srp_channel_vector(4095, 4096, 65535, 65535), 65519u);
	EXPECT_EQ(srp_channel_vector(0, 0, 3, 4), 1u);
}

// --- RC time-out ---

TEST(RcTimeout, ExamplesOfTheSpecification)
{
	// 4 * 4.096 us * 2^19 = 8.589934592 s for each try.
	EXPECT_EQ(srp_rc_timeout_ms(19, 7), 60130u);
	EXPECT_EQ(srp_rc_timeout_ms(19, 2), 17180u);
	EXPECT_EQ(srp_rc_timeout_ms(19, 1), 8590u);
	EXPECT_EQ(srp_rc_timeout_ms(19, 0), 8590u);
	EXPECT_EQ(srp_rc_timeout_ms(14, 7), 1880u);
	EXPECT_EQ(srp_rc_timeout_ms(1, 1), 1u);
}

TEST(RcTimeout, FollowsTheFormulaRoundedUp)
{
	for (unsigned int timeout = 1; timeout <= 31; timeout++)
		for (unsigned int retry = 1; retry <= 7; retry++) {
			__uint128_t ns = (__uint128_t)retry * 4 * 4096 * (1ull << timeout);
			unsigned long ms = (unsigned long)((ns + 999999) / 1000000);

			EXPECT_EQ(srp_rc_timeout_ms(timeout, retry), ms) << timeout << " " << retry;
		}
}

TEST(RcTimeout, ZeroIsForEver)
{
	EXPECT_EQ(srp_rc_timeout_ms(0, 7), UINT_MAX);
	EXPECT_EQ(srp_rc_timeout_ms(0, 0), UINT_MAX);
}

}  // namespace
