# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the benchmarks share in the guest, on top of tests/vm/lib.

# shellcheck disable=SC1091
. /srp/data/config	# BENCH_*

# use ours|distro: unloads what is loaded and loads that set of modules.
use() {
	srp_unload || fail "cannot unload the modules"
	MODULES=$1
	srp_load || fail "cannot load the modules: $1"
	step "modules: $MODULES"
}

# null_both STORE: a null store (swallows writes, reads nothing) on both paths: the target should cost little.
null_both() {
	store_null "$1" 256
	target_both "$1"
}

# set_up_disk PATH: no I/O scheduler, so that both sets of modules are measured with the same one.
set_up_disk() { echo none >"/sys/block/$(disk_of "$1")/queue/scheduler"; }

# describe_host PATH: settings that explain figures.
describe_host() {
	_p=/sys/module/ib_srp/parameters
	echo "register_always=$(cat $_p/register_always 2>/dev/null || echo -)" \
		"prefer_fr=$(cat $_p/prefer_fr 2>/dev/null || echo -)" \
		"use_imm_data=$(cat $_p/use_imm_data 2>/dev/null || echo -)" \
		"ch_count=$(host_attr "$1" ch_count 2>/dev/null || echo -)" \
		"nr_hw_queues=$(find "/sys/block/$(disk_of "$1")/mq" -mindepth 1 -maxdepth 1 | wc -l)"
}
