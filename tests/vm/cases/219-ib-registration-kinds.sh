# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: adapters that register lists with gaps, and such that cannot register by work requests at all.
# needs: ours -- the wording of the messages and the number of regions
# load: no
# timeout: 120

boundary() { cat "/sys/block/${1#/dev/}/queue/virt_boundary_mask"; }
# try TEXT OPTIONS...: SG_IO with scatter lists; which descriptors the target saw.
try() {
	_what=$1
	shift
	for _kind in direct indirect tables; do eval "${_kind}_0=$(peer_count ib1 $_kind)"; done
	_out=$(srptest sg -s 8m "$@" "$a") || fail "$_what: $_out"
	_seen=
	for _kind in direct indirect tables; do
		eval "_old=\$${_kind}_0"
		# shellcheck disable=SC2154
		[ "$(peer_count ib1 $_kind)" = "$_old" ] || _seen="$_seen $_kind"
	done
	echo "$_what: $_out,$_seen"
}
# fabric PARAMETER...: with such adapters, and a login.
fabric() {
	ib_up "$@"
	srp_load || fail "the module does not load"
	peer_load
	peer_up ib1
	peer_login ib1 "ch_count=1,cmd_sg_entries=255,sg_tablesize=1024,max_sect=8192"
	a=$(disk ib1)
}
done_with() {
	verified_io -j 2 -b 512:256k -t 1 -s 8m "$a"
	echo "$1: $(rport_state ib1), $(vib_objects 'mr vib0 .* fast' | wc -l) regions"
	srp_logout ib1
	peer_expect_content ib1
	peer_unload
	srp_unload || fail "the module cannot be unloaded"
	ib_finish
}

run() {
	step "regions with gaps"
	fabric sg_gaps=Y
	echo "lists may have gaps: boundary mask $(boundary "$a")"
	try "one piece" -b 64k:256k -e 1 -n 10
	try "sectors with gaps" -b 64k:128k -e 40:100 -g 512 -o 512 -n 10
	try "sectors at a page's end" -b 32k:64k -e 16:64 -g 512 -o 3584 -n 10
	try "512 pieces" -b 512k -e 512 -g 512 -o 1024 -n 4
	try "more pieces than one region has" -b 1m -e 900 -g 512 -o 512 -n 4
	step "reconnect"
	rport_tmo ib1 1 30 off
	io_start bg -j 2 -b 4k:64k -s 8m "$a"
	vib qp_err "vib1 all"
	wait_for 20 klog_has 'reconnect succeeded' || fail "no reconnect: $(rport_state ib1)"
	io_expect_clean bg
	try "after a reconnect" -b 64k:128k -e 40:100 -g 512 -o 512 -n 10
	done_with "with gaps"

	step "no registration"
	fabric no_fast_reg=Y global_rkey=Y
	expect_klog 'vib0: FR is not supported'
	echo "an old adapter: boundary mask $(boundary "$a")"
	try "sectors with gaps" -b 32k:64k -e 40:60 -g 512 -o 512 -n 10
	done_with "without registration"

	step "the target takes shorter lists after a reconnect"
	fabric no_fast_reg=Y global_rkey=Y
	rport_tmo ib1 1 30 off
	peer_rule ib1 "on login do set max_it=200"
	vib qp_err "vib1 all"
	wait_for 20 klog_has 'grants requests with [0-9]* descriptors, but 255 are in use since the login; log out and in again' ||
		fail "nobody notices: $(rport_state ib1)"
	not state_is ib1 running || fail "the path is used again"
	echo "next step: $(host_attr ib1 last_error | sed "s,.*; ,,")"
	peer_clear ib1
	wait_for 20 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	done_with "long lists again"
}
