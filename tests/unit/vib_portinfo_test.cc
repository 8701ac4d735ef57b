// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// PortInfo: bytes of the attribute, and what a Set changes.
#include "vib_pure.h"

#include <array>
#include <initializer_list>

#include <gtest/gtest.h>

namespace {

using Attribute = std::array<u8, 64>;

vib_port_state port(u8 state = IB_PORT_INIT) {
  vib_port_state s{};
  s.state = state;
  s.phys_state = IB_PORT_PHYS_STATE_LINK_UP;
  s.link_width_enabled = VIB_LINK_WIDTHS;
  s.link_speed_enabled = VIB_LINK_SPEEDS;
  s.neighbor_mtu = IB_MTU_4096;
  s.vl_enabled = 1;
  s.link_down_default = 2;
  return s;
}

Attribute get(const vib_port_state& s) {
  Attribute a;
  vib_port_info_get(&s, 1, a.data());
  return a;
}

// What a subnet manager does: takes what it got, without the states, and changes something.
Attribute unchanged(const vib_port_state& s) {
  Attribute a = get(s);
  a[32] &= 0xf0;
  a[33] &= 0x0f;
  return a;
}

struct Result {
  u16 status;
  vib_port_change change;
};

Result set(vib_port_state& s, const Attribute& a, vib_port_role role = VIB_ROLE_CA) {
  Result r{};
  r.status = vib_port_info_set(&s, role, a.data(), &r.change);
  return r;
}

struct Byte {
  int at;
  u8 value;
};

// The same with some bytes changed.
Result change(vib_port_state& s, std::initializer_list<Byte> bytes, vib_port_role role = VIB_ROLE_CA) {
  Attribute a = unchanged(s);
  for (const Byte& b : bytes)
    a[b.at] = b.value;
  return set(s, a, role);
}

TEST(PortInfo, Layout) {
  vib_port_state s = port(IB_PORT_ACTIVE);
  s.mkey = htobe64(0x1122334455667788);
  s.gid_prefix = htobe64(0xfe80000000000001);
  s.lid = 0x1234;
  s.sm_lid = 0x0102;
  s.cap_mask = 0x02500848;
  s.lmc = 3;
  s.link_width_active = 2;
  s.link_speed_active = 4;
  s.sm_sl = 5;
  s.subnet_timeout = 18;
  s.pkey_violations = 0x0a0b;
  Attribute a = get(s);
  EXPECT_EQ(a[0], 0x11);
  EXPECT_EQ(a[15], 0x01);
  EXPECT_EQ(a[16] << 8 | a[17], 0x1234);
  EXPECT_EQ(a[18] << 8 | a[19], 0x0102);
  EXPECT_EQ(a[20], 0x02);
  EXPECT_EQ(a[23], 0x48);
  EXPECT_EQ(a[28], 1);     // local port
  EXPECT_EQ(a[29], 3);     // widths enabled
  EXPECT_EQ(a[30], 3);     // supported
  EXPECT_EQ(a[31], 2);     // active
  EXPECT_EQ(a[32], 0x74);  // speeds supported, state
  EXPECT_EQ(a[33], 0x52);  // physical state, default when down
  EXPECT_EQ(a[34], 3);     // LMC
  EXPECT_EQ(a[35], 0x47);  // speed active, enabled
  EXPECT_EQ(a[36], 0x55);  // MTU, SM SL
  EXPECT_EQ(a[37], 0x10);  // VL cap
  EXPECT_EQ(a[41], 0x05);  // MTU cap
  EXPECT_EQ(a[43], 0x10);  // VLs
  EXPECT_EQ(a[46] << 8 | a[47], 0x0a0b);
  EXPECT_EQ(a[50], VIB_GUIDS);
  EXPECT_EQ(a[51], 18);
}

TEST(PortInfo, SetOfTheSameChangesNothing) {
  vib_port_state s = port(IB_PORT_ACTIVE), before = s;
  Result r = set(s, unchanged(s));
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.change.events, 0u);
  EXPECT_EQ(r.change.phys, 0);
  EXPECT_EQ(memcmp(&s, &before, sizeof(s)), 0);
}

TEST(PortInfo, StatesGoUpOneByOne) {
  const struct { u8 from, to; bool ok; } cases[] = {
    {IB_PORT_INIT, IB_PORT_ARMED, true}, {IB_PORT_ARMED, IB_PORT_ACTIVE, true}, {IB_PORT_INIT, IB_PORT_ACTIVE, false},
    {IB_PORT_DOWN, IB_PORT_ARMED, false}, {IB_PORT_DOWN, IB_PORT_ACTIVE, false}, {IB_PORT_ACTIVE, IB_PORT_ARMED, false},
    {IB_PORT_ACTIVE, IB_PORT_ACTIVE, true}, {IB_PORT_ARMED, IB_PORT_INIT, false}, {IB_PORT_INIT, 5, false},
  };
  for (const auto& c : cases) {
    vib_port_state s = port(c.from);
    Attribute a = unchanged(s);
    a[32] |= c.to;
    Result r = set(s, a);
    EXPECT_EQ(r.status == 0, c.ok) << int(c.from) << " to " << int(c.to);
    EXPECT_EQ(s.state, c.ok ? c.to : c.from);
    EXPECT_EQ(r.change.events, c.from == IB_PORT_ARMED && c.to == IB_PORT_ACTIVE ? 1ul << IB_EVENT_PORT_ACTIVE : 0ul);
    EXPECT_EQ(r.change.phys, 0);
  }
}

TEST(PortInfo, PhysicalStateCountsWithoutStateOrWithDown) {
  const struct { u8 state, phys, result; } cases[] = {
    {IB_PORT_NOP, 2, 2}, {IB_PORT_NOP, 3, 3}, {IB_PORT_DOWN, 0, 2}, {IB_PORT_DOWN, 2, 2}, {IB_PORT_DOWN, 3, 3}, {IB_PORT_ARMED, 3, 0},
  };
  for (const auto& c : cases) {
    vib_port_state s = port();
    Attribute a = unchanged(s);
    a[32] |= c.state;
    a[33] |= c.phys << 4;
    Result r = set(s, a);
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.change.phys, c.result) << int(c.state) << " " << int(c.phys);
  }
  vib_port_state s = port();
  Attribute a = unchanged(s);
  a[33] |= 5 << 4;
  EXPECT_EQ(set(s, a).status, IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE);
}

TEST(PortInfo, OneBadFieldAndNothingChanges) {
  vib_port_state s = port(), before = s;
  Attribute a = unchanged(s);
  a[17] = 9;           // LID
  a[36] = 0x60;        // MTU beyond the capability
  EXPECT_EQ(set(s, a).status, IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE);
  EXPECT_EQ(memcmp(&s, &before, sizeof(s)), 0);
  a = unchanged(s);
  a[16] = 0xc0;        // a multicast LID
  EXPECT_EQ(set(s, a).status, IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE);
}

TEST(PortInfo, ChangesRaiseEvents) {
  vib_port_state s = port();
  Result r = change(s, {{15, 7}, {17, 9}, {19, 1}, {51, 0x80 | 17}});
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(s.lid, 9);
  EXPECT_EQ(s.sm_lid, 1);
  EXPECT_EQ(s.subnet_timeout, 17);
  EXPECT_EQ(r.change.events, 1ul << IB_EVENT_GID_CHANGE | 1ul << IB_EVENT_LID_CHANGE | 1ul << IB_EVENT_SM_CHANGE |
                                 1ul << IB_EVENT_CLIENT_REREGISTER);
  EXPECT_EQ(get(s)[51], 17);
}

TEST(PortInfo, ExternalPortOfASwitchHasNoLid) {
  vib_port_state s = port();
  Result r = change(s, {{17, 9}, {36, 0x40}, {42, 0x93}}, VIB_ROLE_SWITCH_EXTERNAL);
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(s.lid, 0);
  EXPECT_EQ(s.neighbor_mtu, IB_MTU_2048);
  EXPECT_EQ(s.hoq_life, 0x93);
  EXPECT_EQ(r.change.events, 0u);
}

TEST(PortInfo, ManagementPortHasNoLink) {
  vib_port_state s = port(IB_PORT_ACTIVE);
  Attribute a = unchanged(s);
  a[17] = 9;
  a[32] |= IB_PORT_DOWN;
  Result r = set(s, a, VIB_ROLE_SWITCH_MGMT);
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(s.lid, 9);
  EXPECT_EQ(s.state, IB_PORT_ACTIVE);
  EXPECT_EQ(r.change.phys, 0);
}

TEST(PortInfo, EnabledWidthAndSpeed) {
  vib_port_state s = port();
  Attribute a = unchanged(s);
  a[29] = 1;
  a[35] = 3;
  EXPECT_EQ(set(s, a).status, 0);
  EXPECT_EQ(s.link_width_enabled, 1);
  EXPECT_EQ(s.link_speed_enabled, 3);
  a[29] = 0;
  a[35] = 0;
  EXPECT_EQ(set(s, a).status, 0);
  EXPECT_EQ(s.link_width_enabled, 1);
  EXPECT_EQ(s.link_speed_enabled, 3);
  a[29] = 0xff;
  a[35] = 0xf;
  EXPECT_EQ(set(s, a).status, 0);
  EXPECT_EQ(s.link_width_enabled, VIB_LINK_WIDTHS);
  EXPECT_EQ(s.link_speed_enabled, VIB_LINK_SPEEDS);
  a[29] = 4;
  EXPECT_EQ(set(s, a).status, IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE);
  EXPECT_EQ(vib_link_common(3, 3), 2);
  EXPECT_EQ(vib_link_common(7, 3), 2);
  EXPECT_EQ(vib_link_common(4, 3), 0);
}

TEST(PortInfo, ViolationCountersAreCleared) {
  vib_port_state s = port();
  s.pkey_violations = 4;
  Attribute a = unchanged(s);
  EXPECT_EQ(set(s, a).status, 0);
  EXPECT_EQ(s.pkey_violations, 4);
  a[46] = a[47] = 0;
  EXPECT_EQ(set(s, a).status, 0);
  EXPECT_EQ(s.pkey_violations, 0);
}

}  // namespace
