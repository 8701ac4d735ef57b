# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two fabrics carry the two paths of a multipath device; one path is lost in each of four ways under verified I/O, which goes on without an error.
# needs: ours -- the times of both drivers: tests/bench/run classes
# timeout: 120
# check: 6.1
# shellcheck disable=SC2154 # noticed_ms, stall_ms

lose_class() { ib_fail "$class"; }

run() {
	ib_up_fabrics
	store_ram disk0 64
	ib_target_both disk0
	ib_login_both 2 3 600
	a=$(disk ib1)
	mp_create mp "$a" "$(disk ib2)"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	for class in $IB_CLASSES; do
		step "$class"
		lose_path lose_class ib1
		measure "$class: noticed after $noticed_ms ms, longest time without any completed I/O $stall_ms ms"
		[ "$stall_ms" -lt $((5000 * SLOW)) ] || fail "$class: no I/O for $stall_ms ms"
		ib_repair "$class"
		before=$(now_ms)
		wait_for 30 state_is ib1 running || fail "$class: no reconnect, state $(rport_state ib1)"
		wait_for 5 mp_reinstate mp "$a" || fail "$class: the path cannot be used again"
		measure "$class: reconnected $(($(now_ms) - before)) ms after the repair"
		io_moves bg || fail "$class: no I/O after the return"
		echo "$class: survived, disk $(sdev_state ib1)"
	done
	io_expect_clean bg
	mp_remove mp
	ib_logout_both
	ib_finish
}
