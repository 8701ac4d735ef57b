# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The tour of 180 with the kernel's own target, of whatever age it is: login over IB/CM, verified I/O, resets, failover, unload.
# Paths are cut in 180: old targets (3.10, 3.17, 4.4) now and then keep sessions for ever that end without a farewell.
# timeout: 60
# check: 6.12

run() {
	ib_up
	store_ram disk0 32
	ib_target_both disk0
	srp_login ib1
	srp_login ib2
	a=$(disk ib1) b=$(disk ib2)
	verified_io -j 4 -b 512:256k -t 1 -s 8m "$a"
	verified_io -j 2 -b 4k:1m -t 1 -s 8m "$b"
	echo "content: $(cmp -n 8388608 "$a" "$b" && echo same over both paths)"
	reset_only -d "$a" && echo "device reset: read $(reread "$a")"
	reset_only -H "$a" && echo "host reset: read $(reread "$a")"

	step "failover"
	mp_create mp "$a" "$b"
	io_start bg -j 2 -b 512:64k /dev/mapper/mp
	srp_logout ib1
	wait_for 10 io_moves bg && echo "logout of one path: the other one is used"
	io_expect_clean bg
	mp_remove mp

	step "the end"
	srp_logout ib2
	target_down || fail "the target cannot be taken down"
	srp_unload || fail "the modules cannot be unloaded: $(lsmod | grep srp)"
	ib_finish
	echo "unloaded: $([ -z "$(srp_loaded)" ] && no_srp_left && echo "nothing left")"
}
