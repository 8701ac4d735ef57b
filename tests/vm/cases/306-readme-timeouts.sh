# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 6: from the defaults dev_loss_tmo is set, then fast_io_fail_tmo; the target's port is disabled, and both expire.
# needs: ours
# timeout: 60
# check: 6.1

# near MILLISECONDS SECONDS
near() { [ "$1" -ge $(($2 * 1000 - 500)) ] && [ "$1" -lt $((($2 + 3 * SLOW) * 1000)) ]; }

run() {
	ib_up
	login_to_ram ib1 32
	disk ib1 >/dev/null
	echo "defaults: $(rport_get ib1 reconnect_delay) $(rport_get ib1 fast_io_fail_tmo) $(rport_get ib1 dev_loss_tmo)"
	readme_run 6 1 || fail "a timeout is refused"
	echo "now: $(rport_get ib1 reconnect_delay) $(rport_get ib1 fast_io_fail_tmo) $(rport_get ib1 dev_loss_tmo)"
	readme_run 4 1
	wait_for 5 state_is ib1 blocked || fail "state $(rport_state ib1) instead of blocked"
	before=$(now_ms)
	wait_for 20 state_is ib1 fail-fast || fail "state $(rport_state ib1) instead of fail-fast"
	fast=$(($(now_ms) - before))
	wait_for 20 no_srp_left || fail "the host stays"
	removed=$(($(now_ms) - before))
	measure "fail-fast after $fast ms, removed after $removed ms"
	near $fast 10 && near $removed 15 || fail "fail-fast after $fast ms, removed after $removed ms"
	klog | grep -o '[a-z_]*_tmo expired for SRP port-[0-9:]* / host[0-9]*\.' | sed 's/[0-9]/N/g'
	ib_finish
}
