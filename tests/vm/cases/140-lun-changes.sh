# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# LUNs that appear and go while the session lasts: a scan finds new ones, I/O on the others is not disturbed.

run() {
	store_ram disk0 32
	store_ram disk1 16
	target_up 1 disk0
	srp_login 1
	io_start bg -j 2 -b 4k "$(disk 1)"
	target_add_lun 1 5 disk1
	echo "- - -" >"$(host_dir 1)/scan"
	d=$(disk 1 5)
	verified_io -j 2 -b 512:64k -t 1 "$d"
	echo "new LUN: good"
	echo 1 >"$(sdev_dir 1 5)/delete"
	wait_for 10 not disk_of 1 5 || fail "the removed LUN stays"
	target_del_lun 1 5
	io_expect_clean bg
	echo "luns: $(lsscsi | grep -c LIO-ORG)"
	srp_logout 1
}
