# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Thousands of damaged information units from the target, seeded, under I/O: nothing breaks but the connection, and that recovers.
# timeout: 300
# check: 6.12

IUS=10000

# Offline: the error handler's own TEST UNIT READY was answered with garbage, and it gave the disk up. The administrator's turn.
onlined=0
fuzzed() {
	[ "$(peer_count 1 mutated)" -lt "$IUS" ] || return 0
	case $(sdev_state 1) in offline|transport-offline) put "$(sdev_dir 1)/state" running >/dev/null && onlined=$((onlined + 1)) ;; esac
	return 1
}
peer_report() { cat "$PEER/1/state" "$PEER/1/rules"; hang_report; }

run() {
	peer_load
	peer_up 1 2
	expect OK $PEER/control "luns 2"
	peer_login 1 ch_count=2
	peer_login 2 ch_count=1
	rport_tmo 1 1 5 600
	a=$(disk 1)
	echo 3 >"$(sdev_dir 1)/timeout"
	io_start other -j 1 -b 4k:32k "$(disk 2 1)"
	peer_rule 1 "fuzz seed=20260 count=$IUS"
	io_start bg -j 16 -b 512:16k -k "$a"
	wait_for 200 fuzzed || { peer_report >&2; fail "the I/O comes to a standstill: $(cat /tmp/io.bg.progress)"; }
	measure "$(peer_count 1 mutated) IUs damaged, $(peer_count 1 logins) logins, $(peer_count 1 aborts) aborts," \
		"$(peer_count 1 lun_resets) LUN resets, brought online $onlined times"
	peer_clear 1
	wait_for 30 state_is 1 running || fail "no recovery: $(rport_state 1)"
	# Data is in place before any answer, so what was acknowledged is right.
	io_expect_verified bg
	io_expect_clean other
	echo "damaged IUs: $IUS, state $(rport_state 1), other path $(rport_state 2) after $(peer_logins 2 1) login"
	srp_logout 1
	peer_login 1
	verified_io -j 2 -b 4k:32k -t 2 -s 8m "$(disk 1)"
	echo "after a new login: verified"
	srp_logout 1
	srp_logout 2
	peer_unload
}
