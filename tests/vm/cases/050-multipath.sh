# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two paths under dm-multipath; one of them is lost in both ways that RoCE does not see itself, under verified I/O; it comes back and is used again.
#
# Ports that go down are in 311: when a packet meets a link that is going down, rxe puts the sending queue pair into the error state, the one
# for management datagrams too, and then no reconnect over it succeeds any more.
# timeout: 180
# shellcheck disable=SC2154 # noticed_ms

# rxe of Linux 6.1 breaks a connection of its own accord now and then (see peer.sh), and without multipathd nobody takes path 2 back.
other_path_is_used() { state_is 2 running && mp_reinstate mp "$b"; }
io_goes_on() {
	other_path_is_used
	io_moves bg
}

# lose KIND CUT HEAL
lose() {
	step "path 1: $1"
	wait_for 30 other_path_is_used || fail "$1: path 2 is $(rport_state 2)"
	lose_path "$2" 1
	measure "$1: noticed after $noticed_ms ms"
	wait_for 20 state_is 1 fail-fast || state_is 1 blocked || fail "$1: state $(rport_state 1)"
	wait_for 10 io_goes_on || fail "$1: I/O stopped again"
	sleep 0.2
	measure "$1: longest transfer $(io_value bg max_ms) ms, longest time without any completion $(io_value bg stall_ms) ms"
	before=$(now_ms)
	$3 1
	wait_for 90 state_is 1 running || fail "$1: no reconnect, state $(rport_state 1)"
	measure "$1: reconnected after $(($(now_ms) - before)) ms"
	wait_for 5 mp_reinstate mp "$a" || fail "$1: the path cannot be used again"
	wait_for 10 io_goes_on || fail "$1: no I/O after the return"
	echo "$1: survived, disk $(sdev_state 1)"
}

run() {
	store_ram disk0 64
	target_both disk0
	login_both 2 3 600
	a=$(disk 1) b=$(disk 2)
	mp_create mp "$a" "$b"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	lose "target port closed" target_close target_open
	lose "silent cut" path_cut path_heal
	io_expect_clean bg
	mp_remove mp
	echo "disks: $(lsscsi | grep -c LIO-ORG)"
	logout_both
}
