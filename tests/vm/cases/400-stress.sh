# shellcheck shell=sh disable=SC2030,SC2031
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Everything at once, at random: logins and logouts, verified I/O, resets, writes to sysfs, reading all of it, rescans, failing links and
# connections, the adapter pulled out, the module unloaded. Afterwards everything works, and nothing is left.
# needs: ours
# load: no
# timeout: 120
# nightly: 3700
# check: 6.12

SECONDS_OF_STRESS=20 SEED=20260101
[ -z "$NIGHTLY" ] || SECONDS_OF_STRESS=3000 SEED=$(date +%s)
STOP=/tmp/stress.stop

# rnd N: R is a number from 0 to N-1. pick WORD...: R is one of them. Each actor has a sequence of its own.
rnd() {
	S=$(((S * 1103515245 + 12345) & 0x7fffffff))
	R=$(((S >> 8) % $1))
}
pick() {
	rnd $#
	shift "$R"
	R=$1
}
pause() { rnd "$1"; sleep 0.$((R / 10))$((R % 10)); }

# actor NAME: the function does_NAME again and again; what it says is counted.
actor() {
	_seed=$((_seed + 7919))
	(
		S=$_seed n=0
		while [ ! -e $STOP ]; do
			"does_$1"
			n=$((n + 1))
		done >"/tmp/stress.$1" 2>/tmp/stress.err."$1"
		echo "$n times" >>"/tmp/stress.$1"
	) &
	actors="$actors $!"
}

# any FILE...: R is one of those that exist.
any() {
	_all=
	for _f in "$@"; do [ ! -e "$_f" ] || _all="$_all $_f"; done
	# shellcheck disable=SC2086
	[ -n "$_all" ] && pick $_all
}
any_disk() {
	any /sys/class/scsi_host/host*/device/target*/*:*:*:*/block/sd* || { sleep 0.2; return 1; }
	R=/dev/${R##*/}
}

does_login() {
	pick ib1 ib2; _path=$R
	pick '' ch_count=1 ch_count=4 queue_size=2 cmd_sg_entries=255,allow_ext_sg=1 tl_retry_count=2 max_cmd_per_lun=1
	peer_try_login "$_path" "$R"
	pause 30
}
does_logout() {
	pause 99
	any /sys/class/srp_remote_ports/port-*/delete && put "$R" 1
}
# One at a time: the disk is the same one over all paths.
does_io() {
	any_disk || return
	_d=$R
	pick '-b 512:4k -j 4' '-b 4k:256k -j 2' '-b 512:1m -j 2 -w 30'
	# shellcheck disable=SC2086
	_io=$(srptest io -t 1 -N -k -s 16m $R "$_d" 2>/dev/null)
	case $_io in
	*miscompares=0*|open=*) ;;
	*) echo "WRONG $_io" ;;
	esac
}
does_reset() {
	any_disk || return
	_d=$R
	pick -d -H -d
	sg_reset "$R" "$_d" >/dev/null 2>&1 && echo "reset $R" || echo "refused $R"
	pause 99
}
does_write() {
	pick reconnect_delay fast_io_fail_tmo dev_loss_tmo failed state last_error; _file=$R
	any /sys/class/srp_remote_ports/port-*/"$_file" || { sleep 0.2; return; }
	_file=$R
	pick off 0 1 2 5 60 601 -1 4294967296 x ''
	put "$_file" "$R"
	pause 10
}
does_read() {
	for _f in /sys/class/srp_remote_ports/port-*/* /sys/class/scsi_host/host*/* /sys/class/infiniband_srp/*/*; do
		[ ! -f "$_f" ] || read_file "$_f" >/dev/null
	done 2>/dev/null
	pause 50
}
does_rescan() {
	any /sys/class/scsi_host/host*/scan && echo '- - -' >"$R"
	pause 99
} 2>/dev/null
# Faults of the fabric; each ends by itself or with the next one.
does_fault() {
	rnd 8
	case $R in
	0|1) pick 1 2; vib link "vib0 $R down"; pause 90; vib link "vib0 1 up"; vib link "vib0 2 up" ;;
	2) pick 1 2; vib link "vib1 $R down"; pause 90; vib link "vib1 1 up"; vib link "vib1 2 up" ;;
	3) srptest put "$VIB/qp_err" "vib1 all" >/dev/null ;;
	4) vib_rule "drop class=rc chance=100 seed=$S"; pause 90; vib_clear ;;
	5) vib_rule "hold class=rc from=vib1 skip=7"; pause 90; vib_clear ;;
	6) pick 1 2; vib freeze "vib1 $R 1"; pause 90; vib freeze "vib1 1 0"; vib freeze "vib1 2 0" ;;
	7) vib_rule "nak-access chance=200 seed=$S"; pause 90; vib_clear ;;
	esac
	pause 99
}
# A fault that names it may be refused meanwhile, therefore both are done by one actor.
does_adapter() {
	rnd 12
	if [ "$R" = 0 ]; then
		vib hca_remove vib0
		pause 50
		vib hca_add vib0
		echo "pulled out"
	else
		does_fault
		echo "fault"
	fi
}
does_unload() {
	for _ in 1 2 3 4; do pause 99; done
	if rmmod ib_srp 2>/dev/null; then
		echo "unloaded"
		pick ch_count=2 ch_count=4 never_register=1 register_always=0
		srp_load "$R" || echo "WRONG: load"
	else
		echo "in use"
	fi
}

# What the actors said, in one line each.
report() {
	for _a in "$@"; do
		measure "$_a: $(sort "/tmp/stress.$_a" | uniq -c | sed 's/^ *//; s/\([0-9]*\) \([0-9]*\) times/\2 times/' | paste -sd, | sed 's/,/, /g')"
		! grep WRONG "/tmp/stress.$_a" >&2 || fail "$_a: $(grep -m 1 WRONG "/tmp/stress.$_a")"
	done
}

run() {
	ib_load global_rkey=Y
	sm_start vib1 2
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	srp_load || fail "the modules cannot be loaded"
	peer_load
	peer_up ib1 ib2
	rm -f /tmp/stress.*
	_seed=$SEED actors=
	all="login logout io reset write read rescan adapter unload"
	for _a in $all; do actor "$_a"; done
	step "stress, seed $SEED"
	measure "seed $SEED"
	sleep $((SECONDS_OF_STRESS * SLOW))
	: >$STOP
	# shellcheck disable=SC2086
	wait $actors

	step "the quiet after it"
	vib_clear
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	# shellcheck disable=SC2086
	report $all
	for _r in /sys/class/srp_remote_ports/port-*; do [ ! -e "$_r/delete" ] || echo 1 >"$_r/delete"; done
	wait_for 60 no_srp_left || fail "left: $(srp_hosts)"
	for p in ib1 ib2; do
		peer_login $p ch_count=2
		verified_io -j 2 -b 512:64k -t 1 -s 8m "$(disk $p)"
		echo "$p: $(rport_state $p)"
		srp_logout $p
		peer_expect_content $p
	done
	peer_unload
	srp_unload || fail "the module cannot be unloaded"
	ib_finish
	echo "nothing is left"
}
