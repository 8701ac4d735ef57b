# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A login to a silent target: it can be interrupted, others go on meanwhile, and the module can be unloaded.
# needs: ours
# timeout: 150

run() {
	store_ram disk0 32
	target_both disk0
	path_cut 1
	srptest put "$(add_target 1)" "$(login_string 1)" >/tmp/login &
	pid=$!
	sleep 2
	kill -0 $pid 2>/dev/null && echo "waiting for the silent target"
	srp_login 2
	echo "meanwhile on the other path: $(rport_state 2)"
	srp_logout 2
	kill -TERM $pid
	wait_for 5 not kill -0 $pid || fail "the login cannot be interrupted"
	echo "interrupted"
	wait_for 10 no_srp_left || fail "something is left"
	srp_unload || fail "unload"
	path_heal 1
	srp_load
	srp_login 1
	echo "afterwards: $(rport_state 1)"
	srp_logout 1
}
