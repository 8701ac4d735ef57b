# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Verified mixed I/O, 512 bytes to 4 MiB, several jobs, on a RAM disk and on a file.
# timeout: 90

run() {
	store_ram disk0 128
	store_file disk1 128
	target_up 1 disk0 disk1
	srp_login 1 cmd_sg_entries=255,sg_tablesize=255
	a=$(disk 1 0)
	b=$(disk 1 1)
	step "fixed sizes"
	for size in 512 4k 64k 1m 4m; do
		verified_io -j 2 -b $size -t 1 -s 32m -N "$a"
		echo "$size: good"
	done
	step "mixed sizes"
	verified_io -j 6 -b 512:4m -t 2 -s 64m "$a"
	verified_io -j 6 -b 512:4m -t 2 -s 64m "$b"
	echo "mixed: good"
	srp_logout 1
}
