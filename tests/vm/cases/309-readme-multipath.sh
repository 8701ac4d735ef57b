# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 9: two paths under multipathd; a cable is pulled; each path logs out and in again and again; the I/O is verified.
# timeout: 300
# nightly: 4000
# check: 6.12

LOGINS=50
[ -z "$NIGHTLY" ] || LOGINS=1000

# relogin PORT: the path of this HCA port, half of the times.
relogin() {
	step "logouts and logins over port $1"
	before=$(now_ms)
	readme_run 9 2 srp-mlx5_0-2 "srp-vib0-$1" 'lx 2' "lx $1" 'seq 50' "seq $((LOGINS / 2))" 2>/tmp/relogin || fail "$(tail -3 /tmp/relogin)"
	measure "port $1: $((LOGINS / 2)) logouts and logins in $(($(now_ms) - before)) ms"
	io_moves bg || wait_for 10 io_moves bg || fail "I/O stands still"
	wait_for 30 paths_are 2 || fail "paths: $(multipathd show paths 2>&1)"
}

run() {
	have ibsrpdm
	multipathd_configure 'fast_io_fail_tmo 5' 'dev_loss_tmo 700'
	ib_up
	store_ram disk0 64
	ib_target_both disk0
	target_allow ib1 "$(ib_acl 2)"
	target_allow ib2 "$(ib_acl 1)"
	ib_login_both 2 2 600
	multipathd_start
	echo "timeouts after the start of multipathd: $(rport_get ib1 fast_io_fail_tmo) $(rport_get ib1 dev_loss_tmo)"
	io_start bg -j 2 -b 512:64k /dev/mapper/mpatha
	step "cable pulled"
	before=$(now_ms)
	vib link "vib0 1 down"
	wait_for 20 paths_are 1 || fail "the path is not failed"
	wait_for 20 io_moves bg || fail "no failover"
	measure "cable pulled: path failed and I/O on the other one after $(($(now_ms) - before)) ms"
	vib link "vib0 1 up"
	wait_for 30 paths_are 2 || fail "the path does not come back"
	relogin 2
	relogin 1
	io_expect_clean bg
	measure "longest time without any completed I/O: $(io_value bg stall_ms) ms"
	# Whatever multipathd still had to hear of the last logouts and logins.
	wait_for 30 paths_are 2 || fail "paths in the end: $(multipathd show paths 2>&1)"
	echo "paths: $(active_paths)"
	multipathd_stop
	ib_logout_both
	ib_finish
}
