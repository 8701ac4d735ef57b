# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Work per I/O: runs fixed numbers of I/Os between marks that the plugin in QEMU sees, for both sets of modules.
# timeout: 900
# load: no

# shellcheck disable=SC1091
. /srp/data/lib.sh

# count NAME OPTIONS...
count() {
	_name=$1
	shift
	_out=$(srpbench io -M -n "$IOS" "$@" "$disk") || fail "$_name: $_out"
	verdict "R count $MODULES $_name $IOS"
}

run() {
	IOS=${BENCH_IOS:-1000}
	null_both disk0
	for _set in $BENCH_SETS; do
		use "$_set"
		srp_login 1 || return 1
		disk=$(disk 1)
		set_up_disk 1
		verdict "R text $MODULES $(sed s/^0x// /sys/module/ib_srp/sections/.text)"
		verdict "R info $MODULES $(describe_host 1)"
		{ echo "@symbols $MODULES"; grep -i ' t ' /proc/kallsyms; echo "@end"; } | srpbench out
		count read-4k -b 4096
		count write-4k -b 4096 -w
		count write-512 -b 512 -w
		count read-512 -b 512
		count read-64k -b 65536
		count write-64k -b 65536 -w
		count read-4k-depth-32 -b 4096 -q 32
		srp_logout 1
		srp_unload || fail "cannot unload"
	done
}
