# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The initiator's adapter restarts without a word to the target, which calls the next login stale and then forgets the old connection.
# timeout: 60
# check: 6.1

connections() { vib_objects "qp $1 .* RC" | wc -l; }
login_works() { [ "$(try_login ib1)" = OK ]; }

run() {
	ib_load
	# On the adapter that stays.
	sm_start vib1 2
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	login_to_ram ib1 32 ch_count=1
	disk ib1 >/dev/null
	step "the adapter restarts, its disconnect requests get lost"
	vib_rule "drop mgmt=cm from=vib0"
	vib hca_remove vib0
	wait_for 20 no_srp_left || fail "the host stays"
	vib_clear
	vib hca_add vib0
	ib_wait_active vib0 1 2
	echo "connections: initiator $(connections vib0), target $(connections vib1)"
	# Queue pairs are numbered anew, so this one has the number of the one that the target still knows.
	echo "login: $(try_login ib1), stale connection: $(klog_count 'REJ reason: stale connection')"
	klog | sed -n 's/.*rejected: \(stale connection.*\)/\1/p' | head -n 1
	before=$(now_ms)
	wait_for 20 login_works || fail "no login"
	measure "login works $(($(now_ms) - before)) ms later"
	echo "later: $(rport_state ib1), reads $(try_read "$(disk ib1)")"
	srp_logout ib1
	ib_finish
}
