# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: errors that end a connection: the initiator connects again, and no data is lost or mixed up.
# timeout: 180
# check: 6.12

# break_by TEXT COMMAND...: ends the connection under I/O; afterwards it is there again and I/O goes on.
break_by() {
	_text=$1 _old=$(connected)
	shift
	step "$_text"
	"$@"
	# Before the rule is gone: it must have acted, and no connection of before is left.
	[ "$1" != vib_rule ] || wait_for 20 vib_hits_over 1 0 || fail "$_text: no effect: $(cat $VIB/rules)"
	wait_for 30 new_connection || fail "$_text: no new connection; $(rport_state ib1), rules $(cat $VIB/rules), qps $(vib_objects 'qp.* RC')"
	vib_clear
	wait_for 20 state_is ib1 running || fail "$_text: $(rport_state ib1)"
	wait_for 20 io_moves bg || fail "$_text: I/O does not go on"
	echo "$_text: $(rport_state ib1)"
}
# Numbers of the queue pairs at the initiator that can send.
connected() { vib_objects 'qp vib0 .* RC RTS' | awk '{ print $3 }'; }
new_connection() {
	state_is ib1 running && [ -n "$(connected)" ] || return 1
	# The target breaks one channel only, the initiator then all.
	for _qpn in $_old; do ! connected | grep -qx "$_qpn" || return 1; done
}
all_qps() { vib qp_err "$1 all"; }

run() {
	ib_up
	login_to_ram ib1 64
	rport_tmo ib1 1 off 60
	io_start bg -j 4 -b 512:128k "$(disk ib1)"
	break_by "wrong key in a write" vib_rule "bad-rkey op=write count=1"
	break_by "wrong key in a read" vib_rule "bad-rkey op=read count=1"
	break_by "request refused" vib_rule "nak-access from=vib0 op=send count=1"
	break_by "operation fails" vib_rule "nak-op from=vib0 op=send count=1"
	break_by "response refused" vib_rule "nak-invalid from=vib1 op=send count=1"
	# Two channels share the losses; one of them has three in a row.
	break_by "lost too often" vib_rule "drop class=rc from=vib1 count=6"
	break_by "initiator's queue pairs fail" all_qps vib0
	break_by "target's queue pairs fail" all_qps vib1
	io_expect_clean bg
	srp_logout ib1
	ib_finish
}
