# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# How long the loss of a path holds up I/O, and how long it takes until the path is used again. One reader with one read in flight uses the
# paths by turns, so that it stands still until the lost path is failed. LOST is the path that is lost.
# shellcheck disable=SC2154 # LOST

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

# lose KIND OUTAGE CUT HEAL: seconds of outage at least; CUT and HEAL get the path's name; prints one result line.
lose() {
	_kind=$1 _outage=$2
	step "$MODULES: $_kind"
	paths_are 2 || fail "$_kind: $(active_paths) paths before"
	_disk=$(disk_of "$LOST")
	_cut=$(now_ms)
	$3 "$LOST"
	wait_for $((_outage + 100)) paths_are 1 || fail "$_kind: path $LOST is not failed"
	_failed=$(now_ms)
	# The reader may still wait for a read that was sent over the lost path.
	wait_for 120 reads_flow || fail "$_kind: no failover"
	while [ $(($(now_ms) - _cut)) -lt $((_outage * 1000)) ]; do sleep 0.1; done
	_heal=$(now_ms)
	_before=$(completed "$_disk")
	$4 "$LOST"
	wait_for 200 state_is "$LOST" running || { stacks; fail "$_kind: no reconnect"; }
	_back=$(now_ms)
	wait_for 120 moved "$_disk" "$_before" || fail "$_kind: path $LOST is not used again"
	_used=$(now_ms)
	wait_for 120 paths_are 2 || fail "$_kind: multipathd does not see path $LOST return"
	sleep 2
	# shellcheck disable=SC2046
	set -- "$_kind" $(stalls "$_cut" "$_heal") $(stalls "$_heal" "$(now_ms)")
	verdict "R loss $MODULES $1 longest=$2 stalled=$3 failed=$((_failed - _cut)) back=$((_back - _heal)) used=$((_used - _heal)) longest_after=$4"
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

# loss_multipathd: a configuration that uses the paths by turns.
loss_multipathd() { multipathd_configure 'path_selector "round-robin 0"' 'rr_min_io_rq 1'; }
# watch_paths, after the logins; watch_end, before the logouts.
watch_paths() {
	multipathd_start
	srpbench watch /dev/mapper/mpatha /tmp/watch &
	_watch=$!
	wait_for 10 reads_flow || fail "no I/O"
}
watch_end() {
	kill -TERM "$_watch"
	wait "$_watch"
	multipathd_stop
}
