# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# sg_reset of the host while verified I/O runs: a reconnect each time, nothing fails.
# timeout: 120

run() {
	have sg_reset
	login_to_ram 1 64
	a=$(disk 1)
	io_start bg -j 4 -b 512:64k "$a"
	for i in 1 2 3 4 5; do
		sg_reset -H "$a" >/dev/null || fail "reset $i"
		wait_for 20 io_moves bg || fail "I/O stands still after reset $i"
	done
	io_expect_clean bg
	echo "resets in the log: $(klog_count 'ib_srp: SRP reset_host called')"
	echo "reconnects in the log: $(klog_count 'ib_srp: reconnect succeeded')"
	echo "state: $(rport_state 1) $(sdev_state 1)"
	srp_logout 1
}
