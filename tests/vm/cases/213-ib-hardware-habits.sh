# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: verified I/O with late completions, and with invalidations that overtake reads.
# timeout: 120

run() {
	ib_up
	store_ram disk0 64
	target_up ib1 disk0
	srp_login ib1
	a=$(disk ib1)
	for n in 500 20000; do
		echo $n >$VIB/late_complete_us
		verified_io -j 4 -b 512:256k -t 2 "$a"
		echo "completions $n us late: $(rport_state ib1)"
	done
	echo 0 >$VIB/late_complete_us
	echo Y >$VIB/relaxed
	verified_io -j 4 -b 512:256k -t 2 "$a"
	echo "invalidations overtake reads: $(rport_state ib1)"
	echo N >$VIB/relaxed
	srp_logout ib1
	echo "reconnects: $(klog_count reconnect)"
	ib_finish
}
