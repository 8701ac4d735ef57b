# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 1: what ibsrpdm prints is written to add_target, with the distribution's ibsrpdm and with ours.
# needs: ours -- the debug messages
# timeout: 90

# In this guest the initiator's ports are ports of the target as well, but they refuse logins.
both_found() { [ "$(ib_discover 1 | grep -c "$(ib_gid vib1 1)\|$(ib_gid vib1 2)")" = 2 ]; }

# log_in TITLE PROGRAM
log_in() {
	step "$1"
	connected=$(klog_count 'Already connected to target port')
	# Not with readme_run: all but one of the four ports refuse.
	readme_commands 1 1 ibsrpdm "$2" >/tmp/commands
	sh /tmp/commands >/tmp/lsscsi 2>/tmp/refused || fail "$(cat /tmp/refused)"
	echo "$1: hosts $(srp_hosts | wc -l), refused because connected: $(($(klog_count 'Already connected to target port') - connected))"
	disk ib1 >/dev/null
	echo "lsscsi: $(grep -c LIO-ORG /tmp/lsscsi) disk"
	echo "again: $(put "$(add_target ib1)" "$("$2" -c | tail -n 1)")"
	srp_logout ib1
}

run() {
	have ibsrpdm
	[ -x /srp/tools/ibsrpdm ] || skip "the tools were not built (make tools)"
	ib_up
	store_ram disk0 32
	ib_target_both disk0
	target_allow ib2 "$(ib_acl 1)"
	wait_for 10 both_found || fail "found: $(ib_discover 1)"
	readme_run 0 1
	log_in "the distribution's ibsrpdm" "$(command -v ibsrpdm)"
	log_in "our ibsrpdm" /srp/tools/ibsrpdm
	echo "in the log: $(klog_count 'ib_srp: new target: id_ext .* ioc_guid .* pkey ffff service_id .* sgid .* dgid .*') new targets," \
		"$(klog_count 'scsi host[0-9]*: SRP.T10:') hosts"
	ib_finish
}
