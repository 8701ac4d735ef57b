# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What may be written to the timeouts of a remote port, and what may not.
# needs: ours

t() {
	printf '%-17s %-12s %s -> %s %s %s\n' "$1" "'$2'" "$(rport_set 1 "$1" "$2")" \
		"$(rport_get 1 reconnect_delay)" "$(rport_get 1 fast_io_fail_tmo)" "$(rport_get 1 dev_loss_tmo)"
}

run() {
	login_to_ram 1 32
	for f in reconnect_delay fast_io_fail_tmo dev_loss_tmo; do
		for v in x 1x ' 1' 1.5 99999999999 0x; do t $f "$v"; done
	done
	t reconnect_delay 0
	t reconnect_delay 0x10
	t reconnect_delay 010
	t reconnect_delay 10
	t fast_io_fail_tmo 601
	t fast_io_fail_tmo 600
	t dev_loss_tmo 599
	t fast_io_fail_tmo 15
	t dev_loss_tmo 14
	t dev_loss_tmo 15
	t fast_io_fail_tmo 16
	t fast_io_fail_tmo off
	t dev_loss_tmo 601
	t dev_loss_tmo 600
	t dev_loss_tmo -7
	t reconnect_delay off
	t fast_io_fail_tmo 0
	t reconnect_delay off
	t dev_loss_tmo 0
	t fast_io_fail_tmo off
	t dev_loss_tmo off
	t reconnect_delay 10
	t dev_loss_tmo offline
	t reconnect_delay -1
	t dev_loss_tmo 2147483647
	t fast_io_fail_tmo 15
	echo "state: $(rport_state 1)"
	expect_klog 'fast_io_fail_tmo must not exceed dev_loss_tmo; '
	expect_klog 'reconnect_delay must not be 0; '
	srp_logout 1
}
