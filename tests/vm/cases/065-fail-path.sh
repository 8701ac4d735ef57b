# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# fail_path: who sees that the target's port left the fabric says so, and I/O goes on over the other path before any timeout.
# needs: ours
# timeout: 120
# shellcheck disable=SC2154 # noticed_ms, stall_ms

cut_and_tell() {
	path_cut "$1"
	rport_set "$1" fail_path 1 >/dev/null
}

run() {
	store_ram disk0 64
	target_both disk0
	login_both 2 30 600
	a=$(disk 1)
	for v in 0 2 '1 1' yes; do echo "fail_path '$v': $(rport_set 1 fail_path "$v"), $(rport_state 1)"; done
	expect_klog 'fail_path takes only 1: the path to the target port is gone'
	echo "read: $(cat "$(rport 1)/fail_path" 2>&1 | sed 's/.*: //')"

	step "a mistake: the path works"
	attempts=$(dmesg | grep -c 'reconnect succeeded')
	echo "fail_path 1: $(rport_set 1 fail_path 1)"
	expect_klog 'told that the path to .* is gone'
	wait_for 10 log_more 'reconnect succeeded' "$attempts" || fail "no reconnect"
	wait_for 10 state_is 1 running || fail "state $(rport_state 1)"
	dd if="$a" of=/dev/null bs=64k count=4 iflag=direct 2>/dev/null || fail "the disk cannot be read"
	echo "reconnected, disk $(sdev_state 1)"

	step "last_error says why it does not reconnect"
	words=$(last_error 1) && echo "while it works: '$words'"
	target_close 1
	wait_for 30 last_error_is 1 'rejected: .*; ' || fail "no reason: $(last_error 1)"
	target_open 1
	wait_for 30 state_is 1 running || fail "state $(rport_state 1)"
	words=$(last_error 1) && echo "after the reconnect: '$words'"

	step "the path swallows packets"
	mp_create mp "$a" "$(disk 2)"
	io_start bg -j 2 -b 4k:64k /dev/mapper/mp
	lose_path cut_and_tell 1
	measure "noticed after $noticed_ms ms, longest time without any completion $stall_ms ms"
	path_heal 1
	wait_for 90 state_is 1 running || fail "no reconnect, state $(rport_state 1)"
	io_expect_clean bg
	mp_remove mp
	logout_both
}

last_error() { host_attr "$1" last_error; }
last_error_is() { last_error "$1" | grep -q "$2"; }
log_more() { [ "$(dmesg | grep -c "$1")" -gt "$2" ]; }
