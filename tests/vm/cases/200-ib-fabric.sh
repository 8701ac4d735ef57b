# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: a subnet manager brings the virtual fabric up; the usual tools see and change it.
# load: no

run() {
	have ibnetdiscover
	ib_up
	echo "nodes: $(ibnetdiscover -C vib0 -P 1 | grep -c '^Ca\|^Switch')"
	echo "links: $(ibnetdiscover -C vib0 -P 1 | sed -n '/^Switch/,/^$/s/.*\("vib[01]"\).*/\1/p' | sort | uniq -c | tr -s ' ' | tr '\n' ';')"
	echo "master: $(sminfo -C vib0 -P 1 | grep -c SMINFO_MASTER)"
	echo "node records: $(saquery -C vib0 -P 1 | grep -c 'NodeDescription')"
	echo "path records: $(saquery -C vib0 -P 1 -p --sgid-to-dgid "$(cat "$(ib_port_dir vib0 1)/gids/0")-$(cat "$(ib_port_dir vib1 2)/gids/0")" |
		tr -s . ' ' | sed -n 's/^[[:space:]]*\(pkt_life\|mtu\|rate\) /\1 /p' | tr '\n' ' ')"
	lid=$(ib_lid vib1 1)
	echo "by lid: $(smpquery -C vib0 -P 1 nodedesc "$lid" | tr -s .)"
	echo "by route: $(smpquery -C vib0 -P 1 -D nodedesc 0,1 | tr -s .)"
	echo "hops: $(ibtracert -C vib0 -P 1 "$(ib_lid vib0 1)" "$lid" | grep -c -e '->')"
	perfquery -C vib0 -P 1 "$lid" 1 | tr -s . | grep 'PortRcvErrors\|PortXmitDiscards'
	[ "$(perfquery -C vib0 -P 1 "$lid" 1 | tr -s . ' ' | sed -n 's/^PortRcvPkts: //p')" -gt 10 ] || fail "no packets counted"
	step "a port is disabled and enabled at the switch"
	sw=$(smpquery -C vib0 -P 1 -D nodeinfo 0,1 | grep -c Switch)
	echo "switch at the end of the cable: $sw"
	ibportstate -C vib0 -P 1 -D 0,1 4 disable >/dev/null || fail "disable"
	wait_for 10 ib_port_is vib1 2 "1: DOWN" || fail "port 2 of vib1 stays up"
	ibportstate -C vib0 -P 1 -D 0,1 4 enable >/dev/null || fail "enable"
	ib_wait_active vib1 2
	echo "errors in the subnet manager's log: $(sm_errors)"
	ib_down || fail "unload"
}
