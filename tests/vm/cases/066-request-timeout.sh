# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A disk command may not time out before the adapter reports a dead path: the disk's timeout follows tl_retry_count, and an administrator's stays.
# needs: ours

timeout_of() { cat "$(sdev_dir ib1)/timeout"; }
longer() { [ "$1" -gt "$2" ] && echo longer || echo "$1 s, not longer than $2 s"; }

run() {
	ib_load
	sm_start vib0 1 'subnet_timeout 18'	# opensm's default, also for the packet life time of paths
	ib_wait_active vib0 1
	ib_wait_active vib1 1
	store_ram disk0 32
	target_up ib1 disk0
	srp_login ib1 tl_retry_count=2
	disk ib1 >/dev/null
	least=$(timeout_of)
	echo "tl_retry_count 2: at least 30 s: $([ "$least" -ge 30 ] && echo yes)"
	srp_logout ib1
	srp_login ib1 tl_retry_count=7
	disk ib1 >/dev/null
	computed=$(timeout_of)
	measure "tl_retry_count 2: $least s, 7: $computed s"
	echo "tl_retry_count 7: $(longer "$computed" "$least")"

	step "after a reconnect"
	rport_tmo ib1 1 15 600
	for t in "$computed" 99; do
		echo "$t" >"$(sdev_dir ib1)/timeout"
		n=$(klog_count 'reconnect succeeded')
		expect OK "$(rport ib1)/fail_path" 1
		wait_for 20 reconnected "$n" || fail "no reconnect: $(rport_state ib1)"
		echo "$([ "$t" = 99 ] && echo "the administrator's" || echo ours): $([ "$(timeout_of)" = "$t" ] && echo kept || echo "now $(timeout_of)")"
	done
	srp_logout ib1
	ib_finish
}

reconnected() { [ "$(klog_count 'reconnect succeeded')" -gt "$1" ] && state_is ib1 running; }
