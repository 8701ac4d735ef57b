// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Fault rules: what a text means, which packets a rule matches, which of these it hits.
#include "vib_pure.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

struct Parsed {
  int status;
  vib_rule rule;
  std::string error;
};

Parsed parse(std::string text) {
  char error[512] = "";
  Parsed p{};
  p.status = vib_rule_parse(text.data(), &p.rule, error, sizeof(error));
  p.error = error;
  return p;
}

vib_rule good(const std::string& text) {
  Parsed p = parse(text);
  EXPECT_EQ(p.status, 0) << text << ": " << p.error;
  return p.rule;
}

std::string bad(const std::string& text) {
  Parsed p = parse(text);
  EXPECT_EQ(p.status, -EINVAL) << text;
  return p.error;
}

std::string format(const vib_rule& rule) {
  char buf[256];
  int len = vib_rule_format(&rule, buf, sizeof(buf));
  return std::string(buf, len);
}

vib_hdr rc_send() {
  vib_hdr hdr{};
  hdr.class_ = VIB_RC;
  hdr.op = VIB_OP_SEND;
  hdr.slid = 1;
  hdr.dlid = 2;
  hdr.src_qpn = 17;
  hdr.dest_qpn = 18;
  return hdr;
}

bool matches(const std::string& text, const vib_hdr& hdr, const char* from = "vib0", u8 port = 1) {
  vib_rule rule = good(text);
  return vib_rule_matches(&rule, &hdr, from, port);
}

std::vector<int> hits(vib_rule rule, int packets) {
  std::vector<int> result;
  for (int i = 0; i < packets; i++)
    if (vib_rule_due(&rule))
      result.push_back(i);
  return result;
}

TEST(Rule, TextAndBack) {
  EXPECT_EQ(format(good("drop")), "drop matched=0 hits=0");
  EXPECT_EQ(format(good("delay=1500 class=rc op=read from=vib1/2 skip=1\n")),
            "delay=1500 from=vib1/2 class=rc op=read skip=1 matched=0 hits=0");
  EXPECT_EQ(format(good("  mgmt=sa attr=0x35   class=gmp bad-status=0x0c")),
            "bad-status=12 class=gmp mgmt=sa attr=53 matched=0 hits=0");
  EXPECT_EQ(format(good("mgmt=0x21 drop")), "drop mgmt=33 matched=0 hits=0");
}

TEST(Rule, ErrorNamesTheWordAndWhatIsExpected) {
  EXPECT_NE(bad("").find("no action: expected"), std::string::npos);
  EXPECT_NE(bad("drop colour=red").find("\"colour\": expected a condition (from class op"), std::string::npos);
  struct Row { const char *rule, *word, *expected; };
  for (const Row& row : {
           Row{"drop class=tcp", "class=tcp", "class=smp|gmp|ud|rc|ack|all"},
           Row{"drop class", "class", "class=smp|gmp|ud|rc|ack|all"},
           Row{"drop mgmt=0x100", "mgmt=0x100", "mgmt=sm|sm-dr|sa|perf|dm|cm or a number up to 0xff"},
           Row{"drop slid=70000", "slid=70000", "slid=a number up to 0xffff"},
           Row{"drop slid=-1", "slid=-1", "slid=a number up to 0xffff"},
           Row{"drop slid=", "slid=", "slid=a number up to 0xffff"},
           Row{"drop chance=1001", "chance=1001", "chance=a number up to 0x3e8"},
           Row{"drop=1", "drop=1", "drop without a value"},
           Row{"delay", "delay", "delay= and a number up to 0x3938700"},
           Row{"drop hold", "hold", "one action, and there is drop already"},
           Row{"drop from=", "from=", "from=DEVICE or from=DEVICE/PORT"},
           Row{"drop from=/1", "from=/1", "from=DEVICE or from=DEVICE/PORT"},
           Row{"drop from=vib0/0", "from=vib0/0", "from=DEVICE or from=DEVICE/PORT"},
           Row{"drop from=a-name-that-is-too-long", "from=a-name-that-is-too-long", "from=DEVICE or from=DEVICE/PORT"},
       })
    EXPECT_EQ(bad(row.rule), std::string("\"") + row.word + "\": expected " + row.expected);
}

TEST(Rule, ActionLimitsTheClasses) {
  EXPECT_EQ(bad("duplicate class=rc"), "\"duplicate\": expected class=smp|gmp|ud");
  EXPECT_EQ(bad("bad-status class=ud").substr(0, 12), "\"bad-status\"");
  EXPECT_EQ(bad("rnr class=ack"), "\"rnr\": expected class=rc");
  vib_hdr hdr = rc_send();
  EXPECT_TRUE(matches("rnr", hdr));
  EXPECT_FALSE(matches("duplicate", hdr));
  EXPECT_FALSE(matches("duplicate class=all", hdr));
  hdr.class_ = VIB_RC_ACK;
  EXPECT_FALSE(matches("rnr", hdr));
  EXPECT_TRUE(matches("drop", hdr));
}

TEST(Rule, EveryConditionMustHold) {
  vib_hdr hdr = rc_send();
  EXPECT_TRUE(matches("drop class=rc op=send slid=1 dlid=2 src-qpn=17 qpn=18 from=vib0/1", hdr));
  for (const char* other : {"class=ack", "op=read", "slid=2", "dlid=1", "src-qpn=18", "qpn=17", "from=vib", "from=vib01", "from=vib0/2"})
    EXPECT_FALSE(matches(std::string("drop ") + other, hdr)) << other;
  hdr.class_ = VIB_UD;
  EXPECT_FALSE(matches("drop op=send", hdr));
}

TEST(Rule, MadConditionsNeedAMad) {
  vib_hdr hdr{};
  ib_mad_hdr mad{};
  hdr.class_ = VIB_GMP;
  EXPECT_FALSE(matches("drop mgmt=0", hdr));
  EXPECT_FALSE(matches("drop method=0", hdr));
  EXPECT_FALSE(matches("drop attr=0", hdr));
  mad.mgmt_class = IB_MGMT_CLASS_CM;
  mad.method = 3;
  mad.attr_id = htobe16(0x10);
  hdr.mad = &mad;
  EXPECT_TRUE(matches("drop mgmt=cm method=3 attr=0x10", hdr));
  EXPECT_FALSE(matches("drop mgmt=sa", hdr));
  EXPECT_FALSE(matches("drop attr=0x1000", hdr));
}

TEST(Rule, SkipAndCount) {
  EXPECT_EQ(hits(good("drop"), 3), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(hits(good("drop skip=2"), 4), (std::vector<int>{2, 3}));
  EXPECT_EQ(hits(good("drop skip=1 count=2"), 6), (std::vector<int>{1, 2}));
  EXPECT_EQ(hits(good("drop count=0"), 2), (std::vector<int>{0, 1}));
}

TEST(Rule, ChanceIsExactAtItsEndsAndFairBetween) {
  EXPECT_TRUE(hits(good("drop chance=0"), 10000).empty());
  EXPECT_EQ(hits(good("drop chance=1000"), 10000).size(), 10000u);
  for (unsigned seed : {0u, 1u, 2u, 4294967295u}) {
    size_t n = hits(good("drop chance=250 seed=" + std::to_string(seed)), 10000).size();
    EXPECT_GT(n, 2300u) << seed;
    EXPECT_LT(n, 2700u) << seed;
  }
  EXPECT_EQ(hits(good("drop chance=100 count=5"), 10000).size(), 5u);
}

TEST(Rule, SeedDecidesWhichPackets) {
  auto first = hits(good("drop chance=300 seed=7"), 100);
  EXPECT_EQ(first, hits(good("drop chance=300 seed=7"), 100));
  EXPECT_NE(first, hits(good("drop chance=300 seed=8"), 100));
}

TEST(Rule, CountersInText) {
  vib_rule rule = good("drop count=2");
  for (int i = 0; i < 5; i++)
    vib_rule_due(&rule);
  EXPECT_EQ(format(rule), "drop count=2 matched=5 hits=2");
}

TEST(Rule, ShortErrorBufferIsNotOverrun) {
  for (size_t size = 1; size < 64; size++) {
    std::vector<char> error(size, 'x');
    std::string text = "drop nonsense";
    vib_rule rule;
    EXPECT_EQ(vib_rule_parse(text.data(), &rule, error.data(), size), -EINVAL);
    EXPECT_LT(strnlen(error.data(), size), size);
  }
}

}  // namespace
