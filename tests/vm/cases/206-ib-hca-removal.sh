# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: the initiator's adapter is pulled out under I/O, then the target's; after the return logins work.
# timeout: 180
# check: 6.1

remove() {
	_before=$(now_ms)
	timeout $((60 * SLOW)) sh -c "echo $1 >$VIB/hca_remove" || fail "removal of $1 hangs"
	measure "removal of $1 took $(($(now_ms) - _before)) ms"
}
bring_back() { vib hca_add "$1"; }

run() {
	ib_load
	# The subnet manager sits on the second port's switch neighbour: the adapter that stays.
	sm_start vib1 2
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	store_ram disk0 64
	target_up ib1 disk0
	srp_login ib1
	io_start bg -k -j 4 -b 4k "$(disk ib1)"
	wait_for 10 io_moves bg || fail "no I/O"
	step "the initiator's adapter is pulled out"
	remove vib0
	echo "hosts: $(srp_hosts ib1 | wc -l), class entry: $([ -e "$(add_target ib1)" ] && echo yes || echo no)"
	io_expect_verified bg
	bring_back vib0
	ib_wait_active vib0 1 2
	srp_login ib1
	echo "login again: $(rport_state ib1)"
	rport_tmo ib1 1 2 off
	sm_stop vib1 2
	sm_start vib0 2
	io_start bg -k -j 4 -b 4k "$(disk ib1)"
	step "the target's adapter is pulled out"
	remove vib1
	wait_for 30 not state_is ib1 running || fail "loss of the target goes unnoticed"
	wait_for 20 state_is ib1 fail-fast || fail "no fail-fast: $(rport_state ib1)"
	echo "without target: $(rport_state ib1)"
	bring_back vib1
	ib_wait_active vib1 1 2
	io_expect_verified bg
	srp_logout ib1
	ib_finish
}
