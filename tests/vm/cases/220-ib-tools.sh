# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The stock subnet manager and tools find a virtual fabric as they would a real one.
# load: no
# timeout: 90

# diag TOOL...: through the first port of vib0; the tools would take any active one.
diag() { _tool=$1; shift; "$_tool" -C vib0 -P 1 "$@"; }
# What a tool says without addresses, which depend on who was found first.
plain() { sed 's/0x[0-9a-f]*/X/g; s/\.\.\.*/ /; s/[[:space:]]*$//; /^$/d' | tr -s ' \t' ' '; }

# port_state NAME LID PORT: as ibportstate sees it.
port_state() { echo "$1: $(diag ibportstate "$2" "$3" query | plain | sed -n 's/^\(LinkState\|PhysLinkState\|LinkWidthActive\|LinkSpeedActive\): *//p' | paste -sd' ')"; }

# Traps 128 that the subnet manager has heard of.
traps() { grep -c 'Received Generic Notice.*num:128' $SM_DIR/vib0-1.log; }

run() {
	have ibnetdiscover
	ib_up
	echo "subnet manager: $(diag sminfo | plain | sed 's/activity count [0-9]*/activity count N/; s/sm lid [0-9]*/sm lid N/')"
	diag ibnetdiscover >/tmp/net || fail "ibnetdiscover: $?"
	echo "nodes: $(grep -c '^Switch' /tmp/net) switch, $(grep -c '^Ca' /tmp/net) HCAs, links: $(grep -c '^\[.*# .*4xQDR' /tmp/net)"
	echo "SA knows: $(diag saquery NR | grep -c '^NodeRecord') nodes, $(diag saquery PR | grep -c '^PathRecord') paths"
	sw=$(sed -n 's/^Switch.* lid \([0-9]*\) .*/\1/p' /tmp/net)
	diag smpquery nodeinfo "$sw" | plain | grep -e NodeType -e NumPorts -e PartCap -e LocalPort
	diag smpquery -D portinfo 0,1 1 | plain | grep -e '^LinkState' -e '^Mtu' -e NeighborMTU -e '^VLCap' -e '^OperVLs'
	diag ibtracert "$(ib_lid vib0 1)" "$(ib_lid vib1 2)" | plain | sed 's/lid [0-9-]*/lid N/'
	diag perfquery "$(ib_lid vib1 1)" 1 | plain | grep -e Errors -e Downed
	diag perfquery -x "$sw" 3 >/dev/null || fail "perfquery -x: $?"
	[ "$(diag perfquery "$sw" 3 | sed -n 's/^PortXmitPkts:\.*//p')" -gt 0 ] || fail "no packets counted at port 3 of the switch"
	diag perfquery -R "$sw" 3 || fail "perfquery -R: $?"
	step "port of the target's HCA off and on"
	out=$(sed -n '/^Switch/,/^$/s/^\[\([0-9]*\)\].*"vib1".*/\1/p' /tmp/net | head -1)
	port_state "before" "$sw" "$out"
	before=$(traps)
	diag ibportstate "$sw" "$out" disable >/dev/null || fail "ibportstate disable: $?"
	port_state "disabled" "$sw" "$out"
	diag ibportstate "$sw" "$out" enable >/dev/null || fail "ibportstate enable: $?"
	ib_wait_active vib1 1 2
	diag ibportstate "$sw" "$out" reset >/dev/null || fail "ibportstate reset: $?"
	ib_wait_active vib1 1 2
	port_state "again" "$sw" "$out"
	after=$(traps)
	[ "$after" -gt "$before" ] || fail "no trap arrived"
	sleep 2
	[ "$(traps)" = "$after" ] || fail "traps are resent although they were repressed"
	[ "$(sm_errors)" = 0 ] || fail "$(grep -h ERR $SM_DIR/*.log)"
	ib_down || fail "vib cannot be unloaded"
}
