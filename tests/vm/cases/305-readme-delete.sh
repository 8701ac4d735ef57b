# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 5: logout by a write to the remote port, idle and under I/O; login again.
# timeout: 60
# check: 6.1

# log_out TITLE
log_out() {
	readme_commands 5 1 >/tmp/delete
	before=$(now_ms)
	sh /tmp/delete || fail "$1: the write fails"
	took=$(($(now_ms) - before))
	wait_for 10 no_srp_left || fail "$1: the host stays"
	measure "$1: the write took $took ms, the host was gone after $(($(now_ms) - before)) ms"
	[ $took -lt $((2000 * SLOW)) ] || fail "$1: the write took $took ms"
	wait_for 20 vib_idle vib0 || fail "$1: left: $(vib_objects '.. vib0')"
	echo "$1: disks $(lsscsi | grep -c LIO-ORG)"
}

run() {
	ib_up
	login_to_ram ib1 64
	disk ib1 >/dev/null
	log_out "idle"
	srp_login ib1
	io_start bg -k -j 4 -b 512:64k "$(disk ib1)"
	wait_for 10 io_moves bg || fail "no I/O"
	log_out "under I/O"
	io_expect_verified bg
	srp_login ib1
	echo "again: $(rport_state ib1)"
	srp_logout ib1
	ib_finish
}
