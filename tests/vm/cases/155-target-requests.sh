# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a target asks for on its own: CRED_REQ and AER_REQ, also in floods, and SRP_T_LOGOUT with every reason.
#
# On the virtual fabric: rxe of Linux 6.1 fails registrations now and then, and then nothing is answered until the watchdog acts.
# timeout: 300
# check: 6.1

# No answer for half a second.
settled() {
	_seen=$(peer_count ib1 "$1")
	sleep 0.5
	peer_count_is ib1 "$1" "$_seen"
}
# flood COUNTER NUMBER ACTION: so many requests at once. Each is answered, or the log says that there was no room for the answer.
flood() {
	_had=$(peer_count ib1 "$1")
	peer_send ib1 "$3"
	wait_for 10 peer_count_over ib1 "$1" "$_had"
	wait_for 10 settled "$1" || fail "$3: answers do not end"
	_answers=$(($(peer_count ib1 "$1") - _had))
	measure "$3: $_answers of $2 answered"
	[ $_answers -gt 0 ] || fail "$3: no answer"
	[ $_answers = "$2" ] || { expect_klog 'no IU available to send response' && expect_klog 'problems processing SRP_'; }
	wait_for 10 io_moves bg || fail "$3: I/O stands still"
}

run() {
	ib_up
	peer_load
	peer_up ib1
	peer_login ib1 ch_count=2
	rport_tmo ib1 1 15 600
	a=$(disk ib1)
	step "CRED_REQ"
	peer_send ib1 "cred_req delta=0 tag=0x1234567890"
	wait_for 5 peer_count_is ib1 cred_rsps 2 || fail "CRED_REQ on 2 channels: $(peer_count ib1 cred_rsps) answers"
	echo "CRED_REQ: answered on both channels"
	io_start bg -j 4 -b 4k:32k -s 8m "$a"
	flood cred_rsps 600 "cred_req delta=0 count=300"
	echo "flood of CRED_REQ under I/O: answers come, state $(rport_state ib1)"
	peer_send ib1 "cred_req len=12"
	expect_klog 'dropping truncated SRP_CRED_REQ (12 bytes'
	peer_send ib1 "cred_req len=100"

	step "AER_REQ"
	_n=$(peer_count ib1 aer_rsps)
	peer_send ib1 "aer_req ch=0 asc=0x29 ascq=0"
	wait_for 5 peer_count_is ib1 aer_rsps $((_n + 1)) || fail "AER_REQ is not answered"
	expect_klog 'ignoring AER for LUN 0'
	peer_send ib1 "aer_req ch=1 asc=0x29 ascq=0 lun=7"
	wait_for 5 klog_has 'ignoring AER for LUN 7$' || fail "the log does not name LUN 7"
	peer_send ib1 "aer_req len=35"
	expect_klog 'dropping truncated SRP_AER_REQ (35 bytes'
	peer_send ib1 "aer_req sense_len=0xffffffff"
	peer_send ib1 "aer_req sense_len=0 len=36"
	flood aer_rsps 400 "aer_req asc=0x29 count=200"
	echo "flood of AER_REQ under I/O: state $(rport_state ib1)"
	expect OK $PEER/control "luns 2"
	peer_send ib1 "aer_req ch=0 count=20"
	wait_for 15 disk_of ib1 1 || fail "no second disk after the AER"
	echo "LUNs changed: second disk after the AER"
	io_expect_clean bg
	echo "logins so far: $(peer_count ib1 logins)"

	step "T_LOGOUT"
	io_start bg -j 4 -b 4k:32k -s 8m -k "$a"
	for reason in 0 1 2 3 4 5 6 7 8 9 0xffffffff; do
		_logins=$(peer_count ib1 logins)
		peer_send ib1 "t_logout ch=1 reason=$reason"
		wait_for 20 peer_count_over ib1 logins $((_logins + 1)) || fail "no reconnect after T_LOGOUT reason $reason"
		wait_for 10 state_is ib1 running || fail "state $(rport_state ib1) after T_LOGOUT reason $reason"
		wait_for 10 io_moves bg || fail "I/O stands still after T_LOGOUT reason $reason"
		echo "T_LOGOUT $reason: $(klog | sed -n 's/.*target logged out: //p' | tail -1), reconnected"
	done
	expect_klog 'Got target logout request'
	peer_send ib1 "t_logout ch=0 len=3"
	wait_for 20 peer_count_over ib1 logins $((_logins + 3)) || fail "no reconnect after a truncated T_LOGOUT"
	wait_for 10 io_moves bg || fail "I/O stands still"
	io_expect_verified bg
	srp_logout ib1
	peer_expect_content ib1
	peer_unload
	ib_finish
}
