# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two paths that come and go in turn under verified I/O: closed ports, cuts and downed ports in a row.
# needs: ours -- the distribution's does not notice a silent cut: rxe repeats for ever
# timeout: 240
# check: 6.1

lost() { not state_is "$1" running; }

run() {
	store_ram disk0 64
	target_both disk0
	login_both 1 1 600
	a=$(disk 1) b=$(disk 2)
	mp_create mp "$a" "$b"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	for round in 1 2 3 4; do
		for p in 1 2; do
			step "round $round path $p"
			case $round in
			1|3) target_close $p; wait_for 30 lost $p || fail "path $p: loss unnoticed"; target_open $p ;;
			2)
				# The port's return starts the reconnect, not the time; and rxe must not be made to send while its link goes down.
				rport_set $p reconnect_delay 30 >/dev/null
				port_down $p
				wait_for 60 lost $p || fail "path $p: loss unnoticed"
				port_up $p
				;;
			4) path_cut $p; wait_for 60 lost $p || fail "path $p: loss unnoticed"; path_heal $p ;;
			esac
			wait_for 100 state_is $p running || fail "round $round: path $p does not come back: $(rport_state $p)"
			rport_set $p reconnect_delay 1 >/dev/null
			case $p in 1) d=$a ;; 2) d=$b ;; esac
			wait_for 5 mp_reinstate mp "$d" || fail "round $round: path $p cannot be used again"
			wait_for 20 io_moves bg || fail "round $round: no I/O"
		done
	done
	io_expect_clean bg
	echo "paths: $(rport_state 1) $(rport_state 2)"
	mp_remove mp
	logout_both
}
