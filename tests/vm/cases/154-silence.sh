# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A target that does not answer: abort, LUN reset, host reset in this order, and answers to these that say no or come too late.
# timeout: 300
# check: 6.1

logged_more() { [ "$(klog_count "$1")" -gt "$2" ]; }

# lost WHAT LOG RULE...: the next read is not answered, and what follows is answered by the rules. The read must succeed in the end.
lost() {
	_what=$1 _log=$2
	shift 2
	step "$_what"
	peer_clear 1
	for _r in "$@"; do peer_rule 1 "$_r"; done
	_aborts=$(peer_count 1 aborts) _resets=$(peer_count 1 lun_resets) _logins=$(peer_count 1 logins)
	echo "$SLOW" >"$(sdev_dir 1)/timeout"
	_n=$(klog_count "$_log")
	srptest io -j 1 -n 1 -w 0 -N -s 4k "$a" >/tmp/lost 2>&1
	grep -q 'errors=0' /tmp/lost && _read=OK || _read=error
	wait_for 10 state_is 1 running || fail "$_what: state $(rport_state 1)"
	wait_for 10 logged_more "$_log" "$_n" || fail "$_what: nothing like '$_log' in the log"
	[ "$(peer_count 1 logins)" -gt "$_logins" ] && _conn=reconnected || _conn="same connection"
	echo "$_what: read $_read; aborts $(($(peer_count 1 aborts) - _aborts)), LUN resets $(($(peer_count 1 lun_resets) - _resets))," \
		"$_conn; disk $(sdev_state 1)"
}

run() {
	peer_load
	peer_up 1
	peer_login 1 ch_count=1
	rport_tmo 1 1 15 600
	a=$(disk 1)
	lost "abort" "Sending SRP abort" "on read do hold"
	lost "answer after the abort" "Null scmnd for RSP" "on read do late ms=500"
	lost "abort answered twice" "tsk mgmt response too late" "on read do hold" "on abort do dup count=1"
	lost "abort answered with another tag, then rightly" "tsk mgmt response too late" "on read do hold" \
		"on abort do iu c1000000 00000000 ffff008000000000 0000 01 00 00000000 00000000 00000000 00000004 00000000"
	lost "abort fails" "abort of tag .* failed (5)" "on read do hold" "on abort do set code=5"
	lost "abort answered without response data" "abort of tag .* failed" "on read do hold" "on abort do set flags=0 len=36"
	lost "abort answered by half a response" "dropping truncated SRP_RSP" "on read do hold" "on abort do set len=20"
	lost "no answer to the abort" "SRP reset_device called" "on read do hold" "on abort do hold"
	lost "LUN reset fails" "SRP reset_host called" "on read do hold" "on abort do set code=5" "on lun_reset do set code=4"
	lost "no answer at all" "ib_srp: reconnect succeeded" "on read do hold" "on abort do hold" "on lun_reset do hold"
	lost "disconnect instead of an answer to the abort" "received DREQ" "on read do hold" "on abort do close"
	lost "response of 35 bytes" "dropping truncated SRP_RSP" "on read do set len=35"
	expect_klog 'reset of LUN 0 on channel 0 failed'
	echo "in this order:"
	klog | sed -n '/step: no answer at all/,/step: disconnect/s/.*\(SRP abort called\|SRP reset_.* called\|reconnect succeeded\).*/  \1/p'
	peer_clear 1
	verified_io -j 2 -b 4k:32k -t 1 -s 8m "$a"
	peer_expect_content 1
	srp_logout 1
	peer_unload
}
