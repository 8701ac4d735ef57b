# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 2: sg_reset of the device and of the host under I/O, three times in a row.
# timeout: 90
# check: 6.1

run() {
	have sg_reset
	ib_up
	login_to_ram ib1 64
	io_start bg -j 4 -b 512:64k "$(disk ib1)"
	for i in 1 2 3; do
		readme_run 2 1 >/dev/null || fail "reset $i"
		wait_for 20 io_moves bg || fail "I/O stands still after reset $i"
	done
	io_expect_clean bg
	for text in 'SRP reset_device called' 'ib_srp: SRP reset_host called' 'ib_srp: reconnect succeeded'; do
		echo "$text: $(klog_count "$text")"
	done
	echo "state: $(rport_state ib1) $(sdev_state ib1)"
	srp_logout ib1
	ib_finish
}
