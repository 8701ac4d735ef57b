# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A path with two disks is lost: plain I/O to the one waits, multipath I/O to the other moves on at once; then both go on.
# needs: ours
# timeout: 90

plain_waits() { [ "$(sdev_state 1 1)" = blocked ]; }

run() {
	store_ram disk0 32
	store_ram disk1 32
	target_up 1 disk0 disk1
	target_up 2 disk0
	login_both 30 60 600
	b=$(disk 1 1)
	mp_create mp "$(disk 1)" "$(disk 2)"
	io_start plain -j 2 -b 4k "$b"
	wait_for 10 io_moves plain || fail "no plain I/O"
	step "path 1 is lost while only the plain disk is used"
	target_close 1
	wait_for 10 state_is 1 blocked || fail "state $(rport_state 1)"
	wait_for 10 plain_waits || fail "the plain disk is $(sdev_state 1 1)"
	echo "plain disk: $(sdev_state 1 1), the other one: $(sdev_state 1)"
	io_start bg -j 1 -b 4k:64k /dev/mapper/mp
	wait_for 5 io_moves bg || fail "multipath I/O waits with the plain one"
	echo "multipath I/O goes on while plain I/O waits: $(rport_state 1), $(sdev_state 1 1)"
	measure "longest time without any completion: $(io_value bg stall_ms) ms"
	[ "$(io_value bg stall_ms)" -lt 5000 ] || fail "multipath I/O stood still for $(io_value bg stall_ms) ms"
	io_moves plain && fail "plain I/O moves without a path"
	target_open 1
	# An attempt that waits keeps its time; a new one is made.
	rport_set 1 reconnect_delay off >/dev/null
	rport_set 1 reconnect_delay 1 >/dev/null
	wait_for 40 state_is 1 running || fail "no reconnect: $(rport_state 1)"
	wait_for 10 io_moves plain || fail "plain I/O does not go on"
	echo "the path is back: $(rport_state 1), disks $(sdev_state 1) $(sdev_state 1 1)"
	io_expect_clean plain
	io_expect_clean bg
	mp_remove mp
	logout_both
}
