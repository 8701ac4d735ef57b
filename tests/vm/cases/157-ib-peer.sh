# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The scripted target over IB/CM: login, verified I/O, every reason of a CM REJ, redirects, silence.
# timeout: 300
# check: 6.1

# A class port info (IBA 13.4.8.1): redirect LID GID [PKEY].
redirect() { printf '01010000 00000000 %s 00000000 %04x %s 00000001 80010000 %064d' "$2" "$1" "${3:-ffff}" 0; }

# try WHAT RULE LOG [EXTRA]: a login that is answered like this.
try() {
	step "$1: $2"
	peer_clear ib1
	peer_rule ib1 "$2"
	_n=$(klog_count "$3") _t=$(now_ms)
	_got=$(peer_try_login ib1 "ch_count=1${4:+,$4}")
	# A slow guest repeats requests, so their number is not compared.
	measure "$1: $_got after $(($(now_ms) - _t)) ms, $(sed 's/.*seen \([0-9]*\).*/\1/' $PEER/ib1/rules) requests"
	if [ "$(klog_count "$3")" -gt "$_n" ]; then _log="logged"; else _log="NOT LOGGED: $3"; fi
	if [ "$_got" = OK ]; then
		_got="OK at port $([ "$(tr -d : <"$(host_dir ib1)/dgid")" = "$(ib_gid vib1 2)" ] && echo 2 || echo 1), read $(try_read "$(disk ib1)")"
		srp_logout ib1
	fi
	echo "$1: $_got, $_log"
}

no_keys() { ! vib_objects 'mr vib0 .* fast valid' >/dev/null; }

run() {
	ib_up
	klog_debug
	peer_load
	peer_up ib1 ib2
	peer_login ib1 ch_count=2
	expect_klog "new target: id_ext $PEER_ID ioc_guid $PEER_ID pkey ffff service_id $(peer_service ib1) sgid fe80:.* dgid fe80:"
	expect_klog 'using immediate data'
	peer_login ib2
	rport_tmo ib1 1 off 60
	a=$(disk ib1)
	verified_io -j 4 -b 512:64k -t 1 -s 8m "$a"
	verified_io -j 2 -b 512:1m -t 1 -s 8m "$(disk ib2)"
	echo "channels: $(host_attr ib1 ch_count) at the initiator, $(peer_count ib1 channels) at the target"
	peer_rule ib1 "on read do close"
	echo "closed by the target: read $(srptest io -j 1 -n 1 -w 0 -N -s 4k "$a" | grep -q errors=0 && echo OK)"
	peer_clear ib1
	srp_logout ib1
	srp_logout ib2
	wait_for 5 peer_count_is ib1 channels 0 || fail "channels are left at the target"
	echo "logouts heard: $(peer_count ib1 i_logouts) $(peer_count ib2 i_logouts)"

	try "login rejected" "on login * do reject reason=0x00010003" "cannot associate the channel with an I_T nexus"
	try "reject of 4 bytes" "on login * do reject reason=0x00010001 len=4" "REJECTED\|REJ reason"
	for reason in 1 3 5 6 7 8 9 10 12 13 17 26 27 28 29 30 31 33 35 99; do
		peer_clear ib1
		peer_rule ib1 "on login * do cm_reject reason=$reason"
		step "CM REJ $reason"
		_got=$(peer_try_login ib1 ch_count=1)
		echo "CM REJ $reason: $_got, $(klog | sed -n 's/.*\(rejected: \|IB_CM_REJ_CONSUMER_DEFINED\)/\1/p' | tail -1)"
	done
	expect_klog 'REJ received'
	expect_klog 'REJ reason 0x63'
	expect_klog 'REJ reason: IB_CM_REJ_DUPLICATE_LOCAL_COMM_ID'
	expect_klog 'REJ reason: stale connection'
	lid=$(ib_lid vib1 2) gid=$(ib_gid vib1 2)
	try "redirect to the other port" "on login do cm_reject reason=24 $(redirect "$lid" "$gid")" "SRP.T10"
	try "redirect to the other port, LID unknown" "on login do cm_reject reason=24 $(redirect 0 "$gid")" "SRP.T10"
	try "redirected for ever" "on login * do cm_reject reason=24 $(redirect "$lid" "$gid")" "giving up after .* redirects"
	try "redirect to nowhere" "on login do cm_reject reason=24 $(redirect 0 fe800000000000000000000000000bad)" "Path record query failed"
	expect_klog 'Got failed path rec status -\?[1-9][0-9]*; is the subnet manager running'
	try "redirect into another partition" "on login do cm_reject reason=24 $(redirect "$lid" "$gid" 8123)" "P_Key 0x8123 is not in the table of vib0 port 1"
	try "redirect without information" "on login do cm_reject reason=24" "redirect without an address"
	try "port redirect, not a Topspin target" "on login * do cm_reject reason=25 $gid" "REJ reason: IB_CM_REJ_PORT_REDIRECT"
	try "port redirect of a Topspin target" "on login do cm_reject reason=25 $gid" "SRP.T10" ioc_guid=0005ad0000000001
	expect_klog 'Topspin/Cisco initiator port ID workaround activated for target GUID 0005ad0000000001'
	expect_klog "Topspin/Cisco redirect to target port GID $gid"
	try "silence" "on login * do hold" "Connection 0/1 to .* failed"
	expect_klog 'Sending CM REQ failed'
	expect_klog 'no answer from .*; check the path and that the target is running'
	peer_clear ib1
	peer_login ib1
	verified_io -j 2 -b 4k:32k -t 1 -s 8m "$(disk ib1)"
	step "a request of the target that cannot be answered"
	rport_tmo ib1 1 30 60
	_n=$(peer_count ib1 logins)
	# Or the refusal would hit the invalidation of a key.
	wait_for 10 no_keys || fail "keys stay valid: $(vib_objects 'mr vib0 .* fast valid')"
	vib refuse "vib0 post_send 1"
	peer_send ib1 "cred_req ch=0"
	wait_for 10 klog_has 'unable to post response: -12' || fail "no word of an answer that could not be sent"
	expect_klog 'problems processing SRP_CRED_REQ'
	wait_for 20 peer_count_over ib1 logins "$_n" && wait_for 10 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	echo "a request of the target that cannot be answered: reconnected, read $(try_read "$(disk ib1)")"
	srp_logout ib1
	peer_expect_content ib1
	peer_unload
	ib_finish
}
