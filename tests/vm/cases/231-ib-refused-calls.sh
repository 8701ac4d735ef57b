# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: an adapter refuses single calls of the driver, from load to I/O: an error that says so, the rest goes on, nothing is left.
# needs: ours
# load: no
# timeout: 120

ports() { find /sys/class/infiniband_srp -name "srp-$1-*" 2>/dev/null | wc -l; }
# What ib_srp has of the adapter besides its protection domain.
objects() { vib_objects '\(cq\|mr\|qp\) vib0' | wc -l; }
nothing_left() { [ "$(objects)" = "$idle" ] && no_srp_left; }

reconnected() { [ "$(klog_count 'reconnect succeeded')" -gt "$1" ]; }

# login_without TEXT CALL N LOG: the N-th such call of a login fails.
login_without() {
	step "login, $1"
	_lines=$(klog_count "$4")
	vib refuse "vib0 $2 $3"
	_got=$(try_login ib1 ch_count=1)
	[ "$(klog_count "$4")" -gt "$_lines" ] || fail "$1: the log has no new line like: $4"
	wait_for 10 nothing_left || fail "$1: left: $(vib_objects '.. vib0')"
	echo "login, $1: $_got"
}

# io_without TEXT CALL N LOG [COMMAND...]: a call under I/O, or caused by the command; the I/O goes on, over a new connection.
io_without() {
	step "I/O, $1"
	_text=$1 _log=$4 _n=$(klog_count 'reconnect succeeded')
	vib refuse "vib0 $2 $3"
	shift 4
	"$@"
	set -- "$_text"
	wait_for 10 klog_has "$_log" || fail "$1: the log has no line like: $_log"
	wait_for 20 reconnected "$_n" || fail "$1: no reconnect: $(rport_state ib1)"
	wait_for 5 state_is ib1 running || fail "$1: state $(rport_state ib1)"
	wait_for 20 io_moves bg || fail "$1: no I/O"
	echo "I/O, $1: $(rport_state ib1)"
}

run() {
	ib_up
	step "an adapter without protection domain"
	vib refuse "vib0 alloc_pd 1"
	srp_load || fail "the module does not load"
	expect_klog 'vib0: not usable for SRP (-12)'
	echo "ports for logins: vib0 $(ports vib0), vib1 $(ports vib1), rxe_i1 $(ports rxe_i1)"
	srp_unload || fail "the module cannot be unloaded"
	srp_load || fail "the module does not load again"
	# The subnet manager of the guest knows that the fabric is small.
	expect_klog 'vib0: subnet timeout 12 may cause SRP login to fail'
	echo "loaded again: vib0 $(ports vib0)"
	klog_debug
	store_ram disk0 32
	target_up ib1 disk0
	idle=$(objects)
	login_without "no queue for receptions" create_cq 1 'CQ creation failed for dev vib0: -12'
	login_without "no queue for completed sends" create_cq 2 'CQ creation failed for dev vib0: -12'
	login_without "no memory region at all" alloc_mr 1 'FR pool allocation failed (-12)'
	login_without "too few memory regions" alloc_mr 100 'vib0: ib_alloc_mr() failed. Try to reduce max_cmd_per_lun, max_sect or ch_count'
	login_without "no queue pair" create_qp 1 'QP creation failed for dev vib0: -12'
	login_without "no state INIT" modify_qp 1 'QP creation failed for dev vib0: -12'
	login_without "no state RTR" modify_qp 2 'Connection 0/1 to .* failed'
	login_without "no state RTS" modify_qp 3 'Connection 0/1 to .* failed'
	login_without "no first reception" post_recv 1 'Connection 0/1 to .* failed'
	# The target was not told yet that the login is done, so there is nothing to disconnect.
	expect_klog 'Sending CM DREQ failed'
	login_without "no last reception" post_recv 64 'Connection 0/1 to .* failed'
	step "second channel"
	vib refuse "vib0 create_qp 2"
	srp_login ib1 ch_count=2
	expect_klog 'Connection 1/2 to .* failed'
	echo "no second queue pair: channels $(host_attr ib1 ch_count)"
	rport_tmo ib1 1 30 off
	io_start bg -j 2 -b 4k:64k "$(disk ib1)"
	io_without "a command cannot be posted" post_send 20 'posting to channel 0 failed (-12)'
	io_without "a reception cannot be posted" post_recv 20 'Recv failed with error code -12'
	io_without "the first reconnect gets no queue" create_cq 1 'reconnect attempt 1 failed (-12)' vib qp_err "vib0 all"
	io_without "the queue pair cannot be stopped" modify_qp 1 'moving QP of channel 0 to the error state failed (-12)' vib qp_err "vib0 all"
	io_expect_clean bg
	srp_logout ib1
	wait_for 10 nothing_left || fail "left: $(vib_objects '.. vib0')"
	ib_finish
}
