# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The timeouts as the README's test 6 changes them, in that order, with the defaults before; then both expire.
# needs: ours
# timeout: 120

run() {
	login_to_ram 1 32
	disk 1 >/dev/null
	echo "defaults: $(rport_get 1 reconnect_delay) $(rport_get 1 fast_io_fail_tmo) $(rport_get 1 dev_loss_tmo)"
	echo "dev_loss_tmo 15: $(rport_set 1 dev_loss_tmo 15)"
	echo "fast_io_fail_tmo 10: $(rport_set 1 fast_io_fail_tmo 10)"
	before=$(now_ms)
	target_close 1
	wait_for 5 state_is 1 blocked || fail "state $(rport_state 1) instead of blocked"
	wait_for 20 state_is 1 fail-fast || fail "state $(rport_state 1) instead of fail-fast"
	measure "fail-fast after $(($(now_ms) - before)) ms"
	wait_for 20 no_srp_left || fail "the host stays"
	measure "removed after $(($(now_ms) - before)) ms"
	klog | grep -o '[a-z_]*_tmo expired for SRP port-[0-9:]* / host[0-9]*\.' | sed 's/[0-9]/N/g'
}
