# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The same as a user has it: multipathd makes the map, fails over and takes the path back.
# timeout: 240

run() {
	multipathd_configure
	store_ram disk0 64
	target_both disk0
	login_both 2 3 600
	multipathd_start
	io_start bg -j 4 -b 512:64k /dev/mapper/mpatha
	step "silent cut of path 1"
	before=$(now_ms)
	path_cut 1
	wait_for 120 paths_are 1 || fail "the path is not failed"
	wait_for 30 io_moves bg || fail "no failover"
	measure "silent cut: path failed and I/O on the other one after $(($(now_ms) - before)) ms"
	step "heal"
	before=$(now_ms)
	path_heal 1
	wait_for 90 paths_are 2 || fail "the path does not come back"
	measure "back in use after $(($(now_ms) - before)) ms"
	io_expect_clean bg
	measure "longest time without any completed I/O: $(io_value bg stall_ms) ms"
	echo "paths: $(active_paths)"
	multipathd_stop
	logout_both
}
