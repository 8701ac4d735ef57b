# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: messages of path query and connection manager get lost, come twice or say no, at login and at logout.
# timeout: 180
# check: 6.1

# ATTRIBUTES of the connection manager
REQ=0x10 REP=0x13 RTU=0x14 DREQ=0x15

# attempt TEXT RULE: one login, and if it succeeds one read and the logout.
attempt() {
	step "$1"
	vib_rule "$2"
	_before=$(now_ms)
	_got=$(try_login ib1)
	vib_hits_over 1 0 || fail "$1: the rule has no effect"
	printf '%s: %s' "$1" "$_got"
	measure "$1: $(($(now_ms) - _before)) ms"
	if [ "$_got" = OK ]; then
		printf ', reads %s' "$(try_read "$(disk ib1)")"
		srp_logout ib1
	fi
	echo
	vib_clear
	# The target keeps a channel whose reply never arrived until the next login of this initiator.
	wait_for 20 vib_idle vib0 || fail "$1: left: $(vib_objects '.. vib0')"
}

run() {
	ib_up
	store_ram disk0 32
	target_up ib1 disk0
	attempt "path query lost once" "drop mgmt=sa attr=0x35 count=1"
	attempt "path answered with an error" "bad-status=0x0300 mgmt=sa method=0x81 attr=0x35"
	attempt "path never answered" "drop mgmt=sa method=0x81 attr=0x35"
	attempt "request lost once" "drop mgmt=cm attr=$REQ count=1"
	attempt "request comes twice" "duplicate mgmt=cm attr=$REQ count=2"
	attempt "request never arrives" "drop mgmt=cm attr=$REQ"
	attempt "reply lost once" "drop mgmt=cm attr=$REP count=1"
	attempt "reply comes twice" "duplicate mgmt=cm attr=$REP count=2"
	attempt "reply never arrives" "drop mgmt=cm attr=$REP"
	attempt "ready to use lost once" "drop mgmt=cm attr=$RTU count=1"
	attempt "login request lost once" "drop class=rc op=send from=vib0 count=1"
	step "disconnect request lost"
	srp_login ib1
	vib_rule "drop mgmt=cm attr=$DREQ"
	srp_logout ib1
	wait_for 20 vib_hits_over 1 1 || fail "no disconnect request was lost: $(cat $VIB/rules)"
	wait_for 20 vib_idle vib0 || fail "left: $(vib_objects '.. vib0')"
	echo "logout with lost disconnect requests: target has $(vib_objects 'qp vib1 .* RC' | wc -l) connections"
	vib_clear
	srp_login ib1
	wait_for 20 eval '[ "$(vib_objects "qp vib1 .* RC" | wc -l)" = "$(vib_objects "qp vib0 .* RC" | wc -l)" ]' ||
		fail "the next login does not end the old connections: $(vib_objects 'qp.* RC')"
	srp_logout ib1
	ib_finish
}
