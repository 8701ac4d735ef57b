# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What both stories share. PATH1 and PATH2 are the two paths (tests/vm/lib/initiator.sh), $a is the disk of the first one.
# shellcheck disable=SC2034,SC2154 # total; PATH1, PATH2, noticed_ms, stall_ms

# Shown to whoever watches; also marks the kernel log.
say() { step "$*"; }
quote() { while IFS= read -r _line; do verdict "L     $_line"; done; }

# How far the I/O is, once.
progress() {
	say "  $(io_value bg ios) verified transfers, $(io_value bg errors) errors, $(io_value bg miscompares) miscompares;" \
		"path 1 $(rport_state "$PATH1"), path 2 $(rport_state "$PATH2")"
}
watch_io() {
	for _i in $(seq "$1"); do
		sleep 1
		progress
	done
}

# show_login PATH LOGIN-STRING
show_login() {
	say "LOGIN  echo \"<login string>\" > $(add_target "$1")"
	echo "$2" | quote
	srp_login_as "$1" "$2"
	rport_tmo "$1" 2 5 600
	say "       host$(srp_host "$1"), $(host_attr "$1" ch_count) RDMA channels, disk $(disk "$1")"
}
# One disk over two paths, and I/O on it.
show_disks() {
	say "DISKS  lsscsi"
	lsscsi | quote
	a=$(disk "$PATH1")
	mp_create mp "$a" "$(disk "$PATH2")"
	say "I/O    reads and writes of 512 bytes to 64 KiB on the multipath device, every block verified"
	io_start bg -j 2 -b 512:64k /dev/mapper/mp
	watch_io 3
}

# fault CUT TEXT: loses path 1. What the driver said about it is shown.
fault() {
	say "FAULT  $2"
	_said=$(klog | wc -l)
	lose_path "$1" "$PATH1"
	say "       noticed after $noticed_ms ms; longest pause of the I/O $stall_ms ms; now all I/O takes path 2"
	klog | tail -n +$((_said + 1)) | grep -e 'taking the path' -e 'failed SEND' -e 'DREQ' -e 'port [0-9]* of' | head -1 | quote
	watch_io 2
}
# repair MEND TEXT: path 1 is used again; sets outcome, a line for the summary.
repair() {
	say "REPAIR $2"
	_at=$(now_ms)
	"$1" "$PATH1"
	wait_for 60 state_is "$PATH1" running || fail "no reconnect"
	_back_ms=$(($(now_ms) - _at))
	wait_for 5 mp_reinstate mp "$a" || fail "path 1 cannot be used again"
	say "       reconnected after $_back_ms ms, disk $a kept its name"
	outcome="noticed after $noticed_ms ms, I/O paused $stall_ms ms, back in use $_back_ms ms after the repair"
	watch_io 2
}

# show_logout: ends the I/O, which must have been clean; sets total.
show_logout() {
	io_expect_clean bg
	total=$(io_value bg ios)
	mp_remove mp
	say "LOGOUT echo 1 > /sys/class/srp_remote_ports/port-*/delete"
	logout_paths "$PATH1 $PATH2"
	srp_unload || fail "the modules cannot be unloaded"
	say "       both hosts are gone, modules unloaded, nothing left behind"
}
