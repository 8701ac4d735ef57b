# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: an adapter's completion queues overrun, it reports a fatal error, its driver takes it away: the other adapter takes over.
# timeout: 180
# check: 6.12

# The paths lead from two adapters to two ports of the target.
A=ib1 B=vib2/1

# takes_over TEXT: path A is lost, I/O goes on over B.
takes_over() {
	wait_for 20 state_is $A fail-fast || fail "$1: path A is $(rport_state $A)"
	wait_for 20 io_moves bg || fail "$1: no I/O over the other adapter"
	printf '%s: %s %s' "$1" "$(rport_state $A)" "$(rport_state $B)"
}
# comes_back TEXT: it connects again and is used again.
comes_back() {
	wait_for 60 state_is $A running || fail "$1: no reconnect: $(rport_state $A)"
	mp_reinstate mp "$(disk $A)"
	_before=$(cat "$(sdev_dir $A)/iodone_cnt")
	wait_for 20 used_since $A "$_before" || fail "$1: path A is not used again"
	echo ", $(rport_state $A)"
}
used_since() { [ $(($(cat "$(sdev_dir "$1")/iodone_cnt"))) -gt $(($2)) ]; }
dead_queues() { vib_objects 'cq vib0 .* dead' | wc -l; }
no_dead_queues() { [ "$(dead_queues)" = 0 ]; }

run() {
	ib_load hcas=3
	# Where it stays.
	sm_start vib1 2
	for h in vib0 vib1 vib2; do ib_wait_active $h 1 2; done
	store_ram disk0 64
	target_up ib1 disk0
	target_up ib2 disk0
	target_allow ib2 "$(cut -d: -f5-8 "$(ib_port_dir vib2 1)/gids/0")"
	srp_login $A
	srp_login_as $B "$(ib_login_string 2)"
	# Between two attempts there is time to look at the state.
	for p in $A $B; do rport_tmo $p 5 1 off; done
	mp_create mp "$(disk $A)" "$(disk $B)"
	io_start bg -j 4 -b 512:128k /dev/mapper/mp

	step "completion queues overrun"
	vib cq_overflow vib0
	takes_over "overrun"
	expect_klog 'vib: vib0: completion queue overrun'
	comes_back "overrun"
	wait_for 20 no_dead_queues || fail "$(dead_queues) broken completion queues are left"

	step "device fatal"
	vib fatal vib0
	takes_over "device fatal"
	comes_back "device fatal"

	step "device fatal, and the driver takes it away"
	vib fatal vib0
	timeout $((60 * SLOW)) sh -c "echo vib0 >$VIB/hca_remove" || fail "removal of vib0 hangs"
	wait_for 20 not has_host $A || fail "the host stays"
	wait_for 20 io_moves bg || fail "no I/O over the other adapter"
	echo "removed: hosts $(srp_hosts | wc -l), $(rport_state $B)"
	vib hca_add vib0
	ib_wait_active vib0 1 2
	srp_login $A
	echo "new login: $(rport_state $A), reads $(try_read "$(disk $A)")"
	io_expect_clean bg
	mp_remove mp
	srp_logout $A
	srp_logout $B
	ib_finish
}
