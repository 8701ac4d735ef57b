# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The path is lost, or the host deleted, while a login scans for LUNs; a rescan while the path is away.
# needs: ours
# timeout: 180
# check: 6.12

# The writer of add_target waits in the scan: REPORT LUNS (a0h) is not answered.
begin_scan() {
	step "$1"
	peer_clear 1
	peer_rule 1 "on op=0xa0 * do $2"
	_failed=$(klog_count 'SCSI scan failed - removing SCSI host')
	srptest put "$(add_target 1)" "$(peer_string 1),ch_count=2" >/tmp/login &
	writer=$!
}
in_scan() { [ "$(peer_hits 1)" -gt 0 ]; }
writer_ended() { [ ! -e "/proc/$writer" ] || grep -q '^State:.Z' "/proc/$writer/status"; }
# finish_scan WHAT: the write ended, and no host is left.
finish_scan() {
	wait_for 30 writer_ended || fail "$1: the login does not return"
	wait_for 30 no_srp_left || fail "$1: a host is left: $(srp_hosts), $(rport_state 1)"
	echo "$1: login $(grep . /tmp/login || echo "without result"), removed by the scan: $(($(klog_count 'SCSI scan failed - removing SCSI host') - _failed))"
}

run() {
	peer_load
	peer_up 1
	begin_scan "path lost" hold
	wait_for 10 in_scan || fail "the scan does not begin"
	# Until then the scan waits: 15 s by default.
	expect OK "$(rport 1)/fast_io_fail_tmo" $((2 * SLOW))
	peer_down 1
	finish_scan "path lost"
	peer_up 1

	begin_scan "deleted" "delay ms=2000"
	wait_for 10 in_scan || fail "the scan does not begin"
	expect OK "$(rport 1)/delete" 1
	finish_scan "deleted"

	begin_scan "killed" "delay ms=2000"
	wait_for 10 in_scan || fail "the scan does not begin"
	kill -KILL $writer
	expect OK "$(rport 1)/delete" 1
	finish_scan "killed"

	step "rescan while the path is away"
	peer_clear 1
	peer_login 1 ch_count=2
	rport_tmo 1 1 2 60
	a=$(disk 1)
	peer_down 1
	wait_for 10 state_is 1 fail-fast || fail "state $(rport_state 1)"
	echo "- - -" >"$(host_dir 1)/scan"
	echo "rescan: state $(rport_state 1), disks $(lsscsi | grep -c SRPPEER)"
	peer_up 1
	wait_for 20 state_is 1 running || fail "no reconnect: $(rport_state 1)"
	echo "- - -" >"$(host_dir 1)/scan"
	echo "afterwards: read $(try_read "$a"), disks $(lsscsi | grep -c SRPPEER)"
	srp_logout 1
	peer_unload
}
