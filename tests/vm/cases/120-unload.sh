# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Module unload: refused while a disk is open, at once after the I/O was killed, and in every state of the port.
# needs: ours -- the distribution's does not notice a silent cut: rxe repeats for ever
# timeout: 180

again() {
	srp_load || fail "load"
	srp_login 1
	a=$(disk 1)
}
unload() {
	before=$(now_ms)
	timeout $((60 * SLOW)) rmmod ib_srp || fail "rmmod ib_srp: $1"
	measure "unload $1: $(($(now_ms) - before)) ms"
	rmmod scsi_transport_srp || fail "rmmod scsi_transport_srp: $1"
	echo "$1: unloaded"
}

run() {
	login_to_ram 1 32
	a=$(disk 1)
	io_start bg -j 4 -b 512:256k "$a"
	rmmod ib_srp 2>/dev/null && fail "unloaded under an open disk"
	io_moves bg || fail "I/O stopped by the refused unload"
	echo "refused while in use"
	for _ in 1 2 3; do
		kill -KILL "$(io_pid bg)"
		io_end bg
		unload "right after killed I/O"
		again
		io_start bg -j 4 -b 512:256k "$a"
	done
	io_expect_clean bg
	unload "logged in"
	again
	rport_tmo 1 1 off 60
	target_close 1
	wait_for 10 not state_is 1 running
	unload "while blocked"
	target_open 1
	again
	rport_tmo 1 1 1 60
	target_close 1
	wait_for 10 state_is 1 fail-fast
	unload "while failing fast"
	target_open 1
	again
	rport_tmo 1 1 2 60
	path_cut 1
	srptest io -j 1 -n 1 -w 0 -N "$a" >/dev/null 2>&1 &
	wait_for 40 not state_is 1 running || fail "cut not noticed"
	wait
	sleep 2
	unload "while reconnecting to a silent target"
	path_heal 1
}
