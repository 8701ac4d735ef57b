# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two paths to one disk: multipath devices made by hand, or by multipathd with udev.
# shellcheck disable=SC2034 # noticed_ms, stall_ms

# lose_path CUT PATH: loses the path with CUT (path_cut, ...) under the I/O "bg" on a multipath device; noticed, and I/O goes on over
# the other one. Sets noticed_ms (from the loss to the port's state) and stall_ms (the longest time without any completion).
lose_path() {
	io_reset_waits bg
	_at=$(now_ms)
	"$1" "$2"
	wait_for 60 not state_is "$2" running || fail "$1: the loss goes unnoticed"
	noticed_ms=$(($(now_ms) - _at))
	wait_for 60 io_moves bg || fail "$1: no failover"
	stall_ms=$(io_value bg stall_ms)
}

# Device nodes come from the kernel and from dmsetup itself; only the multipathd case starts udev.
export DM_DISABLE_UDEV=1

dev_number() { cat "/sys/block/${1#/dev/}/dev"; }
sectors() { cat "/sys/block/${1#/dev/}/size"; }

# mp_create NAME DISK...: one path group, queue_if_no_path; prints nothing, makes /dev/mapper/NAME.
mp_create() {
	_n=$1
	shift
	_t="0 $(sectors "$1") multipath 1 queue_if_no_path 0 1 1 queue-length 0 $# 1"
	for _d in "$@"; do _t="$_t $(dev_number "$_d") 1"; done
	dmsetup create "$_n" --table "$_t" || fail "dmsetup create $_n"
	wait_for 5 exists "/dev/mapper/$_n" || fail "no /dev/mapper/$_n"
}
# mp_reinstate NAME DISK: the path may be used again; without multipathd nobody else says so.
mp_reinstate() { dmsetup message "$1" 0 "reinstate_path $(dev_number "$2")"; }
mp_remove() {
	wait_for 10 dmsetup remove "$1" || fail "dmsetup remove $1"
}

udev_start() {
	unset DM_DISABLE_UDEV
	have udevadm
	mkdir -p /run/udev
	/lib/systemd/systemd-udevd --daemon 2>/dev/null || fail "udevd does not start"
	udevadm trigger --action=add --subsystem-match=block
	udevadm settle -t 20
}
udev_stop() {
	[ -d /run/udev ] || return 0
	killall -q -KILL systemd-udevd udevadm 2>/dev/null
	rm -rf /run/udev
}

# ---- multipathd -------------------------------------------------------------------------------------------------------------------

active_paths() { multipathd show paths format '%d %t %o' 2>/dev/null | grep -c 'active *running'; }
paths_are() { [ "$(active_paths)" = "$1" ]; }

# multipathd_configure [LINE...]: further lines for the defaults. Starts udev.
multipathd_configure() {
	have multipathd
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
		$(printf '%s\n' "$@")
	}
	blacklist {
		devnode "^(loop|ram|md|dm-|nullb)"
	}
	CONF
	udev_start
}
# multipathd_start: until /dev/mapper/mpatha has both paths. multipathd_stop: until daemon and map are gone.
multipathd_start() {
	udevadm settle -t 20
	multipathd -d -s -v2 >/tmp/multipathd.log 2>&1 &
	wait_for 30 paths_are 2 || { tail -40 /tmp/multipathd.log >&2; fail "multipathd sees $(active_paths) paths: $(multipathd show paths 2>&1)"; }
	wait_for 10 exists /dev/mapper/mpatha || fail "no map: $(multipathd show maps 2>&1)"
}
multipathd_stop() {
	kill -TERM "$(pidof multipathd)"
	wait_for 10 not pidof multipathd || fail "multipathd does not end"
	wait_for 10 dmsetup remove --noudevsync mpatha || fail "the map cannot be removed"
}
