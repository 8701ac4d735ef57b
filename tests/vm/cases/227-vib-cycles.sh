# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The virtual InfiniBand fabric under load: 50 times login, I/O, a fault, logout in the middle of it; then all users of the adapters and their
# driver are unloaded under I/O.
# timeout: 120
# nightly: 600
# check: 6.12

CYCLES=50
[ -z "$NIGHTLY" ] || CYCLES=500

# fault N: what goes wrong in the N-th round. The numbers in the rules decide what it hits.
fault() {
	case $(($1 % 10)) in
	0) vib_rule "drop class=rc chance=300 seed=$1" ;;
	1) vib_rule "drop class=ack chance=300 seed=$1" ;;
	2) vib_rule "delay=5000 class=rc chance=300 seed=$1" ;;
	3) vib_rule "rnr op=send skip=$(($1 % 7)) count=1" ;;	# the target's timer is 0.65 s
	4) vib_rule "bad-rkey chance=300 seed=$1" ;;
	5) vib_rule "nak-access chance=300 seed=$1" ;;
	6) vib_rule "nak-op from=vib0 chance=300 seed=$1" ;;
	7) vib_rule "nak-invalid from=vib1 chance=300 seed=$1" ;;
	8) vib_rule "hold class=rc from=vib1 skip=$(($1 % 7))" ;;
	9) vib_rule "hold class=ack skip=$(($1 % 7))" ;;
	esac
}

# round N: two cycles at the same time, one on each port.
round() {
	_pids=
	for _path in ib1 ib2; do
		srp_login $_path ch_count=$((1 + $1 % 2)),tl_retry_count=2
		_disk=$(disk $_path)
		srptest io -t 60 -N -j 2 -b 4k:64k -s 4m "$_disk" >/tmp/io.$_path 2>/dev/null &
		_pids="$_pids $!"
	done
	fault "$1"
	wait_for 10 vib_hits_over 1 0 || fail "round $1: no effect: $(cat $VIB/rules)"
	for _path in ib1 ib2; do echo 1 >"$(rport $_path)/delete" || fail "round $1: logout refused"; done
	# The logout has begun and waits for the requests; what is held up now arrives after all.
	vib_clear
	wait_for 20 no_srp_left || fail "round $1: left: $(srp_hosts)"
	# shellcheck disable=SC2086
	wait $_pids
	for _path in ib1 ib2; do
		# Or it cannot even open the disk before that goes.
		case $(cat /tmp/io.$_path) in *miscompares=0\ *|open=ENXIO) ;; *) fail "round $1: $(cat /tmp/io.$_path)" ;; esac
	done
}

# unload MODULE: in the middle of I/O.
unload() {
	_before=$(now_ms)
	timeout $((60 * SLOW)) rmmod "$1" || fail "rmmod $1 hangs or fails"
	measure "$1: $(($(now_ms) - _before)) ms"
	echo "$1: unloaded"
}

run() {
	ib_up
	store_ram disk0 32
	store_ram disk1 32
	target_up ib1 disk0
	target_up ib2 disk1
	step "cycles"
	_from=$(now_ms) n=0
	while [ $((n * 2)) -lt $CYCLES ]; do
		n=$((n + 1))
		round $n
	done
	measure "$((n * 2)) cycles in $(($(now_ms) - _from)) ms"
	wait_for 20 vib_idle || fail "left after the cycles: $(vib_counts)"
	echo "cycles: $(vib_counts)"

	step "unloading"
	srp_login ib1
	io_start killed -j 4 -b 4k:64k "$(disk ib1)"
	kill -KILL "$(io_pid killed)"
	io_end killed
	unload ib_srp
	srp_load || fail "ib_srp cannot be loaded again"
	peer_load
	peer_up ib2
	peer_login ib2
	io_start peer -k -N -j 4 -b 4k:64k "$(disk ib2)"
	unload srp_peer
	srp_login ib1
	io_start bg -k -N -j 4 -b 4k:64k "$(disk ib1)"
	target_down || fail "the target cannot be taken down"
	rmdir $CFG/srpt || fail "ib_srpt is still in use"
	unload ib_srpt
	unload vib
	wait_for 20 no_srp_left || fail "hosts are left"
	io_expect_verified bg
	io_expect_verified peer
	modprobe ib_srpt || fail "ib_srpt cannot be loaded again"
	ib_down
}
