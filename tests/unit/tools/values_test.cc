// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// GUIDs, GIDs, LIDs and P_Keys: text in, text out, and what they mean.
#include <gtest/gtest.h>

#include "values.h"

using namespace srp;

TEST(ParseHex, TakesDigitsAndNothingElse)
{
	EXPECT_EQ(*parse_hex("0"), 0u);
	EXPECT_EQ(*parse_hex("00000000dEadbeef"), 0xdeadbeefu);
	EXPECT_EQ(*parse_hex("ffffffffffffffff"), UINT64_MAX);
	for (const char *bad : { "", " 1", "1 ", "0x1", "-1", "+1", "1g", "00000000000000001", "1,2" })
		EXPECT_FALSE(parse_hex(bad)) << bad;
	EXPECT_FALSE(parse_hex(std::string_view("1\0", 2)));
	EXPECT_FALSE(parse_hex("12345", 4));
}

TEST(ParseDecimal, StaysInItsRange)
{
	EXPECT_EQ(*parse_decimal("7", 2, 7), 7u);
	EXPECT_EQ(*parse_decimal("0007", 2, 7), 7u);
	for (const char *bad : { "", "1", "8", "-3", "3x", " 3", "0x3", "99999999999999999999" })
		EXPECT_FALSE(parse_decimal(bad, 2, 7)) << bad;
	EXPECT_EQ(parse_decimal("5x", 1, 9).error().text, "'5x' is not a number from 1 to 9");
}

TEST(Printable, ShowsWhatCannotBePrinted)
{
	EXPECT_EQ(printable(std::string_view("a\n\x1b[2J\xff\0z", 9)), "a\\x0a\\x1b[2J\\xff\\x00z");
}

TEST(Guid, TextAndOui)
{
	const auto guid = Guid::parse("5ad000012345678");

	ASSERT_TRUE(guid);
	EXPECT_EQ(guid->text(), "05ad000012345678");
	EXPECT_EQ(Guid(0x0005ad0000123456).oui(), 0x0005adu);
}

TEST(Gid, BothForms)
{
	const Gid gid(0xfe80000000000000, Guid(0x0002c90300a1b2c3));

	EXPECT_EQ(gid.text(), "fe800000000000000002c90300a1b2c3");
	EXPECT_EQ(*Gid::parse(gid.text()), gid);
	EXPECT_EQ(*Gid::parse("fe80:0000:0000:0000:0002:c903:00a1:b2c3"), gid);
	for (const char *bad : { "", "fe80", "fe800000000000000002c90300a1b2c", "fe800000000000000002c90300a1b2c33",
				 "fe80:0000:0000:0000:0002:c903:00a1b:2c3", "fe80:0000:0000:0000:0002:c903:00a1:b2cg" })
		EXPECT_FALSE(Gid::parse(bad)) << bad;
}

TEST(Lid, Unicast)
{
	EXPECT_FALSE(Lid(0).is_unicast());
	EXPECT_TRUE(Lid(1).is_unicast());
	EXPECT_TRUE(Lid(0xbfff).is_unicast());
	EXPECT_FALSE(Lid(0xc000).is_unicast());
	EXPECT_EQ(Lid(10).text(), "000a");
}

TEST(Pkey, Parse)
{
	EXPECT_EQ(*Pkey::parse("8001"), Pkey(0x8001));
	EXPECT_EQ(*Pkey::parse("0x7fff"), Pkey(0x7fff));
	EXPECT_EQ(*Pkey::parse("1"), Pkey(1));
	for (const char *bad : { "", "0", "0x", "8000", "0x8000", "18001", "ffff ", "pkey" })
		EXPECT_FALSE(Pkey::parse(bad)) << bad;
}

// Two limited members of a partition cannot talk to each other.
TEST(Pkey, WhoCanTalk)
{
	EXPECT_TRUE(can_talk(Pkey(0x8001), Pkey(0x8001)));
	EXPECT_TRUE(can_talk(Pkey(0x8001), Pkey(0x0001)));
	EXPECT_TRUE(can_talk(Pkey(0x0001), Pkey(0x8001)));
	EXPECT_FALSE(can_talk(Pkey(0x0001), Pkey(0x0001)));
	EXPECT_FALSE(can_talk(Pkey(0x8001), Pkey(0x8002)));
	EXPECT_FALSE(can_talk(Pkey(0x8000), Pkey(0x8000)));
}
