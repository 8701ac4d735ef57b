# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 7: under I/O the subnet manager is stopped, the initiator's port is reset, and the subnet manager started again.
# needs: ours -- the kernel's driver does not watch the port
# timeout: 90
# check: 6.1

run() {
	have ibportstate
	ib_up
	login_to_ram ib1 64
	rport_tmo ib1 2 off 60
	io_start bg -j 4 -b 512:64k "$(disk ib1)"
	step "the subnet manager is stopped"
	sm_stop vib0 1
	sleep 1
	io_moves bg || fail "I/O needs a subnet manager"
	echo "without subnet manager: $(rport_state ib1)"
	before=$(now_ms)
	readme_run 7 1 'ibportstate <lid>' "ibportstate -C vib1 -P 2 $(ib_lid vib0 1)" >/tmp/reset 2>&1 || fail "$(cat /tmp/reset)"
	wait_for 5 not state_is ib1 running || fail "the reset goes unnoticed"
	measure "noticed $(($(now_ms) - before)) ms after ibportstate was called"
	echo "port reset: $(rport_state ib1), port $(sed 's/.*: //' "$(ib_port_dir vib0 1)/state")"
	wait_for 10 klog_has 'reconnect attempt 1 failed' || fail "no attempt"
	# The next attempt is on its way already; after that one only the port's return can start another in time.
	rport_set ib1 reconnect_delay 60 >/dev/null
	wait_for 10 klog_has 'reconnect attempt 2 failed' || fail "no second attempt"
	step "and started"
	before=$(now_ms)
	sm_start vib0 1
	ib_wait_active vib0 1
	active=$(($(now_ms) - before))
	wait_for 9 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	measure "port active $active ms, connected $(($(now_ms) - before)) ms after the subnet manager was started"
	expect_klog 'ib_srp: reconnect succeeded'
	wait_for 10 io_moves bg || fail "I/O does not go on"
	io_expect_clean bg
	echo "with subnet manager: $(rport_state ib1)"
	srp_logout ib1
	ib_finish
}
