# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: verified I/O with completions that become visible late.
# timeout: 120
# check: 6.12

run() {
	ib_up
	store_ram disk0 64
	target_up ib1 disk0
	srp_login ib1
	a=$(disk ib1)
	for n in 500 20000; do
		before=$(vib_late vib0)
		echo $n >$VIB/late_complete_us
		verified_io -j 4 -b 512:256k -t 2 "$a"
		late=$(($(vib_late vib0) - before))
		# Each command has two at the initiator, and a second of them at the very least is waited for.
		[ $late -gt 50 ] || fail "$late completions were late"
		measure "$late completions $n us late"
		echo "completions $n us late: $(rport_state ib1)"
	done
	echo 0 >$VIB/late_complete_us
	srp_logout ib1
	echo "reconnects: $(klog_count reconnect)"
	ib_finish
}
