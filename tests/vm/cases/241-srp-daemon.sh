# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Our srp_daemon: logs in when the target is ready, again after the adapters of either side were away, and costs nothing while it waits.
# needs: ours -- the reason of a refused login in words
# timeout: 240
# allow: SRP LOGIN .* REJECTED -- the daemon asks before the target port is enabled

DAEMON=/srp/tools/srp_daemon
LOG=/tmp/daemon

said() { grep -q -e "$1" $LOG; }
running() { kill -0 "$daemon" 2>/dev/null; }
# Processor time of the daemon, in ticks.
ticks() { cut -d' ' -f14,15 "/proc/$daemon/stat" | tr ' ' '+'; }

run() {
	[ -x $DAEMON ] || skip "the tools were not built (make tools)"
	ib_up
	store_ram disk0 32
	printf 'a dgid=%s,max_sect=512\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	$DAEMON --check-config -f /tmp/rules
	$DAEMON -e -i vib0 -p 1 -f /tmp/rules -R 600 -V >$LOG 2>&1 &
	daemon=$!
	wait_for 20 said "cannot log in" || fail "no attempt: $(cat $LOG)"
	echo "refused: $(sed -n 's/.*cannot log in to [^:]*: //p' $LOG | head -1)"
	target_up ib1 disk0
	wwn=$(target_wwn ib1)
	wait_for 30 has_host ib1 || fail "no login: $(cat $LOG)"
	echo "connected: $(rport_state ib1)"
	step "one daemon per port"
	$DAEMON -e -i vib0 -p 1 2>&1; echo "ours: status $?"
	srp_daemon -e -i vib0 -p 1 -f /tmp/rules >/dev/null 2>&1; echo "the distribution's: status $?"
	step "the target's adapter goes and comes back"
	rport_tmo ib1 off off 1
	vib hca_remove vib1
	wait_for 20 not has_host ib1 || fail "the host stays: $(rport_state ib1)"
	wait_for 20 said "left the fabric" || fail "no trap 65: $(cat $LOG)"
	wait_for 10 target_path_down "$wwn" || fail "the target stays"
	vib hca_add vib1
	ib_wait_active vib1 1 2
	target_up ib1 disk0
	wait_for 60 has_host ib1 || fail "no login after the return: $(cat $LOG)"
	echo "connected: $(rport_state ib1)"
	step "idle"
	sleep 1
	before=$(($(ticks)))
	sleep 4
	[ $(($(ticks) - before)) -le 1 ] || fail "the daemon used $(($(ticks) - before)) ticks in 4 s"
	step "other rules"
	echo "x" >/tmp/rules
	kill -HUP $daemon
	wait_for 10 said "Bad syntax in rules file /tmp/rules line 1.*the old rules stay" || fail "bad rules: $(tail -3 $LOG)"
	echo "d" >/tmp/rules
	kill -HUP $daemon
	wait_for 10 said "read 1 rules and 0 targets" || fail "good rules: $(tail -3 $LOG)"
	step "stop"
	start=$(now_ms)
	kill -TERM $daemon
	wait $daemon
	echo "status $?"
	[ $(($(now_ms) - start)) -le $((200 * SLOW)) ] || fail "it took $(($(now_ms) - start)) ms"
	said "Got SIGTERM" || fail "nothing about the signal"
	srp_logout ib1
	ib_finish
}
