# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Failover times under multipathd, for both sets of modules. One reader with one read in flight uses the paths by turns, so that it
# stands still until the lost path is failed.
# timeout: 1800
# load: no

# shellcheck disable=SC1091
. /srp/data/lib.sh

# Reads and writes of the file system layer that a disk completed.
completed() { awk '{ print $1 + $5 }' "/sys/block/$1/stat"; }
moved() { [ "$(completed "$1")" -gt $(($2 + 5)) ]; }

# stalls FROM TO: of the reader between two times: longest, sum (ms).
stalls() {
	awk -v from="$1" -v to="$2" '
		$2 > from && $1 < to {
			length_ms = ($2 < to ? $2 : to) - ($1 > from ? $1 : from)
			sum += length_ms
			if (length_ms > longest)
				longest = length_ms
		}
		END { print longest + 0, sum + 0 }' /tmp/watch
}

# lose KIND OUTAGE CUT HEAL: seconds of outage at least; prints one result line.
lose() {
	_kind=$1 _outage=$2
	step "$MODULES: $_kind"
	paths_are 2 || fail "$_kind: $(active_paths) paths before"
	_disk=$(disk_of 1)
	_cut=$(now_ms)
	$3 1
	wait_for $((_outage + 100)) paths_are 1 || fail "$_kind: path 1 is not failed"
	_failed=$(now_ms)
	# The reader may still wait for a read that was sent over the lost path.
	wait_for 120 reads_flow || fail "$_kind: no failover"
	while [ $(($(now_ms) - _cut)) -lt $((_outage * 1000)) ]; do sleep 0.1; done
	_heal=$(now_ms)
	_before=$(completed "$_disk")
	$4 1
	wait_for 120 state_is 1 running || { stacks; fail "$_kind: no reconnect"; }
	_back=$(now_ms)
	wait_for 120 moved "$_disk" "$_before" || fail "$_kind: path 1 is not used again"
	_used=$(now_ms)
	wait_for 120 paths_are 2 || fail "$_kind: multipathd does not see path 1 return"
	sleep 2
	# shellcheck disable=SC2046
	set -- "$_kind" $(stalls "$_cut" "$_heal") $(stalls "$_heal" "$(now_ms)")
	verdict "R failover $MODULES $1 longest=$2 stalled=$3 failed=$((_failed - _cut)) back=$((_back - _heal)) used=$((_used - _heal)) longest_after=$4"
}
# Where threads wait inside the modules.
stacks() {
	for _t in /proc/[0-9]*/stack; do
		if grep -q 'srp_' "$_t" 2>/dev/null; then cat "${_t%stack}comm" "$_t" >&2; fi
	done
}
reads_flow() {
	_a=$(awk '{ print $1 }' /sys/block/dm-0/stat)
	sleep 0.3
	[ "$(awk '{ print $1 }' /sys/block/dm-0/stat)" -gt $((_a + 5)) ]
}

paths_up() {
	# multipathd knows no SRP ports and leaves the timeouts alone.
	login_both 10 3 600 tl_retry_count=2
	multipathd_start
	srpbench watch /dev/mapper/mpatha /tmp/watch &
	_watch=$!
	wait_for 10 reads_flow || fail "no I/O"
}
paths_down() {
	kill -TERM "$_watch"
	wait "$_watch"
	multipathd_stop
	logout_both
}

run() {
	multipathd_configure 'path_selector "round-robin 0"' 'rr_min_io_rq 1'
	null_both disk0
	_round=0
	while [ $_round -lt "$BENCH_ROUNDS" ]; do
		for _set in $BENCH_SETS; do
			use "$_set"
			paths_up
			for _loss in $BENCH_LOSSES; do
				case $_loss in
				silent) lose silent 10 path_cut path_heal ;;
				target-closed) lose target-closed 5 target_close target_open ;;
				local-port-down) lose local-port-down 3 port_down port_up ;;
				early-reconnect)
					# The module that waits a minute or more for an answer gets one chance only.
					[ $_round = 0 ] || continue
					rport_tmo 1 1 3 600
					lose silent,reconnect_delay=1 10 path_cut path_heal
					rport_tmo 1 10 3 600 ;;
				*) fail "no such loss: $_loss" ;;
				esac
			done
			paths_down
			srp_unload || fail "cannot unload"
		done
		_round=$((_round + 1))
	done
}
