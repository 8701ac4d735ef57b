# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two subnet managers: the better one takes over, and when it dies the other one does; ports follow, I/O goes on.
# timeout: 120
# check: 6.1

# diag TOOL...: through the first port of vib0; the tools would take any active one.
diag() { _tool=$1; shift; "$_tool" -C vib0 -P 1 "$@"; }
sm_is_at() { [ $(($(cat "$(ib_port_dir vib0 1)/sm_lid"))) = "$(ib_lid "$1" "$2")" ]; }
sm_state() { diag sminfo "$(ib_lid "$1" "$2")" | sed 's/.*state \([0-9]*\) /\1 /; s/^[0-9]* //'; }

run() {
	have sminfo
	polling='sminfo_polling_timeout 500'
	ib_load
	sm_start vib0 1 'sm_priority 3' "$polling" 'polling_retry_number 2'
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	store_ram disk0 64
	target_up ib1 disk0
	srp_login ib1
	io_start bg -j 2 -b 4k:64k "$(disk ib1)"
	lids=$(ib_lid vib0 1),$(ib_lid vib0 2),$(ib_lid vib1 1),$(ib_lid vib1 2)
	echo "one: $(sm_state vib0 1)"
	step "a second one with a higher priority"
	sm_start vib1 2 'sm_priority 9' "$polling" 'polling_retry_number 2' 'honor_guid2lid_file TRUE'
	wait_for 30 sm_is_at vib1 2 || fail "no handover: $(tail -q -n 5 $SM_DIR/*.log)"
	wait_for 10 sm_answers vib0 1 SMINFO_STANDBY || fail "the first one is $(sm_state vib0 1)"
	echo "two: $(sm_state vib0 1), $(sm_state vib1 2)"
	io_moves bg || fail "no I/O after the handover"
	step "the second one is killed"
	kill -KILL "$(cat $SM_DIR/vib1-2.pid)"
	wait_for 40 sm_is_at vib0 1 || fail "the first one does not take over: $(tail -q -n 5 $SM_DIR/*.log)"
	echo "left: $(sm_state vib0 1)"
	[ "$(ib_lid vib0 1),$(ib_lid vib0 2),$(ib_lid vib1 1),$(ib_lid vib1 2)" = "$lids" ] || fail "LIDs changed"
	io_moves bg || fail "no I/O after the death"
	io_expect_clean bg
	srp_logout ib1
	ib_finish
}

# sm_answers HCA PORT STATE
sm_answers() { [ "$(sm_state "$1" "$2")" = "$3" ]; }
