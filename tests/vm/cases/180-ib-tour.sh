# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What every kernel has to do, the oldest ones too: login over IB/CM to the scripted target, verified I/O, error handling, failover, logout, unload.
# timeout: 60
# check: 6.12

run() {
	ib_up
	peer_load
	peer_up ib1 ib2
	for p in ib1 ib2; do
		peer_login "$p"
		rport_tmo "$p" 1 2 60
	done
	a=$(disk ib1) b=$(disk ib2)
	echo "channels: $([ "$(host_attr ib1 ch_count)" = "$(peer_count ib1 channels)" ] && echo "as many as the target has")"
	verified_io -j 4 -b 512:256k -t 1 -s 8m "$a"
	verified_io -j 2 -b 4k:1m -t 1 -s 8m "$b"
	echo "content: $(cmp -n 8388608 "$a" "$b" && echo same over both paths)"

	step "error handling"
	echo 1 >"$(sdev_dir ib1)/timeout"
	peer_rule ib1 "on read do hold"
	echo "no answer: read $(reread "$a"), aborted $(peer_count ib1 aborts)"
	peer_clear ib1
	echo 30 >"$(sdev_dir ib1)/timeout"
	reset_only -d "$a" && echo "device reset: $(peer_count ib1 lun_resets)"
	_n=$(peer_count ib1 logins)
	reset_only -H "$a" && peer_count_over ib1 logins "$_n" && echo "host reset: reconnected, read $(reread "$a")"

	step "failover"
	mp_create mp "$a" "$b"
	io_start bg -j 2 -b 512:64k /dev/mapper/mp
	ib_lose ib1 "$a" "link vib0 1 down" "link vib0 1 up"
	ib_lose ib2 "$b" "freeze vib1 2 1" "freeze vib1 2 0"
	io_expect_clean bg
	mp_remove mp

	step "the end"
	srp_logout ib1
	srp_logout ib2
	wait_for 5 peer_count_is ib1 channels 0 && wait_for 5 peer_count_is ib2 channels 0 || fail "channels are left at the target"
	echo "logouts heard: $(peer_count ib1 i_logouts) $(peer_count ib2 i_logouts)"
	peer_expect_content ib1
	peer_unload
	srp_unload || fail "the modules cannot be unloaded: $(lsmod | grep srp)"
	ib_finish
	echo "unloaded: $([ -z "$(srp_loaded)" ] && no_srp_left && echo "nothing left")"
}
