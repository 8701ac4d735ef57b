# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 8: under I/O the initiator's cable is pulled, then the target's behind the switch.
# needs: ours -- the kernel's driver does not watch the port
# timeout: 120
# check: 6.12

# A loss that nobody reports is found by what the adapter or the watchdog says.
FOUND='failed SEND status transport retry counter exceeded\|nothing acknowledged for .* taking the path to .* for dead'

# pull TITLE HCA MILLISECONDS: noticed within that time.
pull() {
	step "$1"
	before=$(now_ms)
	vib link "$2 1 down"
	wait_for 10 not state_is ib1 running || fail "$1: unnoticed"
	took=$(($(now_ms) - before))
	measure "$1: noticed after $took ms"
	[ $took -lt $(($3 * SLOW)) ] || fail "$1: noticed after $took ms"
	wait_for 10 state_is ib1 fail-fast || fail "$1: $(rport_state ib1)"
	vib link "$2 1 up"
	wait_for 20 state_is ib1 running || fail "$1: no reconnect, $(rport_state ib1)"
	wait_for 10 io_moves bg || fail "$1: I/O does not go on"
	echo "$1: found by adapter or watchdog: $(klog_has "$FOUND" && echo yes || echo no), then fail-fast, $(rport_state ib1)"
}

run() {
	ib_up
	login_to_ram ib1 64
	rport_tmo ib1 10 3 off
	io_start bg -k -j 4 -b 512:64k "$(disk ib1)"
	pull "initiator's cable" vib0 1000
	pull "target's cable" vib1 3500
	io_expect_verified bg
	echo "reconnects: $(klog_count 'ib_srp: reconnect succeeded')"
	srp_logout ib1
	ib_finish
}
