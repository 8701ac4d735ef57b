# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A ring of three switches: a pulled cable leads to a detour; an HCA is removed and returns; unloading with packets under way.
# load: no
# timeout: 120
# check: 6.12

# diag TOOL...: through the first port of vib0; the tools would take any active one.
diag() { _tool=$1; shift; "$_tool" -C vib0 -P 1 "$@"; }
# The switches between the HCAs, in their order.
way() { diag ibtracert "$(ib_lid vib0 1)" "$(ib_lid vib1 1)" 2>/dev/null | grep -o '"sw[0-9]"' | tr -d '"' | paste -sd' '; }
way_is() { [ "$(way)" = "$1" ]; }

run() {
	have ibtracert
	ib_load ports=1 switches=3 cables=vib0:1-sw0:1,vib1:1-sw1:1,sw0:2-sw1:2,sw1:3-sw2:3,sw2:4-sw0:4
	sm_start vib0 1
	ib_wait_active vib0 1
	ib_wait_active vib1 1
	wait_for 10 way_is "sw0 sw1" || fail "way: $(way)"
	echo "way: $(way)"
	step "the cable between them is pulled"
	vib link "sw0 2 down"
	wait_for 20 way_is "sw0 sw2 sw1" || fail "no detour: $(way)"
	diag perfquery "$(ib_lid vib1 1)" 1 >/dev/null || fail "perfquery: $?"
	echo "detour: $(way)"
	vib link "sw0 2 up"
	wait_for 20 way_is "sw0 sw1" || fail "the detour stays: $(way)"
	echo "again: $(way)"
	step "the other HCA is removed"
	lid=$(ib_lid vib1 1)
	vib hca_remove vib1
	diag perfquery -t 500 "$lid" 1 >/dev/null 2>&1 && fail "an HCA that is gone answers"
	vib hca_add vib1
	ib_wait_active vib1 1
	wait_for 20 way_is "sw0 sw1" || fail "no way to the returned HCA: $(way)"
	echo "returned: $(way)"
	step "unloading while packets are held and late"
	vib_rule "hold class=smp from=sw1"
	vib_rule "delay=3000000 class=smp"
	vib port "sw2 3 reset"
	sleep 1
	grep -q 'hits=[1-9]' $VIB/rules || fail "no packet under way"
	ib_down || fail "vib cannot be unloaded"
}
