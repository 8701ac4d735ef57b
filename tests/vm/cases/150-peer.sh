# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The scripted target without a script: logins, channels, verified I/O, every kind of descriptor, logout.
# timeout: 300
# check: 6.1

# io_over WHAT LOGIN-KEYS OPTIONS...: logs in, moves data, says which descriptors were seen.
io_over() {
	_what=$1 _keys=$2
	shift 2
	step "$_what"
	peer_login 1 "$_keys"
	for _kind in direct indirect tables imm; do eval "${_kind}_0=$(peer_count 1 $_kind)"; done
	"$@" "$(disk 1)" >/tmp/what || fail "$_what: $(cat /tmp/what)"
	measure "$_what: $(cat /tmp/what)"
	_seen=
	for _kind in direct indirect tables imm; do
		eval "_old=\$${_kind}_0"
		# shellcheck disable=SC2154
		[ "$(peer_count 1 $_kind)" = "$_old" ] || _seen="$_seen $_kind"
	done
	# A single descriptor now and then is somebody looking at the disk.
	case $_seen in " direct "*) _seen=${_seen# direct} ;; esac
	srp_logout 1
	echo "$_what:$_seen"
}

run() {
	peer_load
	peer_up 1 2
	peer_login 1 ch_count=2
	peer_login 2 ch_count=1
	a=$(disk 1)
	echo "inquiry: $(cat "$(sdev_dir 1)/vendor" "$(sdev_dir 1)/model" | xargs), sectors $(sectors "$a")"
	echo "channels: $(host_attr 1 ch_count) at the initiator, $(peer_count 1 channels) at the target"
	echo "one disk on both paths: $([ "$(cat "$(sdev_dir 1)/wwid")" = "$(cat "$(sdev_dir 2)/wwid")" ] && echo yes)"
	verified_io -j 4 -b 512:64k -t 3 "$a"
	verified_io -j 2 -b 512:1m -t 2 -s 8m "$(disk 2)"
	echo "second login: $(peer_try_login 1)"
	expect OK $PEER/control "luns 3"
	peer_send 1 "aer_req ch=0"
	wait_for 10 disk_of 1 2 || fail "no third disk after the AER"
	echo "after LUNs changed: $(find "$(host_dir 1)/device/" -path '*/block/sd?' | wc -l) disks"
	srp_logout 1
	srp_logout 2
	wait_for 5 peer_count_is 1 channels 0 || fail "channels are left at the target"
	echo "logouts heard: $(peer_count 1 i_logouts) $(peer_count 2 i_logouts)"
	io_over "short writes" "" srptest io -j 2 -b 512:4k -n 50 -w 100 -s 8m
	io_over "one descriptor" "sg_tablesize=64" srptest sg -b 64k -e 1 -n 10
	io_over "several memory regions" "cmd_sg_entries=8,sg_tablesize=2048,max_sect=8192" srptest sg -b 4m -e 1024 -g 4096 -n 2 -s 8m
	io_over "more of them than fit" "cmd_sg_entries=1,sg_tablesize=2048,max_sect=8192,allow_ext_sg=1" \
		srptest sg -b 4m -e 1024 -g 4096 -n 2 -s 8m
	step "more of them than fit, and no room elsewhere"
	peer_login 1 "cmd_sg_entries=1,sg_tablesize=2048,max_sect=8192"
	echo "more of them than fit, and no room elsewhere: $(srptest sg -l -b 4m -e 1024 -g 4096 -n 1 -s 8m "$(disk 1)" 2>/dev/null)"
	expect_klog 'Could not fit S/G list into SRP_CMD (. descriptors, cmd_sg_entries 1)'
	expect_klog 'Failed to map data (-5)'
	srp_logout 1
	srp_unload
	srp_load never_register=Y
	io_over "no registration" "cmd_sg_entries=255,sg_tablesize=255" srptest sg -b 32k:64k -e 100 -o 3 -n 10
	io_over "no registration, table fetched" "cmd_sg_entries=2,sg_tablesize=255,allow_ext_sg=1" srptest sg -b 32k:64k -e 100 -o 3 -n 10
	peer_expect_content 1
	peer_expect_content 2
	peer_unload
}
