# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The scripted target refuses lines that it does not understand, and says why; it can be unloaded in the middle of everything.
# timeout: 180
# check: 6.12

# good, bad: lines for the file "rules", one per line of standard input.
good() { while read -r _line; do peer_rule 1 "$_line"; done; }
bad() { while IFS='|' read -r _why _line; do expect EINVAL $PEER/1/rules "$_line" && expect_klog "\"$_line\": $_why"; done; }

# refused LINE WHY: for the file "control", where the error's name says more than EINVAL.
refused() {
	[ "$(put $PEER/control "$1")" != OK ] || fail "control: $1 was accepted"
	expect_klog "srp_peer: control: .*$2"
}

run() {
	peer_load
	peer_up 1
	good <<-RULES
		on login do reject reason=0x10001
		on login 2-3 do set delta=-1 max_ti=0xffffffff
		on cmd 4+ do set tag_xor=0x8000000000000000 len=0
		on op=0x12 * do raw c1 00 0000 TAG ffff
		on any 7 do t_logout reason=3
		on lun_reset do delay ms=10
		on write do rdma rkey_xor=1 va_add=-4096
		fuzz seed=1 count=10
		fuzz replace=1 count=10 seed=0xffffffffffffffff
	RULES
	echo "rules accepted: $(wc -l <$PEER/1/rules)"
	peer_clear 1
	bad <<-RULES
		a line begins|hello
		event is missing|on
		unknown event|on sunday do hold
		event op= takes|on op do hold
		event op= takes|on cmd=3 do hold
		bad operation code|on op=0x100 do hold
		expected N|on cmd 0 do hold
		expected N|on cmd 3-2 do hold
		expected N|on cmd x do hold
		"do" is missing|on cmd 3
		"do" is missing|on cmd 3 hold
		verb is missing|on cmd do
		unknown verb|on cmd do sleep
		this verb does not go with this event|on login do dup count=1
		this verb does not go with this event|on cmd do reject reason=1
		this verb does not go with this event|on cmd do fuzz seed=1
		this verb does not go with this event|on read do release
		an argument is missing|on cmd do delay
		unknown argument|on cmd do set colour=1
		this verb does not take that argument|on cmd do hold ms=1
		expected ARGUMENT=VALUE|on cmd do set delta
		not a number|on cmd do set delta=x
		number out of range|on cmd do set flags=256
		number out of range|on cmd do set delta=-2147483649
		not a row of hexadecimal bytes|on cmd do raw c1 0
		not a row of hexadecimal bytes|on cmd do raw xy
		TAG twice|on cmd do raw TAG TAG
		count= is missing|fuzz seed=1
		an argument is missing|fuzz count=1
	RULES
	expect EINVAL $PEER/1/send "hold"
	refused "add 1 $(addr_t 1):7000" "there is a port of this name"
	refused "add 9 10.99.0.1:7000" "no RDMA device has this address"
	refused "add 9 10.1.0.2" "expected ADDRESS:PORT"
	refused "add 9 ib:nosuch:1" "no such RDMA device"
	refused "add 9 ib:rxe_t1" "expected ib:DEVICE:SERVICE_ID"
	refused "del 9" "no such port"
	refused "luns 0" "bad number of LUNs"
	refused "add" "expected: add NAME WHERE"
	refused "jump" "expected"
	echo "rules after the refused ones: $(wc -l <$PEER/1/rules)"

	peer_login 1 ch_count=2
	io_start bg -j 4 -b 4k:32k -s 8m -k "$(disk 1)"
	peer_rule 1 "on cmd 20+ do hold"
	wait_for 10 peer_count_over 1 held 3 || fail "nothing is held"
	peer_down 1
	echo "port removed with commands held: state $(wait_for 10 state_is 1 blocked && echo blocked)"
	peer_unload
	srp_logout 1
	io_stop bg
	echo "unloaded"
}
