# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Timeouts switched off and on while the path is away: what is off does not expire, what is switched on counts from then.
# needs: ours
# timeout: 120
# check: 6.12

run() {
	login_to_ram 1 32
	disk 1 >/dev/null
	rport_tmo 1 1 2 8
	target_close 1
	wait_for 5 not state_is 1 running || fail "the loss goes unnoticed"
	echo "fast_io_fail_tmo off: $(rport_set 1 fast_io_fail_tmo off)"
	echo "dev_loss_tmo off: $(rport_set 1 dev_loss_tmo off)"
	sleep $((10 * SLOW))
	echo "state: $(rport_state 1)"
	echo "fast_io_fail_tmo 1: $(rport_set 1 fast_io_fail_tmo 1)"
	wait_for 10 state_is 1 fail-fast || fail "state $(rport_state 1) instead of fail-fast"
	echo "state: $(rport_state 1)"
	echo "dev_loss_tmo 2: $(rport_set 1 dev_loss_tmo 2)"
	wait_for 20 no_srp_left || fail "the host stays"
	echo "removed"
}
