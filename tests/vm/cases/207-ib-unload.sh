# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: the driver of the adapters is unloaded under I/O: idle, with packets held up, with a silent target.
# timeout: 240
# check: 6.12

# unload TEXT [COMMAND...]: the command brings about what it is called for, or fails.
unload() {
	_text=$1
	shift
	ib_up
	store_ram disk0 64
	target_up ib1 disk0
	srp_login ib1
	io_start bg -k -j 4 -b 4k:64k "$(disk ib1)"
	wait_for 10 io_moves bg || fail "no I/O"
	[ $# = 0 ] || "$@"
	_before=$(now_ms)
	timeout $((60 * SLOW)) rmmod vib || fail "$_text: rmmod hangs or fails"
	measure "$_text: $(($(now_ms) - _before)) ms"
	wait_for 10 not has_host ib1 || fail "$_text: the host stays"
	io_expect_verified bg
	target_down || fail "$_text: the target stays"
	ib_down
	echo "$_text: unloaded"
}

held_up() {
	vib_rule "hold class=$1 from=$2"
	wait_for 20 vib_hits_over 1 0 || fail "nothing is held: $(cat $VIB/rules)"
}
frozen() {
	vib freeze "vib1 1 1"
	wait_for 20 vib_waited_over vib1 1 0 || fail "nothing waits: $(vib_objects port)"
}
pulled() {
	vib link "vib1 1 down"
	wait_for 20 not state_is ib1 running || fail "nobody notices"
}

run() {
	unload "under I/O"
	unload "requests held up" held_up rc vib0
	unload "answers held up" held_up ack vib0
	unload "target frozen" frozen
	unload "cable pulled" pulled
}
