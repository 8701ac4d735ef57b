# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Verified I/O with every way to describe memory to the target: registered or not, immediate data or not, few descriptors.
# timeout: 120
# check: 6.1
# load: no

# variant PARAMETERS [LOGIN [HOW-MUCH]]
variant() {
	step "ib_srp $1, login ${2:-plain}"
	# shellcheck disable=SC2086
	srp_load $1 || fail "ib_srp $1 does not load"
	srp_login 1 "$2"
	# shellcheck disable=SC2086
	verified_io -j 4 -b 512:1m ${3:--t 1} -s 16m "$(disk 1)"
	srp_logout 1
	srp_unload || fail "ib_srp $1 does not unload"
	echo "$1 ${2:-plain}: good"
}

run() {
	store_ram disk0 64
	target_up 1 disk0
	variant register_always=Y
	variant register_always=N
	variant never_register=Y cmd_sg_entries=255
	variant use_imm_data=N
	variant max_imm_data=512
	variant cmd_sg_entries=255 sg_tablesize=2048,max_sect=8192
	variant cmd_sg_entries=1
	variant indirect_sg_entries=64 cmd_sg_entries=12
	variant ch_count=1
	variant ch_count=2 queue_size=4
	variant ch_count=2 max_sect=8,queue_size=2 "-n 8"
	step "more immediate data than ib_srpt has room for"
	srp_load max_imm_data=100000000 || fail "ib_srp does not load"
	echo "max_imm_data=100000000: $(try_login 1)"
	expect_klog 'Clamping max_imm_data to'
	expect_klog 'takes no IUs of 65604 bytes, logging in without immediate data'
	srp_logout 1
}
