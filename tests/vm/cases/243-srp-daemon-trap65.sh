# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Our srp_daemon serves all ports in one process, tells the initiator that the port of a target left the fabric, and shows the state.
# needs: ours
# timeout: 240
# check: 6.12

DAEMON=/srp/tools/srp_daemon
LOG=/tmp/daemon

said() { grep -q -e "$1" $LOG; }
# What --status says of the login through port N, without what varies.
shown() { $DAEMON --status | sed -n "s/$(ib_gid vib1 1)/vib1:1/; s/host[0-9]*/host/; s/, [0-9]* c[a-z]*//g; /vib0:$1 -> /p"; }
left_fabric_told() { said "told the initiator that the path of $1 is gone"; }

run() {
	[ -x $DAEMON ] || skip "the tools were not built (make tools)"
	ib_up
	store_ram disk0 32
	target_up ib1 disk0
	# Both ports of the initiator log in to the first one of the target.
	target_allow ib1 "$(ib_acl 2)"
	printf 'a dgid=%s\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	step "one process for all ports"
	$DAEMON -e --all-ports -f /tmp/rules -V >$LOG 2>&1 &
	daemon=$!
	wait_for 30 said "vib0:1: connected to .*$(ib_gid vib1 1)" || fail "no login at port 1: $(cat $LOG)"
	wait_for 30 said "vib0:2: connected to .*$(ib_gid vib1 1)" || fail "no login at port 2: $(cat $LOG)"
	echo "ports served: $(grep -c ': served$' $LOG)"
	wait_for 10 has_host ib1 || fail "no SCSI host"
	shown 1
	shown 2
	host=$(basename "$(rport ib1)" | sed 's/port-\([0-9]*\):.*/host\1/')
	step "the target's port leaves the fabric"
	rport_tmo ib1 1 3 off
	rport_tmo ib2 1 3 off
	vib link "vib1 1 down"
	wait_for 20 left_fabric_told "$host" || fail "not told: $(tail -20 $LOG)"
	wait_for 5 not state_is ib1 running || fail "the initiator does nothing: $(rport_state ib1)"
	wait_for 20 state_is ib1 fail-fast || fail "state $(rport_state ib1)"
	wait_for 20 state_is ib2 fail-fast || fail "state $(rport_state ib2)"
	$DAEMON --status --strict >/tmp/status; echo "status $?"
	echo "paths that need a look: $(grep -c 'I/O [fw]a' /tmp/status)"
	step "and comes back"
	vib link "vib1 1 up"
	wait_for 40 state_is ib1 running || fail "state $(rport_state ib1)"
	wait_for 40 state_is ib2 running || fail "state $(rport_state ib2)"
	step "stop"
	kill -TERM $daemon
	wait $daemon
	echo "status $?"
	ls /run/srp_daemon_*.json 2>/dev/null
	srp_logout ib1
	srp_logout ib2
	ib_finish
}
