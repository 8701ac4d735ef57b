# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Login from another network namespace: its addresses count, for reconnects too; it lives as long as the session; exclusive mode.
# timeout: 150
# check: 6.12

INSIDE=10.1.0.3
in_other() { nsenter --net=/run/netns/other -- /usr/bin/srptest put "$(add_target 1)" "$1"; }

# rxe sends and receives in the first namespace only, whichever namespace an address is in. That works if the first one has the address
# as well, and a device that has the same number as the device in the other one.
other_up() {
	ip netns add other && ip link add link v1i name inside type macvlan mode bridge || fail "no namespace with a device"
	_index=$(cat /sys/class/net/inside/ifindex)
	ip link set inside netns other
	ip link add link v1i name outside index "$_index" type macvlan mode bridge || fail "no device $_index"
	ip -n other -batch - <<-LINES || fail "cannot configure the other namespace"
	link set lo up
	link set inside up mtu 4200
	addr add $INSIDE/24 dev inside
	neigh replace $(addr_t 1) lladdr $(mac_t 1) nud permanent dev inside
	LINES
	{
		cat <<-LINES
		link set outside up mtu 4200
		addr add $INSIDE/32 dev v1i
		rule add pref 190 oif outside lookup 190
		route add $(addr_t 1) dev outside src $INSIDE table 190
		neigh replace $(addr_t 1) lladdr $(mac_t 1) nud permanent dev outside
		LINES
		cable_pair 1 9 $INSIDE "$(addr_t 1)"
	} | ip -batch - || fail "cannot configure the first namespace"
}
# Also what a failed run left.
other_down() {
	ip netns del other
	cable_forget 1 9 | ip -force -batch - 2>/dev/null
	ip rule del pref 190
	ip route flush table 190
	ip addr del $INSIDE/32 dev v1i
	ip link del outside
	rdma system set netns shared
}
# Whether the RDMA device still knows the device in the other namespace. (Its name is all that can be seen of it from here.)
other_lives() { cat /sys/class/infiniband/rxe_i1/ports/1/gid_attrs/ndevs/* 2>/dev/null | grep -q inside; }

run() {
	modprobe macvlan || skip "no macvlan"
	login_to_ram 1 32
	srp_logout 1
	trap "other_down 2>/dev/null" EXIT
	other_up
	wait_for 5 other_lives || fail "the RDMA device does not know the address in the other namespace"
	inside="$(login_to "$(addr_t 1)" $INSIDE)"

	step "login from the other namespace"
	echo "with an address of the first namespace: $(in_other "$(login_string 1)"), hosts $(srp_hosts | wc -l)"
	echo "with an address of its own: $(in_other "$inside")"
	echo "the same from the first namespace: $(put "$(add_target 1)" "$inside")"
	rport_tmo 1 1 2 off
	a=$(disk 1)
	verified_io -j 2 -b 512:64k -t 1 "$a"

	step "reconnect without and with the address in that namespace"
	target_close 1
	wait_for 10 not state_is 1 running || fail "the logout goes unnoticed"
	ip -n other addr del $INSIDE/24 dev inside
	target_open 1
	wait_for 10 klog_has "No route available from $INSIDE" || fail "reconnects do not look into the other namespace"
	state_is 1 running && fail "a reconnect without an address"
	echo "without: not connected"
	ip -n other addr add $INSIDE/24 dev inside
	wait_for 20 state_is 1 running || fail "no reconnect"
	echo "with: $(rport_state 1)"

	step "the namespace loses its name"
	ip netns del other
	sleep 1
	other_lives && echo "kept by the session"
	target_close 1
	wait_for 10 not state_is 1 running || fail "the logout goes unnoticed"
	target_open 1
	wait_for 20 state_is 1 running || fail "no reconnect in the nameless namespace"
	verified_io -j 2 -b 512:64k -t 1 "$a"
	srp_logout 1
	wait_for 20 not other_lives || fail "the namespace is still there after the logout"
	echo "gone after the logout"
	other_down 2>/dev/null

	step "exclusive mode"
	rdma system set netns exclusive || fail "rdma system set netns exclusive"
	srp_login 1
	verified_io -j 2 -b 512:64k -t 1 -s 8m "$(disk 1)"
	echo "from the first namespace: $(rport_state 1)"
	srp_logout 1
	other_up
	_got=$(in_other "$inside")
	echo "from the other one: $([ "$_got" = OK ] && echo OK || echo refused), hosts $(srp_hosts | wc -l)"
	measure "from the other one: $_got"
	ip netns del other
	wait_for 20 not other_lives || fail "the namespace is still there after a refused login"
	echo "gone after the refused login"
}
