# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The story that make demo tells.
# timeout: 110

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

run() {
	store_ram disk0 64
	target_up 1 disk0
	target_up 2 disk0
	show_login 1
	show_login 2
	say "DISKS  lsscsi"
	lsscsi | quote
	a=$(disk 1) b=$(disk 2)
	mp_create mp "$a" "$b"
	say "I/O    reads and writes of 512 bytes to 64 KiB on the multipath device, every block verified"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	watch_io 3

	say "FAULT  the cable of path 1 swallows all packets; no device notices"
	io_reset_waits bg
	cut_at=$(now_ms)
	path_cut 1
	wait_for 30 not state_is 1 running || fail "the loss goes unnoticed"
	noticed=$(($(now_ms) - cut_at))
	wait_for 10 io_moves bg || fail "no failover"
	stall=$(io_value bg stall_ms)
	say "       noticed after $noticed ms (fast_io_fail_tmo is 5 s); longest pause of the I/O $stall ms; now all I/O takes path 2"
	klog | grep -e 'taking the path' -e 'failed SEND' | head -1 | quote
	watch_io 2

	say "REPAIR the cable is whole again"
	heal_at=$(now_ms)
	path_heal 1
	wait_for 60 state_is 1 running || fail "no reconnect"
	back=$(($(now_ms) - heal_at))
	wait_for 5 mp_reinstate mp "$(dev_number "$a")" || fail "path 1 cannot be used again"
	say "       reconnected after $back ms, disk $a kept its name"
	watch_io 2

	say "FAULT  the target closes its port on path 1"
	io_reset_waits bg
	cut_at=$(now_ms)
	target_close 1
	wait_for 10 not state_is 1 running || fail "the logout goes unnoticed"
	closed_noticed=$(($(now_ms) - cut_at))
	wait_for 10 io_moves bg || fail "no failover"
	closed_stall=$(io_value bg stall_ms)
	say "       noticed after $closed_noticed ms, longest pause of the I/O $closed_stall ms"
	target_open 1
	wait_for 60 state_is 1 running || fail "no reconnect"
	say "       the target opened its port; reconnected"

	io_expect_clean bg
	total=$(io_value bg ios)
	mp_remove mp
	say "LOGOUT echo 1 > /sys/class/srp_remote_ports/port-*/delete"
	srp_logout 1
	srp_logout 2
	srp_unload || fail "the modules cannot be unloaded"
	say "       both hosts are gone, modules unloaded, nothing left behind"
	say ""
	say "SUMMARY  verified transfers: $total, errors: 0, miscompares: 0"
	say "         silent cut:         noticed after $noticed ms, I/O paused $stall ms, back in use $back ms after the repair"
	say "         target port closed: noticed after $closed_noticed ms, I/O paused $closed_stall ms"
	echo "the story is told"
}
