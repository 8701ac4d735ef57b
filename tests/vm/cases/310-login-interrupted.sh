# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The process that writes to add_target is killed at every stage of a login; what was held up arrives afterwards; the next login works.
# needs: ours
# timeout: 120

ended() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
rule_hit() { vib_hits_over 1 0; }
peer_asked() { [ "$(peer_hits ib1)" -gt 0 ]; }

# begin STAGE STRING REACHED: a login in the background that comes as far as this stage and waits there.
begin() {
	step "$1"
	srptest put "$(add_target ib1)" "$2" >/tmp/login 2>&1 &
	writer=$!
	wait_for 10 "$3" || fail "$1: not reached: $(cat /tmp/login)"
	sleep 0.3
	ended $writer && fail "$1: the login did not wait: $(cat /tmp/login)"
}
# stop STAGE SIGNAL: the writer ends soon; a path query is waited for, a second at most.
stop() {
	_at=$(now_ms)
	kill -"$2" $writer
	wait_for 3 ended $writer || fail "$1: the login cannot be interrupted"
	measure "$1: ended $(($(now_ms) - _at)) ms after SIG$2"
}
# result STAGE: a complete host or none, nothing left in the adapter.
result() {
	if wait_for 2 no_srp_left; then
		_left="no host"
	else
		_left="host with $(host_attr ib1 ch_count) channels, reads $(try_read "$(disk ib1)")"
		srp_logout ib1
	fi
	wait_for 20 vib_idle vib0 || fail "$1: left: $(vib_objects '.. vib0')"
	echo "$1: $_left"
}

# by_rule STAGE SIGNAL RULE: a message of a login to the kernel's target is held up on the fabric.
by_rule() {
	vib_rule "$3"
	begin "$1" "$(login_string ib1),ch_count=2" rule_hit
	stop "$1" "$2"
	vib_clear
	result "$1"
	srp_login ib1 ch_count=2
	[ "$(host_attr ib1 ch_count) $(try_read "$(disk ib1)")" = "2 OK" ] || fail "$1: the next login has $(host_attr ib1 ch_count) channels"
	srp_logout ib1
}

run() {
	ib_up
	store_ram disk0 32
	target_up ib1 disk0
	by_rule "path query outstanding" TERM "hold mgmt=sa method=0x81 attr=0x35"
	by_rule "path query lost" KILL "drop mgmt=sa method=1 attr=0x35"
	by_rule "request outstanding" TERM "hold mgmt=cm attr=0x10"
	by_rule "request lost" KILL "drop mgmt=cm attr=0x10"
	by_rule "login response outstanding" TERM "hold mgmt=cm attr=0x13"
	by_rule "request of the second channel outstanding" KILL "hold mgmt=cm attr=0x10 skip=1"
	by_rule "login response of the second channel outstanding" TERM "hold mgmt=cm attr=0x13 skip=1"

	peer_load
	peer_up ib1
	peer_rule ib1 "on login do hold"
	begin "silent target" "$(peer_string ib1),ch_count=2" peer_asked
	stop "silent target" KILL
	peer_clear ib1
	result "silent target"
	# A scan that waits for an answer is not interruptible; the signal takes effect when it is over.
	peer_rule ib1 "on op=0x12 do hold"
	begin "scan" "$(peer_string ib1),ch_count=2" peer_asked
	kill -KILL $writer
	sleep 0.5
	peer_send ib1 release
	wait_for 10 ended $writer || fail "scan: the writer stays"
	peer_clear ib1
	result "scan"
	peer_login ib1
	echo "next login: reads $(try_read "$(disk ib1)")"
	srp_logout ib1
	peer_expect_content ib1
	peer_unload
	ib_finish
}
