// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Which way a packet takes through one switch.
#include "vib_pure.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

class Switch : public testing::Test {
 protected:
  Switch() : lft_(VIB_LFT_SIZE, 0xff), mft_(VIB_MFT_LIDS), node_(std::make_unique<vib_node>()) {
    node_->type = VIB_SWITCH;
    node_->nports = 4;
    node_->lft = lft_.data();
    node_->mft = mft_.data();
    node_->lft_top = 63;
    for (int i = 0; i <= VIB_MAX_PORTS; i++) {
      node_->ports[i].node = node_.get();
      node_->ports[i].num = i;
    }
    smp_.dr_slid = smp_.dr_dlid = 0xffff;
  }

  // Number of the port a packet leaves by, -1 for none.
  int route(int in_port, u16 dlid, vib_class kind = VIB_UD) {
    vib_hdr hdr{};
    hdr.class_ = kind;
    hdr.dlid = dlid;
    vib_port* out = vib_route(&node_->ports[in_port], &hdr, nullptr);
    return out ? out->num : -1;
  }
  int directed(int in_port, u16 dlid = VIB_LID_PERMISSIVE) {
    vib_hdr hdr{};
    hdr.class_ = VIB_SMP;
    hdr.dlid = dlid;
    vib_port* out = vib_route(&node_->ports[in_port], &hdr, &smp_);
    return out ? out->num : -1;
  }

  std::vector<u8> lft_;
  std::vector<u64> mft_;
  std::unique_ptr<vib_node> node_;
  ib_smp smp_{};
};

TEST_F(Switch, LinearTable) {
  lft_[5] = 2;
  lft_[6] = 0;
  lft_[7] = 9;
  lft_[64] = 3;
  EXPECT_EQ(route(1, 5), 2);
  EXPECT_EQ(route(0, 5), 2);
  EXPECT_EQ(route(1, 6), 0);
  EXPECT_EQ(route(2, 5), -1);   // back to where it came from
  EXPECT_EQ(route(1, 4), -1);   // no entry
  EXPECT_EQ(route(1, 7), -1);   // no such port
  EXPECT_EQ(route(1, 64), -1);  // beyond the top
  EXPECT_EQ(route(1, 0), -1);
  EXPECT_EQ(route(1, VIB_LID_PERMISSIVE), -1);
  EXPECT_EQ(route(1, VIB_LID_PERMISSIVE, VIB_SMP), 0);
}

TEST_F(Switch, MulticastGoesEverywhereButBack) {
  mft_[3] = 0x16;
  EXPECT_EQ(vib_route_multicast(&node_->ports[1], 0xc003), 0x14u);
  EXPECT_EQ(vib_route_multicast(&node_->ports[3], 0xc003), 0x16u);
  mft_[3] = ~0ull;
  EXPECT_EQ(vib_route_multicast(&node_->ports[1], 0xc003), 0x1du);
  EXPECT_EQ(vib_route_multicast(&node_->ports[1], 0xc000 + VIB_MFT_LIDS), 0u);
  EXPECT_EQ(vib_route_multicast(&node_->ports[1], 3), 0u);
}

TEST_F(Switch, DirectedRouteThroughAndBack) {
  smp_.hop_cnt = 2;
  smp_.hop_ptr = 1;
  smp_.initial_path[1] = 1;
  smp_.initial_path[2] = 4;
  EXPECT_EQ(directed(3), 4);
  EXPECT_EQ(smp_.hop_ptr, 2);
  EXPECT_EQ(smp_.return_path[1], 3);
  smp_.status = IB_SMP_DIRECTION;
  EXPECT_EQ(directed(4), 3);
  EXPECT_EQ(smp_.hop_ptr, 1);
  EXPECT_EQ(directed(4), -1);
}

TEST_F(Switch, DirectedRouteEndsHereAndIsAnswered) {
  smp_.hop_cnt = 1;
  smp_.hop_ptr = 1;
  EXPECT_EQ(directed(3), 0);
  EXPECT_EQ(smp_.hop_ptr, 2);
  smp_.status = IB_SMP_DIRECTION;
  EXPECT_EQ(directed(0), 3);
  EXPECT_EQ(smp_.hop_ptr, 1);
}

TEST_F(Switch, DirectedRouteBehindALidRoutedPart) {
  lft_[5] = 2;
  lft_[9] = 4;
  smp_.hop_cnt = 1;
  smp_.initial_path[1] = 3;
  smp_.dr_slid = htobe16(9);
  EXPECT_EQ(directed(4, 5), 2);  // not this switch's LID: on by the table
  EXPECT_EQ(smp_.hop_ptr, 0);
  node_->ports[0].s.lid = 5;
  EXPECT_EQ(directed(4, 5), 3);  // here the directed part begins
  EXPECT_EQ(smp_.hop_ptr, 1);
  smp_.status = IB_SMP_DIRECTION;
  EXPECT_EQ(directed(3), 4);     // and back, it ends
  EXPECT_EQ(smp_.hop_ptr, 0);
  EXPECT_EQ(directed(3), 4);     // the next switch goes by the LID again
}

TEST_F(Switch, BadDirectedRoutes) {
  smp_.hop_cnt = 2;
  smp_.hop_ptr = 0;
  EXPECT_EQ(directed(3), -1);
  smp_.hop_ptr = 1;
  EXPECT_EQ(directed(3), -1);  // port 0 in the middle
  smp_.hop_ptr = 1;
  smp_.initial_path[2] = 5;
  EXPECT_EQ(directed(3), -1);  // no such port
  smp_.hop_ptr = 3;
  EXPECT_EQ(directed(3), -1);
  smp_.hop_ptr = 1;
  smp_.hop_cnt = IB_SMP_MAX_PATH_HOPS;
  EXPECT_EQ(directed(3), -1);
  smp_.hop_cnt = 1;
  smp_.dr_dlid = htobe16(5);
  EXPECT_EQ(directed(3), -1);  // a LID routed part at the end
  smp_.dr_dlid = 0xffff;
  smp_.status = IB_SMP_DIRECTION;
  smp_.hop_ptr = 3;
  EXPECT_EQ(directed(3), -1);
}

TEST_F(Switch, LinkCarries) {
  vib_port other{}, &port = node_->ports[1];
  EXPECT_FALSE(vib_link_carries(&port, true));
  port.peer = &other;
  other.peer = &port;
  EXPECT_FALSE(vib_link_carries(&port, true));
  port.s.phys_state = other.s.phys_state = IB_PORT_PHYS_STATE_LINK_UP;
  port.s.state = IB_PORT_ACTIVE;
  other.s.state = IB_PORT_ARMED;
  EXPECT_TRUE(vib_link_carries(&port, true));
  EXPECT_FALSE(vib_link_carries(&port, false));
  other.s.state = IB_PORT_ACTIVE;
  EXPECT_TRUE(vib_link_carries(&port, false));
}

TEST(Lid, PathBits) {
  vib_port_state s{};
  u8 bits = 99;
  EXPECT_FALSE(vib_lid_is_own(&s, 0, &bits));
  s.lid = 8;
  EXPECT_TRUE(vib_lid_is_own(&s, 8, &bits));
  EXPECT_EQ(bits, 0);
  EXPECT_FALSE(vib_lid_is_own(&s, 9, &bits));
  s.lmc = 2;
  EXPECT_TRUE(vib_lid_is_own(&s, 11, &bits));
  EXPECT_EQ(bits, 3);
  EXPECT_FALSE(vib_lid_is_own(&s, 12, nullptr));
}

}  // namespace
