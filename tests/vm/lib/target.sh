# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The kernel's own SRP target, set up through configfs.
#
# A back store is made once by name and then exported as a LUN on one or both paths:
#	store_ram disk0 64; target_up 1 disk0; target_up 2 disk0

CFG=/sys/kernel/config/target

store_dir() { for _d in "$CFG"/core/*/"$1"; do [ -d "$_d" ] && { echo "$_d"; return; }; done; return 1; }

# store_make HBA NAME CONTROL
store_make() {
	[ -d /sys/module/target_core_mod ] || skip "this kernel has no SCSI target"
	mkdir -p "$CFG/core/$1/$2" || return 1
	echo "$3" >"$CFG/core/$1/$2/control" || return 1
	# The target makes the NAA identifier from the hexadecimal digits of the serial number.
	printf '%s' "$2" | md5sum | cut -c1-24 >"$CFG/core/$1/$2/wwn/vpd_unit_serial"
	echo 1 >"$CFG/core/$1/$2/enable" || return 1
}
# store_ram NAME MIB: a RAM disk. store_null NAME MIB: swallows writes, reads nothing. store_file NAME MIB: a sparse file.
store_ram() { store_make rd_mcp_0 "$1" "rd_pages=$(($2 * 256))" || fail "cannot make RAM disk $1"; }
store_null() { store_make rd_mcp_0 "$1" "rd_pages=$(($2 * 256)),rd_nullio=1" || fail "cannot make null disk $1"; }
store_file() {
	truncate -s $(($2 * 1048576)) "/tmp/store.$1"
	store_make fileio_0 "$1" "fd_dev_name=/tmp/store.$1,fd_dev_size=$(($2 * 1048576)),fd_buffered_io=1" || fail "cannot make file store $1"
}

# Before RDMA/CM was known to ib_srpt it named ports by their GIDs, and initiators by the 16 bytes of their port identifiers.
target_is_old() { mkdir -p $CFG/srpt; [ ! -e $CFG/srpt/discovery_auth/rdma_cm_port ]; }
# The name by which ib_srpt knows a port: the last four groups of its first GID.
target_wwn() {
	case $1 in
	ib*) if target_is_old; then echo "0x$(ib_gid vib1 "${1#ib}")"; else ib_guid_words vib1 "${1#ib}"; fi ;;
	*) ib_guid_words "rxe_t$1" 1 ;;
	esac
}
target_tpg() { _w=$(target_wwn "$1"); echo "$CFG/srpt/$_w/$_w"; }
# All ports of one target machine answer under one service GUID.
target_guid() { sed 's/^0x//; s/^/0000000000000000/; s/.*\(................\)$/\1/' /sys/module/ib_srpt/parameters/srpt_service_guid; }

# The name of the ACL. ib_srpt means the initiator's address but takes the one that the login was sent to.
target_acl() { case $1 in ib*) ib_acl "${1#ib}" ;; *) addr_t "$1" ;; esac; }

target_listen() {
	target_is_old || file_is $CFG/srpt/discovery_auth/rdma_cm_port "$SRP_PORT" || echo "$SRP_PORT" >$CFG/srpt/discovery_auth/rdma_cm_port
}

# target_up PATH STORE...: exports the stores as LUN 0, 1, ... to the initiator at the other end of the cable.
target_up() {
	_p=$1
	shift
	path_needed "$_p"
	[ -d /sys/module/ib_srpt ] || modprobe ib_srpt || skip "this kernel has no SRP target"
	target_listen || fail "the target does not listen on port $SRP_PORT"
	_t=$(target_tpg "$_p")
	mkdir -p "$_t" || fail "no target port for path $_p"
	mkdir -p "$_t/acls/$(target_acl "$_p")" || fail "no ACL for path $_p"
	_l=0
	for _s in "$@"; do
		target_add_lun "$_p" $_l "$_s"
		_l=$((_l + 1))
	done
	target_open "$_p"
}
# target_allow PATH ACL...: further names under which an initiator may use what is exported already.
target_allow() {
	_t=$(target_tpg "$1")
	shift
	for _n in "$@"; do
		mkdir -p "$_t/acls/$_n" || fail "cannot allow $_n"
		for _l in "$_t"/lun/lun_*; do target_map "$_t/acls/$_n" "${_l##*/}"; done
	done
}
# target_both STORE...: the same on both paths. ib_target_both STORE...: on those of the InfiniBand fabric.
target_both() {
	target_up 1 "$@"
	target_up 2 "$@"
}
ib_target_both() {
	target_up ib1 "$@"
	target_up ib2 "$@"
}

# target_add_lun PATH LUN STORE, target_del_lun PATH LUN
target_add_lun() {
	_t=$(target_tpg "$1")
	mkdir -p "$_t/lun/lun_$2" || fail "cannot make LUN $2"
	[ -L "$_t/lun/lun_$2/store" ] || ln -s "$(store_dir "$3")" "$_t/lun/lun_$2/store" || fail "cannot export $3 as LUN $2"
	for _a in "$_t"/acls/*; do target_map "$_a" "lun_$2"; done
}
# target_map ACL LUN, both as directories.
target_map() {
	mkdir -p "$1/$2" || fail "cannot map $2"
	[ -L "$1/$2/lun" ] || ln -s "${1%/acls/*}/lun/$2" "$1/$2/lun" || fail "cannot map $2"
}
target_del_lun() {
	_t=$(target_tpg "$1")
	for _a in "$_t"/acls/*; do rm -f "$_a/lun_$2/lun"; rmdir "$_a/lun_$2"; done
	rm -f "$_t/lun/lun_$2/store"; rmdir "$_t/lun/lun_$2"
}

# target_close PATH: the target ends its sessions and refuses logins. target_open PATH: it accepts them again.
target_close() { echo 0 >"$(target_tpg "$1")/enable"; }
target_open() { echo 1 >"$(target_tpg "$1")/enable"; }

target_path_down() {
	_t=$CFG/srpt/$1/$1
	[ -d "$_t" ] || return 0
	echo 0 >"$_t/enable" 2>/dev/null
	rm -f "$_t"/acls/*/lun_*/lun "$_t"/lun/lun_*/store
	# From the innermost outwards. What is not there is a pattern, and of no interest.
	rmdir "$_t"/acls/*/lun_* "$_t"/acls/* "$_t"/lun/lun_* "$_t" "$CFG/srpt/$1" 2>/dev/null
	[ ! -d "$CFG/srpt/$1" ]
}

target_down() {
	_r=0
	for _w in "$CFG"/srpt/*:* "$CFG"/srpt/0x*; do
		[ -d "$_w" ] || continue
		wait_for 10 target_path_down "$(basename "$_w")" || _r=1
	done
	for _d in "$CFG"/core/*/*; do
		[ -d "$_d/wwn" ] || continue
		rmdir "$_d" || _r=1
	done
	rm -f /tmp/store.*
	return $_r
}
