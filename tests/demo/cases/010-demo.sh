# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The story that make demo tells.
# timeout: 110
# shellcheck disable=SC2154 # noticed_ms, stall_ms

# Shown to whoever watches; also marks the kernel log.
say() { step "$*"; }
quote() { while IFS= read -r _line; do verdict "L     $_line"; done; }

# How far the I/O is, once.
progress() {
	say "  $(io_value bg ios) verified transfers, $(io_value bg errors) errors, $(io_value bg miscompares) miscompares; path 1 $(rport_state 1), path 2 $(rport_state 2)"
}

watch_io() {
	for _i in $(seq "$1"); do
		sleep 1
		progress
	done
}

show_login() {
	say "LOGIN  echo \"<login string>\" > $(add_target "$1")"
	login_string "$1" | quote
	srp_login "$1"
	rport_tmo "$1" 2 5 600
	say "       host$(srp_host "$1"), $(host_attr "$1" ch_count) RDMA channels, disk $(disk "$1")"
}

# fault CUT TEXT: loses path 1.
fault() {
	say "FAULT  $2"
	lose_path "$1" 1
	say "       noticed after $noticed_ms ms; longest pause of the I/O $stall_ms ms; now all I/O takes path 2"
}
returned() {
	wait_for 60 state_is 1 running || fail "no reconnect"
	back_ms=$(($(now_ms) - $1))
	wait_for 5 mp_reinstate mp "$a" || fail "path 1 cannot be used again"
}

run() {
	store_ram disk0 64
	target_both disk0
	show_login 1
	show_login 2
	say "DISKS  lsscsi"
	lsscsi | quote
	a=$(disk 1)
	mp_create mp "$a" "$(disk 2)"
	say "I/O    reads and writes of 512 bytes to 64 KiB on the multipath device, every block verified"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	watch_io 3

	fault path_cut "the cable of path 1 swallows all packets; no device notices (fast_io_fail_tmo is 5 s)"
	cut_noticed=$noticed_ms cut_stall=$stall_ms
	klog | grep -e 'taking the path' -e 'failed SEND' | head -1 | quote
	watch_io 2

	say "REPAIR the cable is whole again"
	healed_at=$(now_ms)
	path_heal 1
	returned "$healed_at"
	cut_back=$back_ms
	say "       reconnected after $cut_back ms, disk $a kept its name"
	watch_io 2

	fault target_close "the target closes its port on path 1"
	opened_at=$(now_ms)
	target_open 1
	returned "$opened_at"
	say "       the target opened its port; reconnected after $back_ms ms"

	io_expect_clean bg
	total=$(io_value bg ios)
	mp_remove mp
	say "LOGOUT echo 1 > /sys/class/srp_remote_ports/port-*/delete"
	logout_both
	srp_unload || fail "the modules cannot be unloaded"
	say "       both hosts are gone, modules unloaded, nothing left behind"
	say ""
	say "SUMMARY  verified transfers: $total, errors: 0, miscompares: 0"
	say "         silent cut:         noticed after $cut_noticed ms, I/O paused $cut_stall ms, back in use $cut_back ms after the repair"
	say "         target port closed: noticed after $noticed_ms ms, I/O paused $stall_ms ms, back in use $back_ms ms after it opened"
	echo "the story is told"
}
