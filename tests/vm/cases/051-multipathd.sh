# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The same as a user has it: multipathd makes the map, fails over and takes the path back.
# timeout: 240

active_paths() { multipathd show paths format '%d %t %o' 2>/dev/null | grep -c 'active *running'; }
paths_are() { [ "$(active_paths)" = "$1" ]; }

run() {
	have multipathd
	have udevadm
	mkdir -p /etc/multipath
	cat >/etc/multipath.conf <<-CONF
	defaults {
		user_friendly_names yes
		find_multipaths no
		polling_interval 1
		max_polling_interval 1
		no_path_retry queue
		path_grouping_policy multibus
		path_checker tur
	}
	blacklist {
		devnode "^(loop|ram|md|dm-|nullb)"
	}
	CONF
	udev_start
	store_ram disk0 64
	target_up 1 disk0
	target_up 2 disk0
	srp_login 1
	srp_login 2
	rport_tmo 1 2 3 600
	rport_tmo 2 2 3 600
	disk 1 >/dev/null
	disk 2 >/dev/null
	udevadm settle -t 20
	multipathd -d -s -v3 >/tmp/multipathd.log 2>&1 &
	wait_for 30 paths_are 2 || { tail -40 /tmp/multipathd.log >&2; fail "multipathd sees $(active_paths) paths: $(multipathd show paths 2>&1)"; }
	wait_for 10 exists /dev/mapper/mpatha || fail "no map: $(multipathd show maps 2>&1)"
	io_start bg -j 4 -b 512:64k /dev/mapper/mpatha
	step "silent cut of path 1"
	before=$(now_ms)
	path_cut 1
	wait_for 120 paths_are 1 || fail "the path is not failed"
	wait_for 30 io_moves bg || fail "no failover"
	measure "silent cut: path failed and I/O on the other one after $(($(now_ms) - before)) ms"
	step "heal"
	before=$(now_ms)
	path_heal 1
	wait_for 90 paths_are 2 || fail "the path does not come back"
	measure "back in use after $(($(now_ms) - before)) ms"
	io_expect_clean bg
	measure "longest time without any completed I/O: $(io_value bg stall_ms) ms"
	echo "paths: $(active_paths)"
	kill -TERM "$(pidof multipathd)"
	wait_for 10 not pidof multipathd || fail "multipathd does not end"
	wait_for 10 dmsetup remove mpatha || fail "the map cannot be removed"
	srp_logout 1
	srp_logout 2
}
