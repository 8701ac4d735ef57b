# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: an adapter gets another name under I/O: what sysfs shows follows, the session lasts, reconnects and logins work.

rename() { rdma dev set "$1" name "$2" || fail "$1 cannot be renamed"; }
# Which ports for logins there are, by the adapter's name.
entries() { find /sys/class/infiniband_srp -name "srp-$1-?" | wc -l; }

run() {
	ib_up
	store_ram disk0 32
	target_up ib1 disk0
	srp_login ib1
	rport_tmo ib1 1 30 off
	io_start bg -j 2 -b 4k "$(disk ib1)"
	rename vib0 hca7
	entry=/sys/class/infiniband_srp/srp-hca7-2
	echo "entries: $(entries vib0) of vib0, $(entries hca7) of hca7, which say $(cat $entry/ibdev) port $(cat $entry/port)"
	echo "the host: $(host_attr hca7/1 local_ib_device) port $(host_attr hca7/1 local_ib_port)"
	wait_for 10 io_moves bg || fail "no I/O"
	echo "the same login again: $(put "$(add_target hca7/1)" "$(ib_login_string 1)")"
	vib link "vib0 1 down"
	wait_for 10 not state_is hca7/1 running || fail "a pulled cable goes unnoticed"
	vib link "vib0 1 up"
	wait_for 30 state_is hca7/1 running || fail "no reconnect: $(rport_state hca7/1)"
	wait_for 10 io_moves bg || fail "no I/O after the reconnect"
	io_expect_clean bg
	srp_logout hca7/1
	srp_login_as hca7/1 "$(ib_login_string 1)"
	echo "logged out and in: $(rport_state hca7/1), reads $(try_read "$(disk hca7/1)")"
	rename hca7 vib0
	echo "back: entries $(entries vib0) and $(entries hca7), host on $(host_attr ib1 local_ib_device), reads $(try_read "$(disk ib1)")"
	srp_logout ib1
	ib_finish
}
