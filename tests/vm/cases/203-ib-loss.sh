# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: lost, repeated and late packets of a connection are repaired by the adapters; the initiator notices nothing.
# timeout: 120

# disturb RULE...: I/O goes on without an error and without a reconnect.
disturb() {
	for _r in "$@"; do vib_rule "$_r"; done
	wait_for 20 vib_hits_over $# 2 || fail "rule $* has no effect: $(cat $VIB/rules)"
	vib_clear
	io_moves bg || wait_for 10 io_moves bg || fail "I/O stopped by: $*"
	echo "$*: $(rport_state ib1)"
}

run() {
	ib_up
	login_to_ram ib1 64 tl_retry_count=7
	io_start bg -j 4 -b 512:128k "$(disk ib1)"
	disturb "drop class=rc op=send count=3"
	disturb "drop class=rc op=read count=3"
	disturb "drop class=rc op=write count=3"
	disturb "drop class=ack count=3"
	disturb "rnr op=send count=3"
	disturb "delay=20000 class=rc count=20"
	disturb "drop class=rc chance=20 seed=1 count=10"
	io_expect_clean bg
	echo "reconnects: $(klog_count reconnect)"
	srp_logout ib1
	ib_finish
}
