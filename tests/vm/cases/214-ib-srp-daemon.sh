# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: the distribution's srp_daemon logs in to a target that it finds, and again when the target's adapter has come back.
# timeout: 120
# check: 6.1

run() {
	have srp_daemon
	ib_up
	store_ram disk0 32
	target_up ib1 disk0
	wwn=$(target_wwn ib1)
	printf 'a dgid=%s\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	srp_daemon -e -i vib0 -p 1 -f /tmp/rules -R 5 >/tmp/daemon 2>&1 &
	wait_for 20 has_host ib1 || fail "no login: $(cat /tmp/daemon)"
	disk ib1 >/dev/null
	echo "found: $(rport_state ib1)"
	rport_tmo ib1 off off 1
	step "the target's adapter goes"
	vib hca_remove vib1
	wait_for 20 not has_host ib1 || fail "the host stays: $(rport_state ib1)"
	# The target forgets with the adapter that its ports were enabled, but not what they were.
	wait_for 10 target_path_down "$wwn" || fail "the target stays"
	step "and comes back"
	vib hca_add vib1
	ib_wait_active vib1 1 2
	target_up ib1 disk0
	# The daemon may ask before the target is ready; it asks again every 5 s.
	wait_for 30 has_host ib1 || fail "no login after the return: $(cat /tmp/daemon)"
	disk ib1 >/dev/null
	echo "found again: $(rport_state ib1)"
	killall -TERM srp_daemon
	srp_logout ib1
	ib_finish
}
