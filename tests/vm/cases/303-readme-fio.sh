# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# README test 3: an ext4 file system on the disk, written and verified by fio.
# timeout: 120
# check: 6.1

run() {
	have fio
	have mkfs.ext4
	modprobe ext4 || skip "the kernel has no ext4"
	ib_up
	login_to_ram ib1 64
	readme_run 3 1 >/tmp/fio 2>&1 || fail "$(tail -20 /tmp/fio)"
	echo "fio: $(grep -o 'err= *[0-9]*' /tmp/fio)"
	measure "$(sed -n 's/^ *\(\(read\|write\|READ\|WRITE\): .*\)/\1/p' /tmp/fio | paste -sd';')"
	echo "state: $(rport_state ib1), reconnects: $(klog_count reconnect), I/O errors: $(klog_count 'I/O error')"
	srp_logout ib1
	ib_finish
}
