# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: an adapter does not flush the queues of broken connections: reconnect and removal wait 5 s for it, say so, and go on.
# needs: ours -- the distribution's waits for ever
# timeout: 120
# check: 6.12

# within TEXT COMMAND...: 5 s for the queues, and not much more.
within() {
	_what=$1
	shift
	_before=$(now_ms) _n=$(klog_count 'did not flush its queues within 5 s')
	"$@"
	_took=$(($(now_ms) - _before))
	measure "$_what took $_took ms"
	[ $_took -lt $((15000 * SLOW)) ] || fail "$_what took $_took ms"
	[ "$(klog_count 'did not flush its queues within 5 s')" -gt "$_n" ] || fail "$_what: nobody complained about the adapter"
	echo "$_what: done"
}
lose_and_reconnect() {
	vib qp_err "vib1 all"
	wait_for 20 klog_has 'reconnect succeeded' || fail "no reconnect: $(rport_state ib1)"
	wait_for 10 io_moves bg || fail "no I/O after the reconnect"
}
remove() { timeout $((60 * SLOW)) sh -c "echo vib0 >$VIB/hca_remove" || fail "removal of vib0 hangs"; }

run() {
	ib_load
	sm_start vib1 2
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	store_ram disk0 32
	target_up ib1 disk0
	srp_login ib1
	rport_tmo ib1 1 30 off
	io_start bg -j 2 -b 4k:64k "$(disk ib1)"
	vib no_flush "vib0 1"
	within "reconnect" lose_and_reconnect
	io_expect_clean bg
	within "removal of the adapter" remove
	vib hca_add vib0
	ib_wait_active vib0 1 2
	srp_login ib1
	echo "new login: $(rport_state ib1), reads $(try_read "$(disk ib1)")"
	srp_logout ib1
	ib_finish
}
