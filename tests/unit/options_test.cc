// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The login string: each key with good and bad values, and all keys together.
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pure.h"

namespace {

const struct srp_option_defaults kDefaults = {
	.cmd_sg_entries = 12,
	.sg_tablesize = 24,
	.max_sg_tablesize = 2048,
	.allow_ext_sg = false,
};

struct Outcome {
	int err;
	struct srp_options opt;
	std::string error, warning;
};

// What must hold for every string whatsoever.
void CheckOutcome(const std::string &text, const Outcome &r)
{
	const struct srp_options &o = r.opt;

	ASSERT_TRUE(r.err == 0 || r.err == -EINVAL || r.err == -ERANGE) << r.err;
	ASSERT_EQ(r.err != 0, !r.error.empty()) << text;
	for (const std::string *msg : { &r.error, &r.warning })
		for (char c : *msg)
			ASSERT_TRUE(c >= ' ' && c < 0x7f) << text;
	if (r.err)
		return;
	ASSERT_TRUE(o.cm == SRP_CM_IB || o.cm == SRP_CM_RDMA);
	ASSERT_TRUE(o.io_class == SRP_IO_CLASS_REV10 || o.io_class == SRP_IO_CLASS_REV16A);
	ASSERT_TRUE(o.max_sect == 0 || (o.max_sect >= 8 && o.max_sect <= 65535));
	ASSERT_TRUE(o.queue_size >= 1 && o.queue_size <= 8192);
	ASSERT_TRUE(o.max_cmd_per_lun >= 1 && o.max_cmd_per_lun <= INT_MAX);
	ASSERT_LE(o.target_can_queue, (unsigned int)INT_MAX);
	ASSERT_TRUE(o.cmd_sg_entries >= 1 && o.cmd_sg_entries <= 255);
	ASSERT_TRUE(o.sg_tablesize >= 1 && o.sg_tablesize <= kDefaults.max_sg_tablesize);
	ASSERT_LE(o.comp_vector, 65535u);
	ASSERT_TRUE(o.tl_retry_count >= 2 && o.tl_retry_count <= 7);
	ASSERT_TRUE(o.max_it_iu_size == 0 || (o.max_it_iu_size >= 64 && o.max_it_iu_size <= INT_MAX));
	ASSERT_LE(o.ch_count, 4096u);
	ASSERT_EQ(memchr(o.dest.scope, 0, sizeof(o.dest.scope)) != nullptr, true);
	ASSERT_EQ(memchr(o.src.scope, 0, sizeof(o.src.scope)) != nullptr, true);
	if (o.cm == SRP_CM_IB) {
		ASSERT_NE(o.pkey & 0x7fff, 0);
		ASSERT_EQ(o.dest.family, srp_addr::SRP_ADDR_NONE);
		ASSERT_EQ(o.src.family, srp_addr::SRP_ADDR_NONE);
	} else {
		ASSERT_NE(o.dest.family, srp_addr::SRP_ADDR_NONE);
		ASSERT_NE(o.dest.port, 0);
		ASSERT_EQ(o.pkey, 0);
		ASSERT_EQ(o.service_id, 0u);
	}
}

Outcome Parse(const std::string &text, const struct srp_option_defaults &def = kDefaults)
{
	// On the heap and without a NUL: AddressSanitizer sees each byte too many.
	char *buf = static_cast<char *>(malloc(text.size() ? text.size() : 1));
	struct srp_option_msgs msgs;
	Outcome r;

	memcpy(buf, text.data(), text.size());
	memset(&msgs, 'x', sizeof(msgs));
	memset(static_cast<void *>(&r.opt), 0, sizeof(r.opt));
	r.err = srp_options_parse(buf, text.size(), &def, &r.opt, &msgs);
	free(buf);
	EXPECT_NE(memchr(msgs.error, 0, sizeof(msgs.error)), nullptr);
	EXPECT_NE(memchr(msgs.warning, 0, sizeof(msgs.warning)), nullptr);
	r.error = msgs.error;
	r.warning = msgs.warning;
	CheckOutcome(text, r);
	return r;
}

const std::string kDgid = "fe800000000000000002c90300a00bb1";
const std::vector<std::string> kIbFields = {
	"id_ext=200100e08b000000", "ioc_guid=0002c90300a00bb0", "dgid=" + kDgid, "pkey=ffff",
	"service_id=0002c90300a00bb4",
};
const std::vector<std::string> kRdmaFields = {
	"id_ext=200100e08b000000", "ioc_guid=0002c90300a00bb0", "dest=192.168.5.7:5555",
};

std::string Join(const std::vector<std::string> &fields, const char *sep = ",")
{
	std::string res;

	for (const std::string &f : fields)
		res += (res.empty() ? "" : sep) + f;
	return res;
}

const std::string kIb = Join(kIbFields);
const std::string kRdma = Join(kRdmaFields);

std::string KeyOf(const std::string &field)
{
	return field.substr(0, field.find('='));
}

bool Contains(const std::string &text, const std::string &part)
{
	return text.find(part) != std::string::npos;
}

// --- the two complete sets ---

TEST(Login, IbCm)
{
	Outcome r = Parse(kIb);

	ASSERT_EQ(r.err, 0) << r.error;
	EXPECT_EQ(r.opt.cm, SRP_CM_IB);
	EXPECT_EQ(r.opt.id_ext, 0x200100e08b000000u);
	EXPECT_EQ(r.opt.ioc_guid, 0x0002c90300a00bb0u);
	EXPECT_EQ(r.opt.service_id, 0x0002c90300a00bb4u);
	EXPECT_EQ(r.opt.pkey, 0xffff);
	EXPECT_EQ(memcmp(r.opt.dgid, "\xfe\x80\0\0\0\0\0\0\0\x02\xc9\x03\0\xa0\x0b\xb1", 16), 0);
	EXPECT_EQ(r.warning, "");
}

TEST(Login, RdmaCm)
{
	Outcome r = Parse(kRdma);

	ASSERT_EQ(r.err, 0) << r.error;
	EXPECT_EQ(r.opt.cm, SRP_CM_RDMA);
	EXPECT_EQ(r.opt.dest.family, srp_addr::SRP_ADDR_IPV4);
	EXPECT_EQ(memcmp(r.opt.dest.ip, "\xc0\xa8\x05\x07", 4), 0);
	EXPECT_EQ(r.opt.dest.port, 5555);
	EXPECT_EQ(r.opt.src.family, srp_addr::SRP_ADDR_NONE);
}

TEST(Login, Defaults)
{
	Outcome r = Parse(kIb);

	EXPECT_EQ(r.opt.initiator_ext, 0u);
	EXPECT_EQ(r.opt.io_class, SRP_IO_CLASS_REV16A);
	EXPECT_EQ(r.opt.max_sect, 0u);
	EXPECT_EQ(r.opt.queue_size, 62u);
	EXPECT_EQ(r.opt.max_cmd_per_lun, 62u);
	EXPECT_EQ(r.opt.target_can_queue, 0u);
	EXPECT_EQ(r.opt.cmd_sg_entries, 12u);
	EXPECT_EQ(r.opt.sg_tablesize, 24u);
	EXPECT_EQ(r.opt.comp_vector, 0u);
	EXPECT_EQ(r.opt.tl_retry_count, 2u);
	EXPECT_EQ(r.opt.max_it_iu_size, 0u);
	EXPECT_EQ(r.opt.ch_count, 0u);
	EXPECT_FALSE(r.opt.allow_ext_sg);
}

TEST(Login, DefaultsComeFromTheModuleParameters)
{
	const struct srp_option_defaults def = {
		.cmd_sg_entries = 255, .sg_tablesize = 300, .max_sg_tablesize = 400, .allow_ext_sg = true,
	};

	EXPECT_EQ(Parse(kIb, def).opt.cmd_sg_entries, 255u);
	EXPECT_EQ(Parse(kIb, def).opt.sg_tablesize, 300u);
	EXPECT_TRUE(Parse(kIb, def).opt.allow_ext_sg);
	EXPECT_FALSE(Parse(kIb + ",allow_ext_sg=0", def).opt.allow_ext_sg);
	EXPECT_EQ(Parse(kIb + ",sg_tablesize=400", def).err, 0);
	EXPECT_EQ(Parse(kIb + ",sg_tablesize=401", def).error,
		  "bad max sg_tablesize parameter '401' (must be a number between 1 and 400)");
	// As given, even below cmd_sg_entries.
	EXPECT_EQ(Parse(kIb + ",sg_tablesize=3", def).opt.sg_tablesize, 3u);
}

// --- numeric keys ---

struct Numeric {
	const char *key;
	long min, max;
	bool zero_ok;
	bool is_signed;
	const char *what;	// nullptr: conversion errors use the other message
	const char *bad;
	unsigned int srp_options::*field;
};

const Numeric kNumeric[] = {
	{ "max_sect", 8, 65535, false, true, nullptr,
	  "bad max sect parameter '%'", &srp_options::max_sect },
	{ "max_cmd_per_lun", 1, INT_MAX, false, true, "max cmd_per_lun",
	  "bad max cmd_per_lun parameter '%'", &srp_options::max_cmd_per_lun },
	{ "queue_size", 1, 8192, false, true, "queue_size",
	  "bad queue_size parameter '%'", &srp_options::queue_size },
	{ "target_can_queue", 1, INT_MAX, false, true, "max target_can_queue",
	  "bad max target_can_queue parameter '%'", &srp_options::target_can_queue },
	{ "cmd_sg_entries", 1, 255, false, false, "max cmd_sg_entries",
	  "bad max cmd_sg_entries parameter '%'", &srp_options::cmd_sg_entries },
	{ "sg_tablesize", 1, 2048, false, false, "max sg_tablesize",
	  "bad max sg_tablesize parameter '%'", &srp_options::sg_tablesize },
	{ "comp_vector", 0, 65535, false, false, "comp_vector",
	  "bad comp_vector parameter '%'", &srp_options::comp_vector },
	{ "tl_retry_count", 2, 7, false, false, "tl_retry_count",
	  "bad tl_retry_count parameter '%'", &srp_options::tl_retry_count },
	{ "max_it_iu_size", 64, INT_MAX, true, true, "max it_iu_size",
	  "bad maximum initiator to target IU size '%'", &srp_options::max_it_iu_size },
	{ "ch_count", 1, 4096, false, false, "channel count",
	  "bad channel count %", &srp_options::ch_count },
};

class NumericKey : public testing::TestWithParam<Numeric> {
protected:
	Outcome Set(const std::string &value) const
	{
		return Parse(kIb + "," + GetParam().key + "=" + value);
	}
	void ExpectUnknown(const std::string &value) const
	{
		Outcome r = Set(value);

		EXPECT_EQ(r.err, -EINVAL) << value;
		EXPECT_EQ(r.error.find("unknown parameter or missing value '" +
				       std::string(GetParam().key) + "=" + value +
				       "' in target creation request"), 0u) << r.error;
	}
	void ExpectOutOfRange(const std::string &value) const
	{
		Outcome r = Set(value);
		std::string bad = GetParam().bad;

		bad.replace(bad.find('%'), 1, value);
		EXPECT_EQ(r.err, -EINVAL) << value;
		EXPECT_EQ(r.error.find(bad), 0u) << r.error;
		EXPECT_TRUE(Contains(r.error, GetParam().key)) << r.error;
		EXPECT_TRUE(Contains(r.error, std::to_string(GetParam().min))) << r.error;
	}
	void ExpectTooLarge(const std::string &value) const
	{
		Outcome r = Set(value);
		std::string bad = GetParam().bad;

		bad.replace(bad.find('%'), 1, value);
		EXPECT_EQ(r.err, -ERANGE) << value;
		if (GetParam().what)
			EXPECT_EQ(r.error, "match_int() failed for " + std::string(GetParam().what) +
					   " parameter '" + value + "', Error " +
					   std::to_string(-ERANGE));
		else
			EXPECT_EQ(r.error.find(bad), 0u) << r.error;
	}
};

TEST_P(NumericKey, LimitsAndBases)
{
	const Numeric &n = GetParam();

	for (long v : { n.min, n.min + 1, (n.min + n.max) / 2, n.max - 1, n.max }) {
		char text[64];

		for (const char *fmt : { "%ld", "0x%lx", "0X%lX", "0%lo", "0x0000%lx", "00000%lo" }) {
			snprintf(text, sizeof(text), fmt, v);
			Outcome r = Set(text);

			ASSERT_EQ(r.err, 0) << text << " " << r.error;
			EXPECT_EQ(r.opt.*n.field, (unsigned int)v) << text;
		}
	}
}

TEST_P(NumericKey, OutOfRange)
{
	const Numeric &n = GetParam();

	if (n.min > 0)
		ExpectOutOfRange(std::to_string(n.min - 1));
	if (n.min > 0 && !n.zero_ok)
		for (const char *zero : { "0", "00", "0x0", "0x0000000000000000000000" })
			ExpectOutOfRange(zero);
	if (n.zero_ok) {
		EXPECT_EQ(Set("0").err, 0);
		EXPECT_EQ(Set("0").opt.*n.field, 0u);
	}
	if (n.max < INT_MAX) {
		ExpectOutOfRange(std::to_string(n.max + 1));
		ExpectOutOfRange("0x10000001");
		ExpectOutOfRange("2147483647");
	}
	if (n.is_signed)
		for (const char *v : { "-1", "-0x1", "-010", "-2147483648" })
			ExpectOutOfRange(v);
}

TEST_P(NumericKey, TooLargeForItsType)
{
	for (const char *v : { "2147483648", "4294967295", "4294967296", "0x80000000", "020000000000",
			       "9223372036854775808", "18446744073709551616",
			       "99999999999999999999999999999999999999", "0xffffffffffffffffffffffff" })
		ExpectTooLarge(v);
	if (GetParam().is_signed)
		for (const char *v : { "-2147483649", "-99999999999999999999999" })
			ExpectTooLarge(v);
}

TEST_P(NumericKey, NoNumber)
{
	for (const char *v : { "", " ", " 9", "9 ", "+9", "9.0", "9e1", "9x", "x9", "0x", "0xg", "08",
			       "09", "0b1", "nine", "--9", "-", "-x", "9-", "=9", "9=", "'9'", "\t9",
			       "0x0x9", "9;", "off" })
		ExpectUnknown(v[0] == '\t' ? "x" : v);
	if (!GetParam().is_signed)
		for (const char *v : { "-1", "-0", "-9999999999999" })
			ExpectUnknown(v);
	EXPECT_EQ(Parse(kIb + "," + GetParam().key).err, -EINVAL);
	EXPECT_EQ(Parse(kIb + "," + GetParam().key + " =9").err, -EINVAL);
	EXPECT_EQ(Parse(kIb + ", " + GetParam().key + "=9").err, -EINVAL);
}

TEST_P(NumericKey, WorksAtAnyPlaceAndWithEitherSet)
{
	std::string field = std::string(GetParam().key) + "=" + std::to_string(GetParam().min);

	for (const auto &set : { kIbFields, kRdmaFields })
		for (size_t at = 0; at <= set.size(); at++) {
			std::vector<std::string> fields = set;

			fields.insert(fields.begin() + at, field);
			Outcome r = Parse(Join(fields));
			ASSERT_EQ(r.err, 0) << r.error;
			EXPECT_EQ(r.opt.*GetParam().field, (unsigned int)GetParam().min);
		}
}

INSTANTIATE_TEST_SUITE_P(Keys, NumericKey, testing::ValuesIn(kNumeric),
			 [](const testing::TestParamInfo<Numeric> &info) {
				 return std::string(info.param.key);
			 });

TEST(AllowExtSg, AnyNumberButZeroIsTrue)
{
	for (const char *v : { "1", "2", "0x10", "2147483647", "010" })
		EXPECT_TRUE(Parse(kIb + ",allow_ext_sg=" + v).opt.allow_ext_sg) << v;
	for (const char *v : { "0", "00", "0x0" }) {
		Outcome r = Parse(kIb + ",allow_ext_sg=1,allow_ext_sg=" + v);

		EXPECT_EQ(r.err, 0);
		EXPECT_FALSE(r.opt.allow_ext_sg) << v;
	}
	for (const char *v : { "y", "true", "-1", "1 ", "", "08" })
		EXPECT_EQ(Parse(kIb + ",allow_ext_sg=" + v).err, -EINVAL) << v;
	Outcome r = Parse(kIb + ",allow_ext_sg=2147483648");
	EXPECT_EQ(r.err, -ERANGE);
	EXPECT_EQ(r.error.find("bad allow_ext_sg parameter '2147483648'"), 0u) << r.error;
}

// --- hexadecimal keys ---

struct HexKey {
	const char *key;
	const char *bad;
	uint64_t srp_options::*field;
};

const HexKey kHexKeys[] = {
	{ "id_ext", "invalid id_ext parameter '%'", (uint64_t srp_options::*)&srp_options::id_ext },
	{ "ioc_guid", "invalid ioc_guid parameter '%'", (uint64_t srp_options::*)&srp_options::ioc_guid },
	{ "service_id", "bad service_id parameter '%'", (uint64_t srp_options::*)&srp_options::service_id },
	{ "initiator_ext", "bad initiator_ext value '%'", (uint64_t srp_options::*)&srp_options::initiator_ext },
};

TEST(HexKeys, GoodValues)
{
	const struct { const char *text; uint64_t value; } cases[] = {
		{ "0", 0 }, { "1", 1 }, { "0x1", 1 }, { "0X1f", 0x1f }, { "ffffffffffffffff", ~0ull },
		{ "0xFFFFFFFFFFFFFFFF", ~0ull }, { "0002c90300a00bb0", 0x0002c90300a00bb0 },
		{ "0002C90300A00BB0", 0x0002c90300a00bb0 }, { "deadbeef", 0xdeadbeef },
		{ "010", 0x10 }, { "00000000000000000000000000000001", 1 },
	};

	for (const HexKey &k : kHexKeys)
		for (const auto &c : cases) {
			Outcome r = Parse(kIb + "," + k.key + "=" + c.text);

			ASSERT_EQ(r.err, 0) << k.key << " " << c.text << " " << r.error;
			EXPECT_EQ(r.opt.*k.field, c.value) << k.key << " " << c.text;
		}
}

TEST(HexKeys, BadValues)
{
	const struct { const char *text; int err; } cases[] = {
		{ "0x", -EINVAL }, { "x", -EINVAL }, { "g", -EINVAL }, { "1g", -EINVAL },
		{ " 1", -EINVAL }, { "1 ", -EINVAL }, { "-1", -EINVAL }, { "+1", -EINVAL },
		{ "0x0x1", -EINVAL }, { "00:02:c9", -EINVAL }, { "1h", -EINVAL }, { "=1", -EINVAL },
		{ "10000000000000000", -ERANGE }, { "0x10000000000000000", -ERANGE },
		{ "fffffffffffffffff", -ERANGE }, { "10000000000000000g", -EINVAL },
	};

	for (const HexKey &k : kHexKeys)
		for (const auto &c : cases) {
			Outcome r = Parse(kIb + "," + k.key + "=" + c.text);
			std::string bad = k.bad;

			bad.replace(bad.find('%'), 1, c.text);
			EXPECT_EQ(r.err, c.err) << k.key << " " << c.text;
			EXPECT_EQ(r.error.find(bad), 0u) << r.error;
		}
	for (const HexKey &k : kHexKeys) {
		Outcome r = Parse(kIb + "," + k.key + "=");

		EXPECT_EQ(r.err, -EINVAL);
		EXPECT_EQ(r.error.find("unknown parameter or missing value '" + std::string(k.key) + "='"), 0u)
			<< r.error;
	}
}

TEST(Pkey, Values)
{
	const struct { const char *text; int pkey; } good[] = {
		{ "ffff", 0xffff }, { "7fff", 0x7fff }, { "0xffff", 0xffff }, { "8001", 0x8001 },
		{ "1", 1 }, { "0X8002", 0x8002 }, { "FfFf", 0xffff }, { "00008001", 0x8001 },
	};
	const struct { const char *text; int err; } bad[] = {
		{ "0", -EINVAL }, { "8000", -EINVAL }, { "0x8000", -EINVAL }, { "0000", -EINVAL },
		{ "10000", -EINVAL }, { "1ffff", -EINVAL }, { "7fffffff", -EINVAL },
		{ "80000000", -ERANGE }, { "ffffffff", -ERANGE }, { "fffffffffffffffff", -ERANGE },
	};
	const char *const no_number[] = { "x", "0x", "-1", "7fffg", " 7fff", "7fff ", "p", "" };

	for (const auto &c : good) {
		Outcome r = Parse(kIb + ",pkey=" + c.text);

		EXPECT_EQ(r.err, 0) << c.text;
		EXPECT_EQ(r.opt.pkey, c.pkey) << c.text;
	}
	for (const auto &c : bad) {
		Outcome r = Parse(kIb + ",pkey=" + c.text);

		EXPECT_EQ(r.err, c.err) << c.text;
		EXPECT_EQ(r.error.find("bad P_Key parameter '" + std::string(c.text) + "'"), 0u) << r.error;
		EXPECT_TRUE(Contains(r.error, "pkey"));
	}
	for (const char *text : no_number) {
		Outcome r = Parse(kIb + ",pkey=" + text);

		EXPECT_EQ(r.err, -EINVAL) << text;
		EXPECT_TRUE(Contains(r.error, "'pkey=" + std::string(text) + "'")) << r.error;
	}
}

TEST(IoClass, Values)
{
	for (const char *text : { "100", "0100", "0x100", "0x0100" })
		EXPECT_EQ(Parse(kIb + ",io_class=" + text).opt.io_class, SRP_IO_CLASS_REV16A) << text;
	for (const char *text : { "ff00", "FF00", "0xff00", "0xFf00" })
		EXPECT_EQ(Parse(kIb + ",io_class=" + text).opt.io_class, SRP_IO_CLASS_REV10) << text;

	const struct { const char *text, *shown; } unknown[] = {
		{ "0", "0" }, { "1", "1" }, { "ff01", "ff01" }, { "10100", "10100" }, { "7fffffff", "7fffffff" },
	};
	for (const auto &c : unknown) {
		Outcome r = Parse(kIb + ",io_class=" + c.text);

		EXPECT_EQ(r.err, -EINVAL);
		EXPECT_EQ(r.error, "unknown IO class parameter value " + std::string(c.shown) +
				   " specified (use ff00 or 100).");
	}
	EXPECT_EQ(Parse(kIb + ",io_class=80000000").err, -ERANGE);
	EXPECT_EQ(Parse(kIb + ",io_class=80000000").error.find("bad IO class parameter '80000000'"), 0u);
	for (const char *text : { "x", "0x", "-1", "ff00 ", "" })
		EXPECT_EQ(Parse(kIb + ",io_class=" + text).err, -EINVAL) << text;
}

TEST(Dgid, MustBe32HexDigits)
{
	std::vector<std::string> bad = {
		kDgid + "0", kDgid.substr(1), kDgid.substr(0, 30), "fe80", "0", "0x" + kDgid,
		"0x" + kDgid.substr(2), "fe80::2:c903:a0:bb1", "fe80:0000:0000:0000:0002:c903:00a0:0bb1",
		std::string(32, 'g'), std::string(31, '0') + "g", "g" + std::string(31, '0'),
		std::string(31, '0') + " ", " " + std::string(31, '0'), std::string(31, '0') + "=",
		std::string(64, '0'), std::string(3000, 'f'),
	};

	for (size_t i = 0; i < 32; i++) {
		std::string dgid = kDgid;

		dgid[i] = "g/:@G`xZ"[i % 8];
		bad.push_back(dgid);
	}
	for (const std::string &dgid : bad) {
		// First key and last key: an earlier parser let the latter pass.
		for (const std::string &text : { "dgid=" + dgid + "," + kIb, kIb + ",dgid=" + dgid,
						 "dgid=" + dgid }) {
			Outcome r = Parse(text);

			EXPECT_EQ(r.err, -EINVAL) << dgid;
			EXPECT_EQ(r.error.find("bad dest GID parameter '"), 0u) << r.error;
			EXPECT_TRUE(Contains(r.error, "dgid")) << r.error;
		}
	}
	Outcome r = Parse(kIb + ",dgid=FE80000000000000ABCDEFabcdef0123");
	ASSERT_EQ(r.err, 0);
	EXPECT_EQ(memcmp(r.opt.dgid, "\xfe\x80\0\0\0\0\0\0\xab\xcd\xef\xab\xcd\xef\x01\x23", 16), 0);
}

// --- addresses ---

struct Address {
	const char *text;
	const char *formatted;
};

const Address kWithPort[] = {
	{ "1.2.3.4:1", "1.2.3.4:1" },
	{ "192.168.122.76:5555", "192.168.122.76:5555" },
	{ "255.255.255.255:65535", "255.255.255.255:65535" },
	{ "0.0.0.0:80", "0.0.0.0:80" },
	{ "10.0.0.1:0080", "10.0.0.1:80" },
	{ "[::1]:5555", "[::1]:5555" },
	{ "[::]:5555", "[::]:5555" },
	{ "[fe80::2:c903:a0:bb1%ib0]:5555", "[fe80::2:c903:a0:bb1%ib0]:5555" },
	{ "[fe80::1%3]:20", "[fe80::1%3]:20" },
	{ "[fe80::1%enp12s0f3np0123]:20", "[fe80::1%enp12s0f3np0123]:20" },
	{ "[2001:db8:1:2:3:4:5:6]:1", "[2001:db8:1:2:3:4:5:6]:1" },
	{ "[2001:0DB8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1" },
	{ "[1:0:0:2:0:0:0:3]:9", "[1:0:0:2::3]:9" },
	{ "[1:0:2:3:4:5:6:7]:9", "[1:0:2:3:4:5:6:7]:9" },
	{ "[1::]:9", "[1::]:9" },
	{ "[0:0:0:0:0:0:0:1]:9", "[::1]:9" },
	{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%abcdefghijklmno]:65535",
	  "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%abcdefghijklmno]:65535" },
	{ "[::ffff:1.2.3.4]:5", "[::ffff:102:304]:5" },
};

TEST(Address, DestWithPort)
{
	for (const Address &a : kWithPort) {
		Outcome r = Parse(kRdma + ",dest=" + a.text);
		char buf[80];

		ASSERT_EQ(r.err, 0) << a.text << " " << r.error;
		EXPECT_EQ(srp_addr_format(buf, sizeof(buf), &r.opt.dest), (int)strlen(a.formatted));
		EXPECT_STREQ(buf, a.formatted);
	}
}

TEST(Address, SrcWithAndWithoutPort)
{
	for (const Address &a : kWithPort) {
		std::string text = a.text, formatted = a.formatted;
		char buf[80];
		Outcome r;

		r = Parse(kRdma + ",src=" + text);
		ASSERT_EQ(r.err, 0) << text << " " << r.error;
		srp_addr_format(buf, sizeof(buf), &r.opt.src);
		EXPECT_EQ(buf, formatted);

		text.resize(text.rfind(':'));
		formatted.resize(formatted.rfind(':'));
		r = Parse("src=" + text + "," + kRdma);
		ASSERT_EQ(r.err, 0) << text << " " << r.error;
		EXPECT_EQ(r.opt.src.port, 0);
		srp_addr_format(buf, sizeof(buf), &r.opt.src);
		EXPECT_EQ(buf, formatted);
	}
	EXPECT_EQ(Parse(kRdma + ",src=1.2.3.4:0").opt.src.port, 0);
}

const char *const kBadAddresses[] = {
	"1", "1.2.3", "1.2.3:5", "1.2.3.4.5:5", "1.2.3.256:5", "1.2.3.-4:5", "1.2.3.4:", "1.2.3.4:x",
	"1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3.4:5x", "1.2.3.4:5 ", " 1.2.3.4:5",
	"1.2.3.4 :5", "1.2.3.4:5:6", "1.2.3.4:0x50", "1.2.3.4:99999999999999999999", ":5", ":",
	"a.b.c.d:5", "localhost:5", "1..2.3:5", ".1.2.3:5", "1.2.3.:5", "1.2.3.4%ib0:5",
	"::1", "::1:5", "fe80::1%ib0", "[", "]", "[]", "[]:5", "[::1", "[::1:5", "::1]:5", "[::1]5",
	"[::1]:", "[::1]:x", "[::1]:65536", "[::1]x:5", "[:::1]:5", "[::1::2]:5", "[1:2:3]:5",
	"[1:2:3:4:5:6:7:8:9]:5", "[12345::]:5", "[g::]:5", "[1.2.3.4]:5", "[[::1]]:5", "[fe80::1%]:5",
	"[%ib0]:5", "[fe80::1%ib 0]:5", "[fe80::1%ib/0]:5", "[fe80::1%enp12s0f3np01234]:5",
	"[fe80::1%\x01]:5", "[fe80::1%\x7f]:5", "[fe80::1%\xff]:5", "[ ::1]:5", "1.2.3.4\xff:5",
};

TEST(Address, BadOnesAreRefusedForBothKeys)
{
	for (const char *text : kBadAddresses) {
		Outcome dest = Parse(kRdma + ",dest=" + text);
		Outcome src = Parse(kRdma + ",src=" + text);

		EXPECT_EQ(dest.err, -EINVAL) << text;
		EXPECT_EQ(dest.error.find("bad dest parameter '"), 0u) << dest.error;
		EXPECT_EQ(src.err, -EINVAL) << text;
		EXPECT_EQ(src.error.find("bad source parameter '"), 0u) << src.error;
		EXPECT_TRUE(Contains(src.error, "src")) << src.error;
	}
	for (const char *text : { "1.2.3.4", "[::1]", "1.2.3.4:0", "[::1]:0", "[fe80::1%ib0]" })
		EXPECT_EQ(Parse(kRdma + ",dest=" + text).err, -EINVAL) << text;
}

TEST(Address, FormatKeepsToTheBuffer)
{
	struct srp_addr addr = Parse(kRdma + ",dest=[fe80::1%ib0]:5555").opt.dest;
	const std::string whole = "[fe80::1%ib0]:5555";

	for (size_t size = 0; size <= whole.size() + 1; size++) {
		std::vector<char> buf(size + 1, 'x');

		EXPECT_EQ(srp_addr_format(buf.data(), size, &addr), (int)whole.size());
		EXPECT_EQ(buf[size], 'x');
		if (size) {
			EXPECT_EQ(std::string(buf.data()), whole.substr(0, size - 1));
		}
	}
	addr = {};
	char buf[4] = "abc";
	EXPECT_EQ(srp_addr_format(buf, sizeof(buf), &addr), 0);
	EXPECT_STREQ(buf, "");
}

// --- grammar ---

TEST(Grammar, SeparatorsMayRepeat)
{
	for (const char *sep : { ",", "\n", ",,", ",\n", "\n\n,\n" })
		for (const char *before : { "", ",", "\n", ",,\n" })
			for (const char *after : { "", ",", "\n", ",,\n" })
				EXPECT_EQ(Parse(before + Join(kIbFields, sep) + after).err, 0);
}

TEST(Grammar, OrderIsFree)
{
	std::vector<std::string> fields = kIbFields;
	int orders = 0;

	std::sort(fields.begin(), fields.end());
	do {
		Outcome r = Parse(Join(fields));

		ASSERT_EQ(r.err, 0) << r.error;
		ASSERT_EQ(r.opt.service_id, 0x0002c90300a00bb4u);
		ASSERT_EQ(r.opt.pkey, 0xffff);
		orders++;
	} while (std::next_permutation(fields.begin(), fields.end()));
	EXPECT_EQ(orders, 120);
}

TEST(Grammar, LastDuplicateWins)
{
	EXPECT_EQ(Parse("id_ext=1," + kIb).opt.id_ext, 0x200100e08b000000u);
	EXPECT_EQ(Parse(kIb + ",id_ext=1").opt.id_ext, 1u);
	EXPECT_EQ(Parse(kIb + ",pkey=1,pkey=2,pkey=3").opt.pkey, 3);
	EXPECT_EQ(Parse(kIb + ",dgid=" + std::string(32, '1')).opt.dgid[15], 0x11);
	EXPECT_EQ(Parse(kIb + ",queue_size=9,queue_size=8").opt.queue_size, 8u);
	EXPECT_EQ(Parse(kIb + ",io_class=ff00,io_class=100").opt.io_class, SRP_IO_CLASS_REV16A);
	// A later scope-less address leaves nothing of the earlier one.
	Outcome r = Parse(kRdma + ",dest=[fe80::1%ib0]:1,dest=1.2.3.4:5");
	EXPECT_EQ(r.opt.dest.family, srp_addr::SRP_ADDR_IPV4);
	EXPECT_STREQ(r.opt.dest.scope, "");
	EXPECT_EQ(r.opt.dest.ip[15], 0);
	// A bad one is refused wherever it stands.
	EXPECT_EQ(Parse("pkey=0," + kIb).err, -EINVAL);
	EXPECT_EQ(Parse(kIb + ",queue_size=0,queue_size=8").err, -EINVAL);
}

// What a test suite for the kernel's driver does: one string that grows with every attempt.
TEST(Grammar, GrowingStringOfBlktests)
{
	std::string text;

	for (int i = 1; i < 30; i++) {
		text += ",id_ext=" + std::to_string(i) + ",ioc_guid=2,dest=10.0.0." + std::to_string(i) + ":5555";
		Outcome r = Parse(text);
		ASSERT_EQ(r.err, 0) << r.error;
		EXPECT_EQ(r.opt.dest.ip[3], i);
	}
	EXPECT_EQ(Parse(kIb + ",").err, 0);
}

TEST(Grammar, LastKeyOfSrpDaemon)
{
	Outcome r = Parse(kIb + ",max_it_iu_size=2116\n");

	EXPECT_EQ(r.err, 0);
	EXPECT_EQ(r.opt.max_it_iu_size, 2116u);
}

TEST(Grammar, UnknownFieldsAreNamed)
{
	const char *const fields[] = {
		"foo", "foo=1", "=", "=1", "queue_size", "Queue_size=1", "QUEUE_SIZE=1", "queue_size =1",
		" queue_size=1", "queue_size=1 ", "queue_siz=1", "queue_sizee=1", "queue-size=1",
		"id_ext", "id_ext=", "dgid=", "dest=", "src=", "pkey=", "can_queue=5", "max_luns=4", " ",
		"\t", "queue_size:1", "queue_size==1", "roundrobin", "initiator_ext", "ch_count=",
	};

	for (const char *field : fields)
		for (const std::string &text : { std::string(field), field + ("," + kIb), kIb + "," + field }) {
			std::string shown = field;
			Outcome r = Parse(text);

			std::replace(shown.begin(), shown.end(), '\t', '?');
			EXPECT_EQ(r.err, -EINVAL) << field;
			EXPECT_EQ(r.error.find("unknown parameter or missing value '" + shown +
					       "' in target creation request"), 0u) << r.error;
		}
}

TEST(Grammar, OneCharacterDecidesAboutShortening)
{
	const std::string text(63, 'z');

	EXPECT_EQ(Parse(text).error, "unknown parameter or missing value '" + text +
				     "' in target creation request (use key=value)");
	EXPECT_EQ(Parse(text + "z").error, "unknown parameter or missing value '" + std::string(60, 'z') +
					   "...' in target creation request (use key=value)");
}

TEST(Grammar, LongGarbageIsShortenedInMessages)
{
	for (size_t len : { 10u, 62u, 63u, 64u, 65u, 100u, 1000u, 4095u })
		for (const char *key : { "", "id_ext=", "dgid=", "queue_size=", "pkey=", "dest=", "io_class=",
					 "max_it_iu_size=", "max_sect=", "ch_count=" }) {
			Outcome r = Parse(kIb + "," + key + std::string(len, 'z'));

			EXPECT_EQ(r.err, -EINVAL);
			EXPECT_LT(r.error.size(), sizeof(srp_option_msgs::error));
			// The end of the sentence is there.
			EXPECT_TRUE(Contains(r.error, "zz'") || Contains(r.error, "...'") ||
				    Contains(r.error, "...")) << r.error;
			EXPECT_TRUE(Contains(r.error, "request") || r.error.back() == ')') << r.error;
		}
	EXPECT_EQ(Parse(kIb + ",queue_size=" + std::string(4000, '9')).err, -ERANGE);
	EXPECT_EQ(Parse(kIb + ",queue_size=" + std::string(4000, '0') + "1").opt.queue_size, 1u);
	EXPECT_EQ(Parse(kIb + ",id_ext=" + std::string(4000, '0') + "1").opt.id_ext, 1u);
}

TEST(Grammar, NulBytesNeverCutTheString)
{
	for (const std::string &good : { kIb, kRdma + ",src=10.0.0.1", kIb + ",queue_size=10" })
		for (size_t at = 0; at <= good.size(); at++) {
			std::string inserted = good, replaced = good;

			inserted.insert(at, 1, '\0');
			EXPECT_EQ(Parse(inserted).err, -EINVAL) << at;
			if (at == good.size() || good[at] == ',')
				continue;
			replaced[at] = '\0';
			EXPECT_EQ(Parse(replaced).err, -EINVAL) << at;
		}
	EXPECT_TRUE(Contains(Parse(kIb + std::string(1, '\0')).error, "NUL"));
}

TEST(Grammar, ControlCharactersStayOutOfTheLog)
{
	for (int c = 1; c < 256; c++) {
		if (c == '\n' || c == ',')
			continue;
		std::string field = "foo" + std::string(1, (char)c) + "=1";
		Outcome r = Parse(kIb + "," + field);

		EXPECT_EQ(r.err, -EINVAL);	// CheckOutcome() looks at the message
		if (c >= ' ' && c < 0x7f) {
			EXPECT_TRUE(Contains(r.error, field)) << r.error;
		}
	}
}

// --- keys together ---

TEST(Together, EverySubsetOfTheMandatoryIbKeys)
{
	for (unsigned int set = 0; set < 32; set++) {
		std::vector<std::string> fields;

		for (size_t i = 0; i < kIbFields.size(); i++)
			if (set & 1u << i)
				fields.push_back(kIbFields[i]);
		for (const char *extra : { "", "queue_size=4,initiator_ext=1" }) {
			Outcome r = Parse(Join(fields) + "," + extra);

			EXPECT_EQ(r.err, set == 31 ? 0 : -EINVAL) << set;
			if (set == 31)
				continue;
			ASSERT_EQ(r.error.find("target creation request is missing one or more parameters: "), 0u)
				<< r.error;
			for (size_t i = 0; i < kIbFields.size(); i++)
				EXPECT_EQ(Contains(r.error.substr(50), KeyOf(kIbFields[i])), !(set & 1u << i))
					<< r.error;
			EXPECT_EQ(Contains(r.error, "dest"), (set & 0x1c) == 0) << r.error;
		}
	}
}

TEST(Together, EverySubsetOfTheRdmaKeys)
{
	std::vector<std::string> all = kRdmaFields;

	all.push_back("src=10.0.0.1");
	for (unsigned int set = 0; set < 16; set++) {
		std::vector<std::string> fields;
		Outcome r;

		for (size_t i = 0; i < all.size(); i++)
			if (set & 1u << i)
				fields.push_back(all[i]);
		r = Parse(Join(fields));
		EXPECT_EQ(r.err, (set & 7) == 7 ? 0 : -EINVAL) << set;
		if ((set & 7) == 7)
			continue;
		ASSERT_EQ(r.error.find("target creation request is missing one or more parameters: "), 0u) << r.error;
		for (size_t i = 0; i < 3; i++)
			EXPECT_EQ(Contains(r.error.substr(50), KeyOf(all[i])), !(set & 1u << i)) << r.error;
	}
}

TEST(Together, SrcNeedsDest)
{
	EXPECT_EQ(Parse("id_ext=1,ioc_guid=2,src=10.0.0.1").error,
		  "target creation request is missing one or more parameters: dest");
}

TEST(Together, EmptyStrings)
{
	for (const char *text : { "", ",", "\n", ",\n,,\n" })
		EXPECT_EQ(Parse(text).error,
			  "target creation request is missing one or more parameters: id_ext, ioc_guid, "
			  "dgid, pkey and service_id (IB/CM) or dest (RDMA/CM)");
}

TEST(Together, IbAndRdmaKeysExcludeEachOther)
{
	const std::string ib[] = { "dgid=" + kDgid, "pkey=ffff", "service_id=1" };
	const std::string rdma[] = { "dest=1.2.3.4:5", "src=1.2.3.5" };

	for (const std::string &a : ib)
		for (const std::string &b : rdma)
			for (const std::string &base : { std::string("id_ext=1,ioc_guid=2"), std::string("queue_size=1") })
				for (const std::string &text : { base + "," + a + "," + b, base + "," + b + "," + a,
								 a + "," + b + "," + base }) {
					Outcome r = Parse(text);

					EXPECT_EQ(r.err, -EINVAL) << text;
					EXPECT_EQ(r.error.find("parameters " + KeyOf(a) + " and " + KeyOf(b) +
							       " exclude each other"), 0u) << r.error;
				}
	EXPECT_EQ(Parse(kIb + ",dest=1.2.3.4:5").err, -EINVAL);
	EXPECT_EQ(Parse(kIb + ",src=1.2.3.4").err, -EINVAL);
	EXPECT_EQ(Parse(kRdma + ",pkey=ffff").err, -EINVAL);
}

TEST(Together, QueueSizeSetsCmdPerLunUnlessThatCameEarlier)
{
	const struct { const char *text; unsigned int queue_size, per_lun; } cases[] = {
		{ "", 62, 62 }, { "queue_size=10", 10, 10 }, { "queue_size=100", 100, 100 },
		{ "max_cmd_per_lun=5", 62, 5 }, { "max_cmd_per_lun=5,queue_size=10", 10, 5 },
		{ "queue_size=10,max_cmd_per_lun=5", 10, 5 },
		{ "queue_size=10,max_cmd_per_lun=5,queue_size=20", 20, 5 },
		{ "queue_size=10,queue_size=20", 20, 20 },
	};

	for (const auto &c : cases) {
		Outcome r = Parse(kIb + "," + c.text);

		ASSERT_EQ(r.err, 0) << c.text;
		EXPECT_EQ(r.opt.queue_size, c.queue_size) << c.text;
		EXPECT_EQ(r.opt.max_cmd_per_lun, c.per_lun) << c.text;
		EXPECT_EQ(r.warning, "") << c.text;
	}
}

TEST(Together, WarnsIfCmdPerLunExceedsQueueSize)
{
	EXPECT_EQ(Parse(kIb + ",max_cmd_per_lun=63").warning, "cmd_per_lun = 63 > queue_size = 62");
	EXPECT_EQ(Parse(kIb + ",max_cmd_per_lun=2147483647,queue_size=1").warning,
		  "cmd_per_lun = 2147483647 > queue_size = 1");
	EXPECT_EQ(Parse(kIb + ",queue_size=1,max_cmd_per_lun=2").warning, "cmd_per_lun = 2 > queue_size = 1");
	EXPECT_EQ(Parse(kIb + ",max_cmd_per_lun=62").warning, "");
	EXPECT_EQ(Parse(kIb + ",max_cmd_per_lun=63,pkey=0").warning, "");
}

TEST(Together, AllKeysAtOnce)
{
	const std::string common = ",max_sect=2048,max_cmd_per_lun=10,queue_size=20,target_can_queue=30,"
				   "io_class=ff00,initiator_ext=0x77,cmd_sg_entries=40,allow_ext_sg=1,"
				   "sg_tablesize=50,comp_vector=6,tl_retry_count=7,max_it_iu_size=800,ch_count=9";

	for (const std::string &base : { kIb, kRdma + ",src=[::1]" }) {
		Outcome r = Parse(base + common);

		ASSERT_EQ(r.err, 0) << r.error;
		EXPECT_EQ(r.opt.max_sect, 2048u);
		EXPECT_EQ(r.opt.max_cmd_per_lun, 10u);
		EXPECT_EQ(r.opt.queue_size, 20u);
		EXPECT_EQ(r.opt.target_can_queue, 30u);
		EXPECT_EQ(r.opt.io_class, SRP_IO_CLASS_REV10);
		EXPECT_EQ(r.opt.initiator_ext, 0x77u);
		EXPECT_EQ(r.opt.cmd_sg_entries, 40u);
		EXPECT_TRUE(r.opt.allow_ext_sg);
		EXPECT_EQ(r.opt.sg_tablesize, 50u);
		EXPECT_EQ(r.opt.comp_vector, 6u);
		EXPECT_EQ(r.opt.tl_retry_count, 7u);
		EXPECT_EQ(r.opt.max_it_iu_size, 800u);
		EXPECT_EQ(r.opt.ch_count, 9u);
	}
}

TEST(Messages, OfTheSpecificationWordForWord)
{
	const struct { const char *field; int err; const char *error; } cases[] = {
		{ "tl_retry_count=8", -EINVAL,
		  "bad tl_retry_count parameter '8' (must be a number between 2 and 7)" },
		{ "queue_size=0", -EINVAL, "bad queue_size parameter '0' (must be a number between 1 and 8192)" },
		{ "max_sect=7", -EINVAL,
		  "bad max sect parameter '7' (max_sect must be a number between 8 and 65535)" },
		{ "max_it_iu_size=63", -EINVAL,
		  "bad maximum initiator to target IU size '63' (max_it_iu_size must be 0 or a number of at least 64)" },
		{ "ch_count=0", -EINVAL, "bad channel count 0 (ch_count must be a number between 1 and 4096)" },
		{ "max_cmd_per_lun=0", -EINVAL,
		  "bad max cmd_per_lun parameter '0' (max_cmd_per_lun must be a number of at least 1)" },
		{ "ch_count=9999999999", -ERANGE,
		  "match_int() failed for channel count parameter '9999999999', Error -34" },
		{ "cmd_sg_entries=256", -EINVAL,
		  "bad max cmd_sg_entries parameter '256' (must be a number between 1 and 255)" },
		{ "pkey=10000", -EINVAL, "bad P_Key parameter '10000' (pkey must not exceed ffff)" },
		{ "id_ext=x", -EINVAL,
		  "invalid id_ext parameter 'x' (must be a hexadecimal number of 64 bits)" },
		{ "io_class=ff01", -EINVAL, "unknown IO class parameter value ff01 specified (use ff00 or 100)." },
		{ "foo=1", -EINVAL, "unknown parameter or missing value 'foo=1' in target creation request" },
		{ "foo", -EINVAL,
		  "unknown parameter or missing value 'foo' in target creation request (use key=value)" },
		{ "pkey=", -EINVAL,
		  "unknown parameter or missing value 'pkey=' in target creation request (the value is missing)" },
		{ "queue_size=ten", -EINVAL,
		  "unknown parameter or missing value 'queue_size=ten' in target creation request (queue_size takes a number)" },
	};

	for (const auto &c : cases) {
		Outcome r = Parse(kIb + "," + c.field);

		EXPECT_EQ(r.err, c.err) << c.field;
		EXPECT_EQ(r.error, c.error);
	}
}

// --- anything at all ---

TEST(Robust, EveryPrefixAndSuffix)
{
	const std::string all = kIb + ",max_sect=2048,max_cmd_per_lun=10,queue_size=20,io_class=ff00,"
				"initiator_ext=0x77,allow_ext_sg=1,tl_retry_count=7,ch_count=9";
	int good = 0;

	for (size_t len = 0; len <= all.size(); len++) {
		good += Parse(all.substr(0, len)).err == 0;
		good += Parse(all.substr(len)).err == 0;
	}
	EXPECT_GT(good, 10);
}

TEST(Robust, EverySingleByteChanged)
{
	int good = 0, bad = 0;

	for (const std::string &text : { kIb + ",queue_size=20,allow_ext_sg=1", kRdma + ",src=[fe80::1%ib0]:7" })
		for (size_t at = 0; at < text.size(); at++)
			for (int c = 0; c < 256; c++) {
				std::string changed = text;

				changed[at] = c;
				(Parse(changed).err ? bad : good)++;
			}
	EXPECT_GT(good, 1000);
	EXPECT_GT(bad, 10000);
}

}  // namespace
