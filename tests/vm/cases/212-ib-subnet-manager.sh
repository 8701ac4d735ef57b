# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: the subnet manager goes, comes back, and moves to another port where it gives all ports new LIDs.
# timeout: 120
# check: 6.1

lids() { for _h in vib0 vib1; do for _p in 1 2; do printf '%s ' "$(ib_lid $_h $_p)"; done; done; }

run() {
	ib_up
	login_to_ram ib1 64
	rport_tmo ib1 1 off 60
	io_start bg -j 4 -b 512:128k "$(disk ib1)"
	step "no subnet manager"
	sm_stop vib0 1
	wait_for 10 io_moves bg || fail "I/O needs a subnet manager"
	echo "without subnet manager: $(rport_state ib1)"
	sm_start vib0 1
	wait_for 20 grep -q 'SUBNET UP' "$SM_DIR/vib0-1.log" || fail "no sweep"
	target_up ib2 disk0
	srp_login ib2
	echo "new login: $(rport_state ib2)"
	srp_logout ib2
	step "another subnet manager with other LIDs"
	before=$(lids)
	sm_stop vib0 1
	rm -f $SM_DIR/guid2lid
	sm_start vib1 2 "reassign_lids TRUE"
	wait_for 20 eval '[ "$(lids)" != "$before" ]' || fail "the LIDs are the old ones: $before"
	wait_for 40 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	wait_for 40 io_moves bg || fail "I/O does not go on over the new LIDs"
	io_expect_clean bg
	echo "with new LIDs: $(rport_state ib1)"
	srp_logout ib1
	ib_finish
}
