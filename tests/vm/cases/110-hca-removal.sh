# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The initiator's RDMA device is removed under I/O, then the target's; the other path goes on; after the return a login works.
# needs: ours -- the distribution's keeps its hosts and cannot be unloaded for minutes after the devices went
# timeout: 120

run() {
	store_ram disk0 64
	store_ram disk1 64
	target_up 1 disk0 disk1
	target_up 2 disk0
	srp_login 1
	srp_login 2
	rport_tmo 2 1 off 100
	a=$(disk 1) b=$(disk 2)
	mp_create mp "$a" "$b"
	io_start bg -j 4 -b 512:64k /dev/mapper/mp
	io_start raw -k -j 2 -b 4k "$(disk 1 1)"
	step "initiator's device 1 removed"
	before=$(now_ms)
	timeout 60 rdma link delete rxe_i1 || fail "rdma link delete hangs"
	measure "removal took $(($(now_ms) - before)) ms"
	echo "hosts on the device: $(srp_hosts 1 | wc -l), class entry: $([ -e /sys/class/infiniband_srp/srp-rxe_i1-1 ] && echo yes || echo no)"
	wait_for 20 io_moves bg || fail "no I/O on the other path"
	io_expect_verified raw
	step "the device is back"
	rdma_add 1 i || fail "rdma link add"
	wait_for 10 exists "$(add_target 1)" || fail "no class entry"
	srp_login 1
	echo "login again: $(rport_state 1)"
	step "target's device 2 removed"
	timeout 60 rdma link delete rxe_t2 || fail "rdma link delete hangs"
	wait_for 30 not state_is 2 running || fail "loss of the target's device goes unnoticed"
	echo "port 2: $(rport_state 2)"
	echo 1 >"$(rport 2)/delete"
	wait_for 30 not has_host 2 || fail "host 2 stays"
	kill -TERM "$(io_pid bg)"
	dmsetup message mp 0 fail_if_no_path
	io_end bg
	[ "$(io_value bg miscompares)" = 0 ] || fail "$(cat /tmp/io.bg)"
	mp_remove mp
	srp_logout 1
}
