# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# 300 logins and logouts on one path with I/O on the other one, then unload.
# timeout: 600
# check: 6.12

run() {
	store_ram disk0 32
	store_ram disk1 8
	target_up 1 disk0
	target_up 2 disk1
	srp_login 1
	io_start bg -j 2 -b 4k:64k "$(disk 1)"
	n=300
	[ "$SLOW" -le 1 ] || n=60
	add=$(add_target 2) login=$(login_string 2) i=0
	before=$(now_ms)
	while [ $i -lt $n ]; do
		while got=$(put "$add" "$login"); [ "$got" = EEXIST ]; do sleep 0.02; done
		[ "$got" = OK ] || fail "login $i: $got"
		h=$(srp_host 2)
		[ -n "$h" ] || fail "login $i: no host"
		echo 1 >"/sys/class/srp_remote_ports/port-$h:1/delete" || fail "logout $i"
		i=$((i + 1))
	done
	wait_for 20 not has_host 2 || fail "the last host stays"
	measure "$n logins and logouts in $(($(now_ms) - before)) ms"
	io_moves bg || fail "no I/O on the other path"
	io_expect_clean bg
	srp_logout 1
	srp_unload || fail "unload"
	echo "unloaded"
}
