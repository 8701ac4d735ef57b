# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: cables pulled and cut, ports disabled at either end; states of the remote port; I/O waits and then goes on.
# timeout: 240
# check: 6.1

# outage TEXT DOWN UP: commands of vib files as "FILE WORDS"
outage() {
	step "$1"
	vib "${2%% *}" "${2#* }"
	wait_for 30 not state_is ib1 running || fail "$1 goes unnoticed"
	printf '%s: %s' "$1" "$(rport_state ib1)"
	wait_for 20 state_is ib1 fail-fast || fail "$1: $(rport_state ib1)"
	printf ', %s' "$(rport_state ib1)"
	vib "${3%% *}" "${3#* }"
	wait_for 40 state_is ib1 running || fail "$1: $(rport_state ib1) after the repair"
	wait_for 20 io_moves bg || fail "$1: I/O does not go on"
	echo ", $(rport_state ib1)"
}

run() {
	ib_up
	login_to_ram ib1 64
	# Time enough to see the state before.
	rport_tmo ib1 1 $((2 * SLOW)) off
	a=$(disk ib1)
	io_start bg -k -j 4 -b 512:128k "$a"
	outage "initiator's cable pulled" "link vib0 1 down" "link vib0 1 up"
	outage "target's cable pulled" "link vib1 1 down" "link vib1 1 up"
	outage "initiator's port disabled" "port vib0 1 disable" "port vib0 1 reset"
	outage "target's port disabled" "port vib1 1 disable" "port vib1 1 reset"
	outage "initiator is not heard" "link vib0 1 cut" "link vib0 1 heal"
	outage "target is not heard" "link vib1 1 cut" "link vib1 1 heal"
	io_expect_verified bg
	srp_logout ib1
	ib_finish
}
