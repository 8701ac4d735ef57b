# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two cables with a switch each in one guest. Path N leads from the initiator's end vNi over a bridge swN (ports sNi and sNt)
# to the target's end vNt. The ends have a soft RDMA device each (rxe_iN, rxe_tN) and addresses: 10.N.0.1 and 10.N.0.2, fd00:N::1
# and fd00:N::2 (N = 1, 2), and link-local ones.
# Because of the switch an end that loses its link does not take the other end along, and no end loses its addresses and routes.
#
# Both ends are local addresses, so the kernel would hand packets over inside. Rules that come before the local table make
# packets that start here (iif lo) towards the other end leave through the cable; packets that arrive on an end find the local
# table next. The target's RDMA/CM looks for the way back of an IPv6 login by the outgoing device alone (oif).

# Kernels whose soft RDMA devices are not made by "rdma link add" have the paths of ib.sh only.
PATHS=${RXE:+1 2}
path_needed() { case $1 in ib*) ;; *) [ -n "$PATHS" ] || skip "no soft RDMA devices on this kernel" ;; esac; }
# shellcheck disable=SC2034
SRP_PORT=5555

addr_i() { echo "10.$1.0.1"; }
addr_t() { echo "10.$1.0.2"; }
addr6_i() { echo "fd00:$1::1"; }
addr6_t() { echo "fd00:$1::2"; }
# What the kernel makes of the MAC addresses below.
local6_i() { echo "fe80::ff:fe00:${1}01"; }
local6_t() { echo "fe80::ff:fe00:${1}02"; }
mac_i() { echo "02:00:00:00:0$1:01"; }
mac_t() { echo "02:00:00:00:0$1:02"; }

net_sysctl() { for _f in /proc/sys/net/ipv4/conf/*/"$1"; do echo "$2" >"$_f"; done; }

# The first filter of its kind patches the kernel's code, and a CPU that runs that code at the same moment under QEMU's TCG can
# trip over it (int3). Filters on an unused device make that happen before there is traffic, once.
net_warm_filters() {
	ip link add warm type bridge
	tc qdisc add dev warm clsact &&
		tc filter add dev warm ingress pref 1 matchall action drop &&
		tc filter add dev warm egress pref 1 matchall action drop
}

net_up() {
	net_warm_filters || return 1
	ip link set lo up
	net_sysctl rp_filter 0
	net_sysctl accept_local 1
	for _f in -4 -6; do
		ip $_f rule add pref 1000 lookup local
		ip $_f rule del pref 0 lookup local
	done
	for _n in $PATHS; do
		ip link add "sw$_n" type bridge forward_delay 0 mcast_snooping 0 || return 1
		ip link add "v${_n}i" address "$(mac_i "$_n")" type veth peer name "s${_n}i" || return 1
		ip link add "v${_n}t" address "$(mac_t "$_n")" type veth peer name "s${_n}t" || return 1
		for _dev in "s${_n}i" "s${_n}t"; do
			echo 1 >"/proc/sys/net/ipv6/conf/$_dev/disable_ipv6"
			ip link set "$_dev" mtu 4200 master "sw$_n" up || return 1
		done
		echo 1 >"/proc/sys/net/ipv6/conf/sw$_n/disable_ipv6"
		ip link set "sw$_n" mtu 4200 up || return 1
		cable_configure "$_n" || return 1
		rdma_add "$_n" i && rdma_add "$_n" t || return 1
	done
}

# cable_pair PATH K INITIATOR TARGET: lines for ip that make packets between the K-th pair of addresses go through the cable, or nowhere.
cable_pair() {
	cat <<-LINES
	route replace $4 dev v${1}i src $3 table ${1}1
	route replace $3 dev v${1}t src $4 table ${1}2
	rule add pref $1${2}1 iif lo to $4 lookup ${1}1
	rule add pref $1${2}2 iif lo to $3 lookup ${1}2
	rule add pref $1${2}3 iif lo to $4 unreachable
	rule add pref $1${2}4 iif lo to $3 unreachable
	rule add pref $1${2}5 oif v${1}t to $3 lookup ${1}2
	neigh replace $4 lladdr $(mac_t "$1") nud permanent dev v${1}i
	neigh replace $3 lladdr $(mac_i "$1") nud permanent dev v${1}t
	LINES
}
cable_forget() { for _r in 1 2 3 4 5; do echo "rule del pref $1$2$_r"; done; }

# Addresses, routes and neighbours of one cable; idempotent.
cable_configure() {
	for _side in i t; do
		_dev=v$1$_side
		echo 0 >"/proc/sys/net/ipv4/conf/$_dev/rp_filter"
		echo 1 >"/proc/sys/net/ipv4/conf/$_dev/accept_local"
		echo 0 >"/proc/sys/net/ipv6/conf/$_dev/accept_dad"
		ip link set "$_dev" mtu 4200 up || return 1
	done
	cable_forget "$1" 1 | ip -4 -force -batch - 2>/dev/null
	{ cable_forget "$1" 1; cable_forget "$1" 2; } | ip -6 -force -batch - 2>/dev/null
	{
		echo "addr replace $(addr_i "$1")/24 dev v${1}i"
		echo "addr replace $(addr_t "$1")/24 dev v${1}t"
		cable_pair "$1" 1 "$(addr_i "$1")" "$(addr_t "$1")"
	} | ip -4 -batch - || return 1
	{
		echo "addr replace $(addr6_i "$1")/64 dev v${1}i nodad"
		echo "addr replace $(addr6_t "$1")/64 dev v${1}t nodad"
		cable_pair "$1" 1 "$(addr6_i "$1")" "$(addr6_t "$1")"
		cable_pair "$1" 2 "$(local6_i "$1")" "$(local6_t "$1")"
	} | ip -6 -batch -
}

# rdma_add PATH i|t, rdma_remove PATH i|t: plug and unplug the RDMA device of one end.
rdma_add() { [ -e "/sys/class/infiniband/rxe_$2$1" ] || rdma link add "rxe_$2$1" type rxe netdev "v$1$2"; }
rdma_remove() { rdma link delete "rxe_$2$1"; }

# path_cut PATH: packets vanish in both directions, no device notices. path_heal PATH: the cable is whole again.
path_cut() {
	for _side in i t; do
		tc qdisc add dev "s$1$_side" clsact 2>/dev/null
		tc filter add dev "s$1$_side" ingress pref 1 matchall action drop || fail "cannot cut path $1"
	done
}
path_heal() {
	for _side in i t; do
		tc qdisc del dev "s$1$_side" clsact 2>/dev/null
	done
	return 0
}

# port_down PATH [i|t]: one end (the initiator's) loses its link; the other one notices nothing. port_up PATH [i|t]
# What the end sends meanwhile is swallowed first: if a packet ran into a downed peer, rxe would put the sending queue pair into
# the error state, the one for management datagrams too, and that one never recovers. Because that still happens now and then the
# device is made anew after the case.
port_down() {
	_side=${2:-i}
	: >"/tmp/rxe_suspect.$1$_side"
	tc qdisc add dev "v$1$_side" clsact 2>/dev/null
	tc filter add dev "v$1$_side" egress pref 1 matchall action trap || fail "cannot silence v$1$_side"
	ip link set "s$1$_side" down
}
port_up() {
	_side=${2:-i}
	ip link set "s$1$_side" up
	tc qdisc del dev "v$1$_side" clsact 2>/dev/null
	return 0
}

# All that path_heal and port_up do, on all paths, by two programs.
net_heal() {
	[ -n "$PATHS" ] || return 0
	for _n in $PATHS; do
		for _side in i t; do printf 'qdisc del dev %s clsact\n' "s$_n$_side" "v$_n$_side"; done
	done | tc -force -batch - 2>/dev/null
	for _n in $PATHS; do
		for _side in i t; do echo "link set s$_n$_side up"; done
	done | ip -force -batch -
}

# What net_repair compares: addresses, rules, routes and neighbours as they were when all was well.
net_state() {
	for _f in -4 -6; do
		printf '%s\n' 'addr show' 'rule show' 'route show table all' 'neigh show nud permanent' | ip -o $_f -batch -
	done
}
net_is_whole() {
	[ "$(net_state)" = "$NET_WHOLE" ] || return 1
	for _n in $PATHS; do
		[ -e "/sys/class/infiniband/rxe_i$_n" ] && [ -e "/sys/class/infiniband/rxe_t$_n" ] || return 1
	done
}

net_repair() {
	[ -n "$PATHS" ] || return 0
	for _suspect in /tmp/rxe_suspect.*; do
		[ -e "$_suspect" ] || continue
		rm -f "$_suspect"
		_suspect=${_suspect##*.}
		rdma_remove "${_suspect%?}" "${_suspect#?}" 2>/dev/null
	done
	! net_is_whole || return 0
	for _n in $PATHS; do
		cable_configure "$_n" && rdma_add "$_n" i && rdma_add "$_n" t || return 1
	done
	NET_WHOLE=$(net_state)
}
