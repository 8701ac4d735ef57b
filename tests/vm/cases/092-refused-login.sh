# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Logins that the target or the network refuses: an error soon, a reason in words, nothing left.
# timeout: 150

# try TEXT STRING [PATH]
try() {
	before=$(now_ms) lines=$(klog_count ib_srp:)
	got=$(put "$(add_target "${3:-1}")" "$2")
	took=$(($(now_ms) - before))
	[ "$got" != OK ] || fail "$1: login worked"
	[ $took -lt $((20000 * SLOW)) ] || fail "$1: refused only after $took ms"
	[ "$(klog_count ib_srp:)" -gt "$lines" ] || fail "$1: no reason in the kernel log"
	measure "$1: $got after $took ms"
	# The distribution's module has no such file.
	if [ "$MODULES" = ours ]; then
		words=$(cat "$(dirname "$(add_target "${3:-1}")")/last_error")
		echo "$words" | grep -qE '^id_ext=[0-9a-f]{16},ioc_guid=[0-9a-f]{16}: .+; .+' || fail "$1: last_error is '$words'"
		measure "$words"
	fi
	echo "$1: refused, hosts $(srp_hosts | wc -l)"
}

run() {
	store_ram disk0 32
	target_up 1 disk0
	s=$(login_string 1) g=$(target_guid)
	try "wrong service GUID" "id_ext=1,ioc_guid=2,dest=$(addr_t 1):$SRP_PORT"
	try "nobody listens" "id_ext=$g,ioc_guid=$g,dest=$(addr_t 1):4444"
	try "no such address" "id_ext=$g,ioc_guid=$g,dest=10.77.0.1:$SRP_PORT"
	target_close 1
	try "target port closed" "$s"
	target_path_down "$(target_wwn 1)"
	try "no access control entry" "$s"
	try "nobody has the address" "id_ext=$g,ioc_guid=$g,dest=10.1.0.77:$SRP_PORT"
	try "the address belongs to the other adapter" "id_ext=$g,ioc_guid=$g,dest=$(addr_t 2):$SRP_PORT"
	# RoCE needs 256 bytes in a packet, besides its headers.
	ip link add short mtu 290 type veth peer name shorter
	ip addr add 10.9.0.1/24 dev short
	ip link set shorter up
	ip link set short up
	rdma link add rxe_short type rxe netdev short
	try "packets too short" "id_ext=$g,ioc_guid=$g,dest=10.9.0.1:$SRP_PORT" rxe_short/1
	ip link del short
	expect_klog 'SRP LOGIN REJECTED, reason 0x0001'
	expect_klog 'login rejected: '
	expect_klog 'REJ reason 0x8'
	expect_klog 'connection to .* rejected: invalid service id: nothing listens there'
	expect_klog 'check that the address answers on a network of this adapter'
	expect_klog "No route available to 10.1.0.77:$SRP_PORT"
	expect_klog "is reached through rxe_i2 port 1, not rxe_i1 port 1; write to the add_target of the former or set src"
	expect_klog "Resolving address 10.9.0.1:$SRP_PORT failed"
	expect_klog 'Connection 0/[0-9]* to .* failed'
	target_up 1 disk0
	srp_login 1
	echo "afterwards: $(rport_state 1)"
	srp_logout 1
}
