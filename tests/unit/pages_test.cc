// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The page lists of registrations, for kernels before 4.4 (compat/src/reg.c) and for FMR (compat/src/fmr.c).
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "pure.h"

extern "C" {
#include "../../compat/src/sg_pages.h"
}

namespace {

constexpr unsigned kPage = 4096;

class Pages : public testing::Test {
protected:
	struct kc_pages With(unsigned max)
	{
		struct kc_pages pages;

		list_.assign(max, 0);
		kc_pages_init(&pages, list_.data(), max, kPage);
		return pages;
	}

	// Where the HCA finds byte @at of the registration: the target adds it to iova, and an FMR begins at the base.
	static uint64_t Address(const struct kc_pages &pages, unsigned at)
	{
		const uint64_t base = kc_pages_base(&pages);
		const uint64_t offset = pages.iova + at - base;

		EXPECT_EQ(base % kPage, 0u);

		EXPECT_LT(offset / kPage, pages.nr);
		return pages.page[offset / kPage] + offset % kPage;
	}

private:
	std::vector<decltype(kc_pages::iova)> list_;
};

TEST_F(Pages, AlignedPiecesNeedNoNeighbours)
{
	struct kc_pages pages = With(4);

	EXPECT_EQ(kc_pages_add(&pages, 0x10000, kPage), kPage);
	EXPECT_EQ(kc_pages_add(&pages, 0x90000, 2 * kPage), 2 * kPage);
	EXPECT_EQ(pages.nr, 3u);
	EXPECT_EQ(pages.len, 3 * kPage);
	EXPECT_EQ(Address(pages, kPage), 0x90000u);
}

TEST_F(Pages, GapInsideAPageEndsTheRegistration)
{
	struct kc_pages pages = With(4);

	EXPECT_EQ(kc_pages_add(&pages, 0x10000, 512), 512u);
	EXPECT_EQ(kc_pages_add(&pages, 0x20000, 512), 0u);
	EXPECT_EQ(kc_pages_add(&pages, 0x10400, 512), 0u);
	// Without a gap it goes on in the same page.
	EXPECT_EQ(kc_pages_add(&pages, 0x10200, 512), 512u);
	EXPECT_EQ(pages.nr, 1u);
	EXPECT_EQ(pages.len, 1024u);
}

TEST_F(Pages, FullListTakesTheBeginningOfAPiece)
{
	struct kc_pages pages = With(2);

	EXPECT_EQ(kc_pages_add(&pages, 0x10200, 4 * kPage), 2 * kPage - 0x200);
	EXPECT_EQ(pages.len, 2 * kPage - 0x200);
	// The rest, with another registration.
	EXPECT_EQ(kc_pages_add(&pages, 0x12000, 2 * kPage + 0x200), 0u);
}

TEST_F(Pages, LastPageMayBeCompleted)
{
	struct kc_pages pages = With(1);

	EXPECT_EQ(kc_pages_add(&pages, 0x10000, 512), 512u);
	EXPECT_EQ(kc_pages_add(&pages, 0x10200, kPage), kPage - 512);
	EXPECT_EQ(kc_pages_add(&pages, 0x11000, 512), 0u);
}

TEST_F(Pages, HighAddresses)
{
	struct kc_pages pages = With(2);
	const uint64_t last = ~uint64_t{0} - 2 * kPage + 1;

	EXPECT_EQ(kc_pages_add(&pages, last, kPage), kPage);
	EXPECT_EQ(pages.page[0], last);
}

using Sg = std::vector<struct scatterlist>;

TEST_F(Pages, WholeListWithoutOffset)
{
	Sg sg = {{0x10e00, 0x200}, {0x11000, kPage}, {0x52000, 512}};
	struct kc_pages pages = With(3);

	EXPECT_EQ(kc_pages_add_sg(&pages, sg.data(), 3, nullptr), 3);
	EXPECT_EQ(pages.nr, 3u);
	EXPECT_EQ(pages.len, 0x200 + kPage + 512);
	EXPECT_EQ(kc_pages_base(&pages), 0x10000u);
	EXPECT_EQ(Address(pages, 0), 0x10e00u);
	EXPECT_EQ(Address(pages, 0x200 + kPage), 0x52000u);
}

// A list is cut where it is full or has a gap, and the next registration goes on there.
TEST_F(Pages, ListInParts)
{
	Sg sg = {{0x10200, 3 * kPage}, {0x20200, 512}, {0x30000, kPage}};
	unsigned offset = 0;
	struct kc_pages pages = With(2);

	EXPECT_EQ(kc_pages_add_sg(&pages, sg.data(), 3, &offset), 0);
	EXPECT_EQ(offset, 2 * kPage - 0x200);
	pages = With(2);
	EXPECT_EQ(kc_pages_add_sg(&pages, sg.data(), 3, &offset), 1);
	EXPECT_EQ(offset, 0u);
	EXPECT_EQ(pages.iova, 0x12000u);
	EXPECT_EQ(pages.len, kPage + 0x200);
	pages = With(2);
	EXPECT_EQ(kc_pages_add_sg(&pages, sg.data() + 1, 2, &offset), 1);
	EXPECT_EQ(kc_pages_base(&pages), 0x20000u);
	pages = With(2);
	EXPECT_EQ(kc_pages_add_sg(&pages, sg.data() + 2, 1, &offset), 1);
	EXPECT_EQ(pages.len, kPage);
}

// Lists of all kinds: every byte is where it was, and nothing that fits is refused.
TEST_F(Pages, EveryByteIsFound)
{
	std::mt19937 random(1);

	for (int round = 0; round < 2000; round++) {
		struct kc_pages pages = With(1 + random() % 8);
		std::vector<std::pair<uint64_t, unsigned>> pieces;
		uint64_t addr = random() % 64 * 512;

		for (int i = 0; i < 6; i++) {
			const unsigned len = (1 + random() % 24) * 512;
			const unsigned taken = kc_pages_add(&pages, addr, len);
			const bool gap = pages.len != taken && !pieces.empty() &&
				pieces.back().first + pieces.back().second != addr;

			ASSERT_LE(taken, len);
			ASSERT_LE(pages.nr, pages.max);
			if (taken)
				pieces.emplace_back(addr, taken);
			if (taken && gap) {
				ASSERT_EQ(addr % kPage, 0u);
			}
			if (taken < len) {
				// Full to the last byte, or a gap.
				const bool full = pages.nr == pages.max && pages.end % kPage == 0;

				ASSERT_TRUE(full || taken == 0 || pages.nr == pages.max);
				break;
			}
			addr += len;
			if (random() % 2)
				addr = random() % 2 ? (addr + 3 * kPage) / kPage * kPage : addr + 512;
		}
		unsigned at = 0;

		for (const auto &[begin, len] : pieces)
			for (unsigned i = 0; i < len; i += 512, at += 512)
				ASSERT_EQ(Address(pages, at), begin + i);
		ASSERT_EQ(at, pages.len);
	}
}

}  // namespace
