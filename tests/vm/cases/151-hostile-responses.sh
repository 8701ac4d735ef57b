# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Malformed and hostile answers to a read: what is logged, whether the connection is kept, that the disk works afterwards,
# and that the other path never notices.
# timeout: 300
# check: 6.12

header() { echo "c1000000 00000000 $1 0000 ${2:-00} 00 00000000 00000000 00000000 ${3:-00000000}"; }

# since WHAT TEXT: whether the log has the text since that step.
# said WHAT: what the initiator has logged since that step.
said() { dmesg | awk -v step="step: $1: " 'index($0, step) { on = 1; next } on && /ib_srp|scsi host/'; }
since() { dmesg | awk -v step="step: $1: " -v text="$2" 'index($0, step) { on = 1; next } on && $0 ~ text { found = 1 } END { exit !found }'; }

# Waits for a reconnect, if need be.
read_once() {
	srptest io -j 1 -n 1 -w 0 -N -s 4k "$a" >/tmp/try 2>/dev/null
	grep -q errors=0 /tmp/try && echo OK || echo error
}

# provoke WHAT RULE LOG: one read is answered like this. What comes out of it is printed.
provoke() {
	step "$1: $2"
	peer_clear 1
	peer_rule 1 "on read do $2"
	_logins=$(peer_count 1 logins)
	_read=$(read_once)
	_tries=$(sed 's/.*seen \([0-9]*\).*/\1/' "$PEER/1/rules")
	[ "$(peer_hits 1)" = 1 ] || fail "$1: the rule did not match"
	if [ -z "$3" ]; then
		_log="nothing to log"
		[ -z "$(said "$1")" ] || _log="LOGGED: $(said "$1")"
	elif wait_for 5 since "$1" "$3"; then _log="logged"; else _log="NOTHING LOGGED"; fi
	wait_for 10 state_is 1 running || fail "$1: no reconnect, state $(rport_state 1)"
	if [ "$(peer_count 1 logins)" = "$_logins" ]; then _conn="same connection"; else _conn="reconnected"; _read=; fi
	[ "$(read_once)" = OK ] || fail "$1: the disk does not work afterwards"
	echo "$1: ${_read:+read $_read, $_tries sent, }$_log, $_conn"
}

run() {
	peer_load
	peer_up 1 2
	peer_login 1 ch_count=1
	peer_login 2
	rport_tmo 1 1 15 600
	a=$(disk 1)
	io_start other -j 2 -b 4k:32k -s 8m "$(disk 2)"
	null='Null scmnd for RSP'
	provoke "response twice" "dup count=1" "$null"
	provoke "response four times" "dup count=3" "$null"
	provoke "stale use of the tag" "iu $(header 0000000001000000)" "$null"
	provoke "tag index beyond the queue" "iu $(header ffff000000000000)" "$null"
	provoke "tag of another channel" "iu $(header 0000050000000000)" "$null"
	provoke "tag -1" "iu $(header ffffffffffffffff)" "$null"
	provoke "task management answer unasked" "iu $(header 0100008000000000 01 00000004) 00000000" "tsk mgmt response too late"
	provoke "probe answer unasked" "iu $(header 000000c000000000)" "$null"
	provoke "no bytes" "iu" "ignoring a message that is no SRP information unit .0 bytes."
	provoke "one byte" "iu c1" "dropping truncated SRP_RSP .1 bytes"
	provoke "35 bytes" "iu c1000000 00000001 0000000000000000 00000000 00000000 00000000 00000000 000000" "dropping truncated SRP_RSP .35 bytes"
	provoke "half a CRED_REQ" "iu 81000000 00000001" "dropping truncated SRP_CRED_REQ .8 bytes"
	provoke "half an AER_REQ" "iu 82000000 00000001 0000000000000000" "dropping truncated SRP_AER_REQ .16 bytes"
	provoke "opcode 0xff" "iu ff000000 00000000 0000000000000000" "Unhandled SRP opcode 0xff"
	provoke "LOGIN_RSP out of order" "iu c0000000 00000040 0000000000000000 00002054 00000200 0006 00 00" "Unhandled SRP opcode 0xc0"
	provoke "SRP_CMD from the target" "iu 02000000 00000000 0000000000000000 00000000" "Unhandled SRP opcode 0x02"
	provoke "longer than granted" "set len=600" "failed RECV status"
	provoke "padded to what was granted" "set len=512" ""
	provoke "sense length beyond the IU" "set flags=2 status=2 sense_len=1000" "dropping truncated sense data"
	provoke "sense length 4 GiB - 1" "set flags=2 status=2 sense_len=0xffffffff" "dropping truncated sense data"
	provoke "response length beyond the IU" "set flags=1 resp_len=0xffffffff" "dropping truncated sense data"
	provoke "both lengths, sum wraps around" "set flags=3 resp_len=0xfffffff0 sense_len=0x20 len=80" "dropping truncated sense data"
	provoke "sense without a byte" "set flags=2 status=2 sense_len=0" ""
	provoke "sense of filler bytes" "set flags=2 status=2 sense_len=252 len=288" ""
	provoke "lengths without their flags" "set resp_len=0xffffffff sense_len=0xffffffff" ""
	provoke "response code 5 with status GOOD" "set flags=1 resp_len=4 code=5 len=40" ""
	provoke "underflow of more than was asked for" "set flags=0x20 in_res=0xffffffff" ""
	provoke "underflow of the other direction" "set flags=0x08 out_res=4096" ""
	provoke "overflow and underflow, all at once" "set flags=0x3c in_res=512 out_res=512" ""
	provoke "overflow" "set flags=0x10 in_res=0x80000000" ""
	provoke "all flags" "set flags=0xff resp_len=4 sense_len=18 len=58" ""
	provoke "status BUSY" "set status=8" ""
	provoke "status TASK SET FULL" "set status=0x28" ""
	provoke "status 0xff" "set status=0xff" "SRP reset_device called"
	provoke "hardware error" "sense key=4 asc=0x44 ascq=0" ""
	provoke "reserved bits everywhere" "raw c1ffffff 00000001 TAG ffff c0 00 ffffffff ffffffff ffffffff ffffffff" ""
	provoke "data to a wrong key" "rdma rkey_xor=0x55" "received DREQ|failed RECV|failed SEND"
	provoke "data beyond the buffer" "rdma va_add=0x100000" "received DREQ|failed RECV|failed SEND"
	provoke "disconnect instead of an answer" "close" "received DREQ"
	io_expect_clean other
	echo "the other path: $(rport_state 2), logins $(peer_count 2 logins)"
	peer_expect_content 1
	peer_clear 1
	verified_io -j 2 -b 4k:32k -t 1 -s 8m "$a"
	srp_logout 1
	srp_logout 2
	peer_unload
}
