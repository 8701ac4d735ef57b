# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Fault rules are seen to act: datagrams lost, late, held, twice, with a bad status; requests of connections lost and refused.
# load: no
# timeout: 120
# check: 6.1

# diag TOOL...: through the first port of vib0; the tools would take any active one.
diag() { _tool=$1; shift; "$_tool" -C vib0 -P 1 "$@"; }
PERF="class=gmp mgmt=perf"
# matches N: how many packets met the conditions of the N-th rule.
matches() { sed -n "$1s/.* matched=\([0-9]*\).*/\1/p" $VIB/rules; }
ask() { diag perfquery -t 1000 "$lid" 1 >/tmp/ask 2>&1; }
counter() { diag perfquery "$sw" "$1" | sed -n "s/^$2:\.*//p"; }
# pingpong: 200 messages of 4 KiB there and back over a connection; prints how it ended.
pingpong() {
	ibv_rc_pingpong -d vib1 -i 1 -n 200 >/tmp/pong 2>&1 &
	wait_for 10 grep -q ':4853 .* 0A ' /proc/net/tcp /proc/net/tcp6 || { tail -1 /tmp/pong; return; }
	timeout 20 ibv_rc_pingpong -d vib0 -i 1 -n 200 127.0.0.1 >/tmp/ping 2>&1 && echo completed && wait $! && return
	grep -o 'Failed status .*(' /tmp/ping || tail -1 /tmp/ping
	kill $! 2>/dev/null
}

run() {
	have perfquery
	ib_up
	lid=$(ib_lid vib1 1)
	sw=$(diag ibnetdiscover | sed -n 's/^Switch.* lid \([0-9]*\) .*/\1/p')
	in=$(diag ibnetdiscover | sed -n '/^Switch/,/^$/s/^\[\([0-9]*\)\].*"vib0" lid '"$(ib_lid vib0 1)"' .*/\1/p')
	errors=$(counter "$in" PortRcvErrors)
	# All of them: whether the tool asks again is a race between its own and the kernel's timer.
	vib_rule "drop $PERF method=1 dlid=$lid"
	ask && fail "an answer to a lost question"
	lost=$(vib_hits 1)
	[ "$lost" -gt 0 ] && [ "$lost" = "$(matches 1)" ] || fail "not lost: $(cat $VIB/rules)"
	[ $(($(counter "$in" PortRcvErrors) - errors)) = "$lost" ] || fail "errors at the switch: $errors before, $(counter "$in" PortRcvErrors) now"
	vib_clear
	ask || fail "no answer to another question: $(cat /tmp/ask)"
	echo "lost: no answer, as many errors at the switch"
	vib_rule "delay=300000 $PERF method=1 dlid=$lid"
	start=$(now_ms)
	ask || fail "late: $(cat /tmp/ask)"
	took=$(($(now_ms) - start))
	[ $took -ge 300 ] || fail "a delay of 300 ms took $took ms"
	echo "late: $(vib_hits 1)"
	vib_clear
	vib_rule "duplicate $PERF method=1 dlid=$lid"
	vib_rule "pass $PERF method=0x81 slid=$lid"
	ask || fail "twice: $(cat /tmp/ask)"
	wait_for 5 vib_hits_over 2 3
	echo "twice: $(vib_hits 1) request, $(vib_hits 2) answers"
	vib_clear
	vib_rule "bad-status=0x0c $PERF method=0x81 slid=$lid"
	ask && fail "an answer with a bad status is taken"
	echo "bad status: refused"
	vib_clear
	vib_rule "hold $PERF method=1 dlid=$lid count=1"
	diag perfquery -t 20000 "$lid" 1 >/tmp/ask 2>&1 &
	wait_for 10 vib_hits_over 1 0 || fail "nothing is held"
	sleep 1
	echo "held: $(wc -l </tmp/ask) lines"
	vib rules "release $(vib_number 1)"
	wait $! || fail "held: $(cat /tmp/ask)"
	echo "released: $(grep -c PortXmitPkts /tmp/ask) answer"
	vib_clear
	vib_rule "drop class=rc op=send skip=20 count=3"
	echo "requests lost: $(pingpong), $(vib_hits 1)"
	vib_clear
	vib_rule "rnr skip=20 count=5"
	echo "receiver not ready: $(pingpong), $(vib_hits 1)"
	vib_clear
	vib_rule "nak-access skip=20 count=1"
	echo "refused: $(pingpong), $(vib_hits 1)"
	vib_clear
	expect EINVAL $VIB/rules "add drop class=tcp"
	expect_klog 'vib: rules: "class=tcp": expected class=smp|gmp|ud|rc|ack|all'
	ib_finish
}
