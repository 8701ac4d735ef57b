# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# sg_reset of the device while verified I/O runs: nothing fails, nothing waits for a command timeout.
# timeout: 120

run() {
	have sg_reset
	login_to_ram 1 64
	a=$(disk 1)
	io_start bg -j 4 -b 512:64k "$a"
	for i in 1 2 3 4 5 6; do
		sg_reset -d "$a" >/dev/null || fail "reset $i"
		sleep 0.5
	done
	wait_for 45 io_moves bg || fail "I/O stands still after the resets"
	io_expect_clean bg
	# The distribution's module lets commands wait for their timeout.
	[ "$MODULES" = distro ] || [ "$(io_value bg max_ms)" -lt 25000 ] || fail "a command waited $(io_value bg max_ms) ms"
	echo "state: $(rport_state 1) $(sdev_state 1)"
	echo "resets in the log: $(klog_count 'SRP reset_device called')"
	srp_logout 1
}
