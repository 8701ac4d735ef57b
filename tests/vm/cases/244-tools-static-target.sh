# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A target that only the rules file names, for RDMA/CM: srp_daemon logs in to it, and again after each end; a wrong line is refused by its key.
# needs: ours -- the reason of a refused login in words
# timeout: 90
# check: 6.12

DAEMON=/srp/tools/srp_daemon
LOG=/tmp/daemon

said() { grep -q -e "$1" $LOG; }
# logins N: so many so far. The number of a SCSI host may be that of an earlier one.
logins() { [ "$(grep -c ': connected to ' $LOG)" -ge "$1" ] && has_host 1; }
# refused LINE: what is said of a rules file whose second line that is.
refused() {
	printf 'd\n%s\n' "$1" >/tmp/wrong
	$DAEMON --check-config -f /tmp/wrong 2>&1 && fail "accepted: $1"
	$DAEMON -e -i rxe_i1 -p 1 -f /tmp/wrong >/tmp/said 2>&1 && fail "a daemon ran with: $1"
	grep -q "rules file /tmp/wrong line 2: " /tmp/said || fail "the daemon says: $(cat /tmp/said)"
}

run() {
	[ -x $DAEMON ] || skip "the tools were not built (make tools)"
	path_needed 1
	g=$(target_guid)
	names="id_ext=$g,ioc_guid=$g"
	step "wrong lines"
	refused "t id_ext=1,ioc_guid=2,dest=10.1.0.2"
	refused "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555,port=rxe_i1"
	refused "t id_ext=1,dest=10.1.0.2:5555"
	refused "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555,tl_retry_count=9"
	refused "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555,max_sectors=9"
	step "login"
	store_ram disk0 16
	target_up 1 disk0
	printf 't %s,dest=%s:%s,max_sect=512,port=rxe_i1:1\n' "$names" "$(addr_t 1)" "$SRP_PORT" >/tmp/rules
	$DAEMON -o -e -i rxe_i2 -p 1 -f /tmp/rules >$LOG 2>&1; echo "another port has no target: status $?"
	cat $LOG
	! has_host 1 && ! has_host 2 || fail "a login through the wrong port"
	$DAEMON -e -i rxe_i1 -p 1 -f /tmp/rules -R 1 -V >$LOG 2>&1 &
	daemon=$!
	wait_for 10 logins 1 || fail "no login: $(cat $LOG)"
	a=$(disk 1)
	echo "connected: $(rport_state 1), $(cat "/sys/block/${a#/dev/}/queue/max_hw_sectors_kb") KiB at most"
	step "somebody deletes the host"
	echo 1 >"$(rport 1)/delete"
	wait_for 10 logins 2 || fail "no login after the deletion: $(cat $LOG)"
	echo "connected again: $(rport_state 1)"
	step "the target ends it and is away for a while"
	rport_tmo 1 off off 1
	target_close 1
	wait_for 10 said "cannot log in" || fail "no attempt: $(cat $LOG)"
	echo "away: $(sed -n 's/.*cannot log in to \([^:]*\): .*/\1/p' $LOG | head -1), $(srp_hosts 1 | wc -l) hosts"
	target_open 1
	wait_for 15 logins 3 || fail "no login after the return: $(cat $LOG)"
	verified_io -j 1 -b 4k -t 1 "$(disk 1)"
	echo "connected again: $(rport_state 1)"
	kill -TERM $daemon
	wait $daemon
	echo "status $?"
	srp_logout 1
}
