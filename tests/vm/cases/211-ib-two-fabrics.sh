# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: two fabrics with a subnet manager each carry the two paths of a multipath device; one fabric fails, then the other.
# timeout: 120
# check: 6.1

fabric_fails() {
	step "fabric $1 fails"
	vib link "vib0 $1 down"
	vib link "vib1 $1 down"
	wait_for 20 state_is "ib$1" fail-fast || fail "path ib$1 is $(rport_state "ib$1")"
	wait_for 20 io_moves bg || fail "no I/O over the other fabric"
	echo "without fabric $1: $(rport_state ib1) $(rport_state ib2)"
	vib link "vib0 $1 up"
	vib link "vib1 $1 up"
	wait_for 40 state_is "ib$1" running || fail "path ib$1 is $(rport_state "ib$1")"
	mp_reinstate mp "$(disk "ib$1")"
	wait_for 20 io_moves bg || fail "no I/O after the repair"
}

run() {
	ib_load topology=two
	sm_start vib0 1
	sm_start vib0 2 "subnet_prefix 0xfe80000000000001"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	echo "subnets: $(cut -d: -f1-4 "$(ib_port_dir vib0 1)/gids/0") $(cut -d: -f1-4 "$(ib_port_dir vib0 2)/gids/0")"
	store_ram disk0 64
	target_up ib1 disk0
	target_up ib2 disk0
	for p in ib1 ib2; do
		srp_login $p
		rport_tmo $p 1 1 off
	done
	mp_create mp "$(disk ib1)" "$(disk ib2)"
	io_start bg -j 4 -b 512:128k /dev/mapper/mp
	fabric_fails 1
	fabric_fails 2
	io_expect_clean bg
	mp_remove mp
	srp_logout ib1
	srp_logout ib2
	ib_finish
}
