# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Bad login strings: each refused with its error, nothing allocated, nothing left, and the next good one works.
# needs: ours
# timeout: 120

# The table's generator prints lines "EXPECTED|string".
. /srp/lib/bad-logins.sh

run() {
	login_to_ram 1 32
	first=$(srp_host 1)
	srp_logout 1
	bad_logins 1 >/tmp/table
	before=$(klog_count 'ib_srp')
	srptest table "$(add_target 1)" /tmp/table >/tmp/result
	status=$?
	tail -1 /tmp/result | sed 's/.*\(wrong=.*\)/\1/'
	n=$(grep -c '|' /tmp/table)
	[ "$n" -ge 300 ] && echo "at least 300 strings: yes"
	measure "$(tail -1 /tmp/result), $(($(klog_count 'ib_srp') - before)) lines in the kernel log"
	[ $status = 0 ] || { head -60 /tmp/result >&2; fail "$(tail -1 /tmp/result)"; }
	[ $(($(klog_count 'ib_srp') - before)) -ge "$n" ] || fail "not every refusal was explained in the kernel log"
	echo "hosts: $(srp_hosts | wc -l)"
	srp_login 1
	echo "host numbers used up: $(($(srp_host 1) - first - 1))"
	srp_logout 1
}
