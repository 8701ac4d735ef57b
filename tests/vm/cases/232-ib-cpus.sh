# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: CPUs that are offline at the login or go offline later: the number of channels, where they complete, and I/O that goes on.

cpu() { echo "$1" >/sys/devices/system/cpu/cpu1/online || fail "CPU 1 cannot be set to $1"; }
# Which channels there are, and on which vectors they complete; what each has received.
vectors() { host_attr ib1 channels | sed -n 's/^\([0-9]*\) vector=\([0-9]*\) connected=1 .*/\1:\2/p' | paste -sd' '; }
received() { host_attr ib1 channels | sed -n "s/^$1 .*received=\([0-9]*\).*/\1/p"; }
# on_cpu N: I/O from there; says which channels carried it.
on_cpu() {
	_c0=$(received 0) _c1=$(received 1) _used=
	taskset -c "$1" srptest io -j 1 -b 4k -n 40 -s 8m "$a" >/tmp/what || fail "I/O from CPU $1: $(cat /tmp/what)"
	[ "$(($(received 0) - _c0))" -lt 40 ] || _used="$_used 0"
	[ "$(($(received 1) - _c1))" -lt 40 ] || _used="$_used 1"
	echo "I/O from CPU $1: channel$_used"
}

run() {
	[ -e /sys/devices/system/cpu/cpu1/online ] || skip "CPU 1 cannot go offline"
	# On InfiniBand, because rxe of Linux 6.1 repeats registrations, and fails them, whenever it is delayed.
	ib_up
	cpu 0
	step "login with one CPU"
	login_to_ram ib1 32
	a=$(disk ib1)
	echo "one CPU: channels $(host_attr ib1 ch_count), vectors $(vectors)"
	verified_io -j 2 -b 512:64k -n 50 "$a"
	cpu 1
	verified_io -j 4 -b 512:64k -n 50 "$a"
	echo "another CPU came: state $(rport_state ib1), channels $(host_attr ib1 ch_count)"
	srp_logout ib1

	step "login with two CPUs"
	srp_login ib1
	rport_tmo ib1 1 off 60
	a=$(disk ib1)
	echo "two CPUs: channels $(host_attr ib1 ch_count), vectors $(vectors)"
	on_cpu 0
	on_cpu 1
	io_start bg -j 4 -b 512:64k "$a"
	cpu 0
	wait_for 10 io_moves bg || fail "no I/O without CPU 1"
	cpu 1
	wait_for 10 io_moves bg || fail "no I/O when CPU 1 is back"
	echo "a CPU went and came back: I/O goes on, state $(rport_state ib1)"
	cpu 0
	step "reconnect with one CPU"
	target_close ib1
	wait_for 10 not state_is ib1 running || fail "the loss goes unnoticed"
	target_open ib1
	wait_for 20 state_is ib1 running || fail "no reconnect with a CPU less: $(rport_state ib1)"
	wait_for 10 io_moves bg || fail "no I/O after the reconnect"
	echo "reconnected without it: channels $(host_attr ib1 ch_count), vectors $(vectors)"
	cpu 1
	wait_for 10 io_moves bg || fail "no I/O when CPU 1 is back"
	io_expect_clean bg
	on_cpu 0
	on_cpu 1
	srp_logout ib1
	ib_finish
}
