# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every login reject, CM rejects, and login responses that cannot be right: the error of add_target and the line in the log.
# timeout: 300
# check: 6.1

# try WHAT RULE LOG: a login that is answered like this.
try() {
	step "$1: $2"
	peer_clear 1
	peer_rule 1 "on login ${4:-*} do $2"
	_n=$(klog_count "$3")
	_got=$(peer_try_login 1 ch_count=2)
	if [ -z "$3" ]; then _log="log not looked at"; elif [ "$(klog_count "$3")" -gt "$_n" ]; then _log="logged"; else _log="NOT LOGGED: $3"; fi
	if [ "$_got" = OK ]; then
		_got="OK with $(host_attr 1 ch_count) channel(s), read $(try_read "$(disk 1)")"
		srp_logout 1
	fi
	wait_for 10 peer_count_is 1 channels 0 || fail "$1: channels are left at the target"
	echo "$1: $_got, $_log, hosts $(srp_hosts | wc -l)"
}

run() {
	peer_load
	peer_up 1
	step "SRP_LOGIN_REJ"
	try "no channel" "reject reason=0x00010000" "reason 0x00010000\$"
	try "no resources" "reject reason=0x00010001" "the target has not enough resources"
	try "IU too large" "reject reason=0x00010002" "SRP_LOGIN_REJ: requested max_it_iu_len too large"
	_imm=$(peer_count 1 imm_logins)
	try "IU too large once" "reject reason=0x00010002" "takes no IUs of 8260 bytes, logging in without immediate data" 1
	echo "asked for immediate data: $(($(peer_count 1 imm_logins) - _imm)) of 3"
	try "no association" "reject reason=0x00010003" "cannot associate the channel with an I_T nexus"
	try "descriptor format" "reject reason=0x00010004" "does not support the data buffer descriptor formats"
	try "no multi-channel" "reject reason=0x00010005" "does not support several channels"
	try "channel limit" "reject reason=0x00010006" "reached its channel limit"
	try "unknown reason" "reject reason=0xdeadbeef" "unknown SRP login reject reason"
	try "reject of 4 bytes" "reject reason=0x00010001 len=4" "login rejected: \|opcode 0xc2"
	try "reject with another opcode" "reject reason=0x00010001 opcode=0x55" "IB_CM_REJ_CONSUMER_DEFINED, opcode 0x55"
	try "second channel refused" "reject reason=0x00010006" "Connection 1/2 to .* failed" 2+
	try "second channel refused once" "reject reason=0x00010006" "reached its channel limit" 2
	step "CM REJ"
	try "no resources" "cm_reject reason=3" "rejected: no resources available"
	try "invalid service id" "cm_reject reason=8" "rejected: invalid service id"
	try "stale connection" "cm_reject reason=10" "REJ reason: stale connection"
	try "redirect without an address" "cm_reject reason=24" "rejected: redirected to another port"
	try "consumer defined, no data" "cm_reject reason=28" "IB_CM_REJ_CONSUMER_DEFINED, opcode 0x00\|rejected by the SRP target itself"
	try "unknown reason" "cm_reject reason=77" "rejected: unknown reject reason"
	step "SRP_LOGIN_RSP"
	try "no credits" "set delta=0" "grants no credit"
	try "negative credits" "set delta=-5" "grants no credit"
	try "one credit" "set delta=1" "grants only 1 request"
	try "2^31 - 1 credits" "set delta=0x7fffffff" "SRP.T10"
	try "takes no IU" "set max_it=0" "accepts no information unit that is long enough"
	try "takes IUs of 63 bytes" "set max_it=63" "accepts no information unit that is long enough"
	try "takes IUs of 64 bytes" "set max_it=64" "SRP.T10"
	try "takes IUs of 4 GiB" "set max_it=0xffffffff" "SRP.T10"
	try "sends no IU" "set max_ti=0" "sends no information unit that is long enough"
	try "sends IUs of 4 GiB" "set max_ti=0xffffffff" "SRP.T10"
	try "no buffer format" "set buf_fmt=0" "SRP.T10"
	try "all flags" "set flags=0xff" "SRP.T10"
	try "another opcode" "set opcode=0xc2" "something else than an SRP login response"
	try "empty response" "set len=0" "something else than\|without an SRP login response"
	try "response of 20 bytes" "set len=20" "no information unit that is long enough"
	try "second response wrong" "set delta=0" "Connection 1/2 to .* failed" 2+
	try "IUs before the first command" "iu c1000000 00000000 0100000000000000 000000000000000000000000000000000000000000" "Null scmnd"
	step "accepted, then closed"
	peer_clear 1
	peer_rule 1 "on login 1-2 do close"
	# It depends on who is faster whether the login notices, or the reconnect after it.
	got=$(peer_try_login 1 ch_count=2)
	case $got in
	OK) got="$got, read $(try_read "$(disk 1)")"; srp_logout 1 ;;
	esac
	case $got in
	ECONNRESET|"OK, read OK") echo "accepted, then closed: noticed" ;;
	*) fail "accepted, then closed: $got" ;;
	esac
	peer_clear 1
	peer_login 1
	echo "afterwards: $(rport_state 1), read $(try_read "$(disk 1)")"
	srp_logout 1
	peer_unload
}
