# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 4: the target's port is disabled and enabled under I/O.
# timeout: 90
# check: 6.1

run() {
	ib_up
	login_to_ram ib1 64
	rport_tmo ib1 2 3 off
	io_start bg -k -j 4 -b 512:64k "$(disk ib1)"
	readme_run 4 1
	wait_for 5 not state_is ib1 running || fail "the logout goes unnoticed"
	printf 'disabled: %s' "$(rport_state ib1)"
	wait_for 10 state_is ib1 fail-fast || fail "no fail-fast: $(rport_state ib1)"
	echo ", $(rport_state ib1)"
	expect_klog 'ib_srp: DREQ received - connection closed'
	readme_run 4 2
	before=$(now_ms)
	wait_for 10 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	measure "reconnected $(($(now_ms) - before)) ms after the port was enabled, reconnect_delay is 2 s"
	expect_klog 'ib_srp: reconnect succeeded'
	wait_for 10 io_moves bg || fail "I/O does not go on"
	io_expect_verified bg
	echo "enabled: $(rport_state ib1)"
	srp_logout ib1
	ib_finish
}
