# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: a target that hangs with its link up: what was sent waits in front of it, and is gone with a connection that gives up.
# timeout: 120
# check: 6.12

run() {
	ib_up
	login_to_ram ib1 64
	# Time enough to see the state before.
	rport_tmo ib1 1 $((2 * SLOW)) off
	a=$(disk ib1)
	io_start bg -k -j 4 -b 512:128k "$a"
	for n in 1 2; do
		step "freeze $n"
		vib freeze "vib1 1 1"
		wait_for 20 not state_is ib1 running || fail "a hung target goes unnoticed"
		printf 'hung: %s' "$(rport_state ib1)"
		wait_for 20 state_is ib1 fail-fast || fail "no fail-fast: $(rport_state ib1)"
		printf ', %s' "$(rport_state ib1)"
		vib freeze "vib1 1 0"
		wait_for 30 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
		wait_for 20 io_moves bg || fail "I/O does not go on"
		echo ", $(rport_state ib1)"
	done
	io_expect_verified bg
	step "short freeze"
	io_start bg -j 4 -b 512:128k "$a"
	waited=$(vib_waited vib1 1)
	vib freeze "vib1 1 1"
	wait_for 20 vib_waited_over vib1 1 "$waited" || fail "nothing waits: $(vib_objects port)"
	vib freeze "vib1 1 0"
	wait_for 20 io_moves bg || fail "I/O does not go on"
	io_expect_verified bg
	measure "short freeze: $(($(vib_waited vib1 1) - waited)) packets waited"
	srp_logout ib1
	ib_finish
}
