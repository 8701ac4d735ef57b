# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two switches that are two subnets with prefixes of their own, and cables without any switch; a login over each.
# timeout: 150
# check: 6.1

prefix() { cut -d: -f1-4 "$(ib_port_dir "$1" "$2")/gids/0"; }
view() { ibnetdiscover -C vib0 -P "$1" | sed -n 's/^\(Switch\|Ca\).*/\1/p' | sort | uniq -c | tr -s ' \n' ' '; }

# both NAME PREFIX1 PREFIX2: a subnet manager and a login on either side.
both() {
	sm_start vib0 1 "subnet_prefix 0x$2"
	sm_start vib0 2 "subnet_prefix 0x$3"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	for p in 1 2; do echo "$1, port $p: $(prefix vib0 $p) $(prefix vib1 $p) sees$(view $p)"; done
	store_ram disk0 64
	target_up ib1 disk0
	target_up ib2 disk0
	for p in ib1 ib2; do
		srp_login $p
		io_start bg -j 2 -b 4k:64k -n 200 "$(disk $p)"
		io_end bg
		srp_logout $p
	done
	wait_for 10 vib_idle || fail "left over: $(vib_counts)"
	target_down || fail "the target stays"
}

run() {
	have ibnetdiscover
	ib_load topology=two
	both "two switches" fec0000000000001 fec0000000000002
	ib_down || fail "vib cannot be unloaded"
	step "cables only"
	ib_load topology=b2b
	both "no switch" fe80000000000000 fec0000000000003
	ib_finish
}
