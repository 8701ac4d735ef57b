# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The state machine from sysfs when the target goes away and stays away, for every combination of off.
# needs: ours
# timeout: 180
# check: 6.1

# watch PATH SECONDS: the states after running, without repetition, until the end of the time or of the port.
watch_states() {
	_end=$(($(now_ms) + $2 * 1000)) _last=running _dir=$(rport "$1")
	while [ "$(now_ms)" -lt $_end ]; do
		_s=$(read_file "$_dir/state" || echo gone)
		case $_s in lost) _s=gone ;; esac
		[ "$_s" = "$_last" ] || printf ' %s' "$_s"
		_last=$_s
		[ "$_s" != gone ] || break
		sleep 0.05
	done
	echo
}

combination() {
	step "reconnect_delay $1 fast_io_fail_tmo $2 dev_loss_tmo $3"
	srp_login 1
	a=$(disk 1)
	rport_tmo 1 "$1" "$2" "$3"
	target_close 1
	printf '%s %s %s:' "$1" "$2" "$3"
	watch_states 1 "$4"
	if state_is 1 none || state_is 1 lost; then
		wait_for 10 no_srp_left || fail "the host stays after dev_loss_tmo"
		target_open 1
		return
	fi
	printf '   then: reads %s, ' "$(try_read "$a")"
	target_open 1
	if [ "$1" = off ]; then
		sleep 1.5
		printf 'target back: %s, ' "$(rport_state 1)"
		[ "$(rport_set 1 reconnect_delay 1)" = OK ] || fail "reconnect_delay 1"
	fi
	wait_for 20 state_is 1 running || fail "no reconnect"
	echo "$(rport_state 1), reads $(try_read "$a")"
	srp_logout 1
}

run() {
	store_ram disk0 32
	target_up 1 disk0
	combination 1 1 3 12
	combination 1 1 off 3
	combination 1 off 2 12
	combination 1 off off 3
	combination off 1 3 12
	combination off 1 off 3
	combination off off 2 12
	srp_login 1
	rport_tmo 1 1 off off
	echo "off off off: $(rport_set 1 reconnect_delay off)"
	srp_logout 1
}
