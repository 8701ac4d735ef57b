# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The target ends the session: the port blocks at once, reconnects when the target is back, and I/O goes on.
# timeout: 90

run() {
	login_to_ram 1 32
	rport_tmo 1 1 off 60
	a=$(disk 1)
	io_start bg -j 3 -b 512:64k "$a"
	for i in 1 2 3; do
		step "logout $i by the target"
		before=$(now_ms)
		target_close 1
		wait_for 10 not state_is 1 running || fail "the logout goes unnoticed"
		measure "logout $i noticed after $(($(now_ms) - before)) ms"
		[ $i != 1 ] || expect_klog 'DREQ'
		before=$(now_ms)
		target_open 1
		wait_for 20 state_is 1 running || fail "no reconnect"
		measure "reconnected after $(($(now_ms) - before)) ms"
		wait_for 10 io_moves bg || fail "no I/O after the reconnect"
	done
	io_expect_clean bg
	step "the target's port is taken away for good"
	rport_tmo 1 1 1 3
	target_path_down "$(target_wwn 1)"
	wait_for 20 no_srp_left || fail "the host stays after dev_loss_tmo"
	echo "removed after dev_loss_tmo"
}
