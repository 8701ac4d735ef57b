# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Login over IPv6: global and link-local addresses, scopes by name and by number, with and without a source; reconnects; what is refused.
# timeout: 150
# check: 6.12

# good WHAT DEST [SRC]: verified I/O, and again after the connection was lost.
good() {
	step "$1"
	srp_login_as 1 "$(login_to "$2" "$3")"
	rport_tmo 1 1 off 60
	a=$(disk 1)
	verified_io -j 2 -b 512:64k -n 60 -s 8m "$a"
	target_close 1
	wait_for 10 not state_is 1 running || fail "$1: the logout goes unnoticed"
	target_open 1
	wait_for 20 state_is 1 running || fail "$1: no reconnect"
	verified_io -j 2 -b 512:64k -n 20 -s 8m "$a"
	srp_logout 1
	echo "$1: good"
}

# refused WHAT DEST [SRC]
refused() {
	step "$1"
	# The host that was removed just now may still count.
	while _got=$(put "$(add_target 1)" "$(login_to "$2" "$3")"); [ "$_got" = EEXIST ]; do sleep 0.1; done
	[ "$_got" != OK ] || fail "$1: login worked"
	measure "$1: $_got"
	echo "$1: refused, hosts $(srp_hosts | wc -l)"
}

# The target knows an IPv6 address by its GID.
gids() { grep -h "^$2" "/sys/class/infiniband/rxe_t$1/ports/1/gids/"* 2>/dev/null; }

run() {
	global=[$(addr6_t 1)] global_src=[$(addr6_i 1)] index=$(cat /sys/class/net/v1i/ifindex)
	store_ram disk0 32
	target_up 1 disk0
	# shellcheck disable=SC2046
	target_allow 1 $(gids 1 fd00) $(gids 1 fe80)
	good "global" "$global" "$global_src"
	good "global, no source" "$global"
	good "global, source with port 0" "$global" "$global_src:0"
	good "written in full" "[FD00:0001:0000:0000:0000:0000:0.0.0.2]"
	good "link-local, interface by name" "[$(local6_t 1)%v1i]" "[$(local6_i 1)%v1i]"
	good "link-local, interface by number" "[$(local6_t 1)%$index]" "[$(local6_i 1)%$index]"
	good "link-local, no source" "[$(local6_t 1)%v1i]"
	refused "link-local, interface of path 2" "[$(local6_t 1)%v2i]"
	refused "link-local, no such interface" "[$(local6_t 1)%v9i]"
	expect_klog 'there is no network interface v9i'
	refused "nobody has the address" "[fd00:1::77]" "$global_src"
	expect_klog 'No route available from \[fd00:1::1'
	refused "no route" "[fd77::1]"
	refused "source is no address of ours" "$global" "[fd00:1::77]"
	refused "source of the other kind" "$global" "$(addr_i 1)"
	refused "IPv4 as an IPv6 address" "[::ffff:$(addr_t 1)]" "[::ffff:$(addr_i 1)]"
	refused "IPv4 in brackets" "[$(addr_t 1)]"
	refused "IPv6 without brackets" "$(addr6_t 1)"
	srp_login 1
	echo "afterwards over IPv4: $(rport_state 1)"
	srp_logout 1
}
