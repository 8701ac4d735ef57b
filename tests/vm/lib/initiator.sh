# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The initiator: login, logout, what sysfs says. A path is a number (net.sh), ib and a number (ib.sh), or for srp_login_as and
# what follows it the initiator's DEVICE/PORT.

path_device() { case $1 in */*) echo "${1%/*}" ;; ib*) echo vib0 ;; *) echo "rxe_i$1" ;; esac; }
path_port() { case $1 in */*) echo "${1#*/}" ;; ib*) echo "${1#ib}" ;; *) echo 1 ;; esac; }

add_target() { echo "/sys/class/infiniband_srp/srp-$(path_device "$1")-$(path_port "$1")/add_target"; }

# login_string PATH. login_to DEST [SRC]: for any addresses.
login_string() { case $1 in ib*) ib_login_string "${1#ib}" ;; *) login_to "$(addr_t "$1")" "$(addr_i "$1")" ;; esac; }
login_to() {
	_g=$(target_guid)
	echo "id_ext=$_g,ioc_guid=$_g,dest=$1:$SRP_PORT${2:+,src=$2}"
}

# try_login PATH [EXTRA]: one write to add_target; prints OK or the error's name.
try_login() { put "$(add_target "$1")" "$(login_string "$1")${2:+,$2}"; }

# srp_login PATH [EXTRA], srp_login_as PATH STRING: must succeed; afterwards every LUN has its disk.
srp_login() { srp_login_as "$1" "$(login_string "$1")${2:+,$2}"; }
srp_login_as() {
	# A host that was removed just now counts as connected until its last resource is gone.
	_end=$(($(now_ms) + 10000 * SLOW))
	while _got=$(put "$(add_target "$1")" "$2"); [ "$_got" = EEXIST ] && [ "$(now_ms)" -lt $_end ]; do sleep 0.1; done
	[ "$_got" = OK ] || fail "login over path $1 with $2: $_got"
	wait_for 10 has_host "$1" || fail "no SCSI host after the login over path $1"
}

# Numbers of all SRP hosts, or of those on one path. srp_host: the newest one's.
srp_hosts() {
	for _h in /sys/class/scsi_host/host*; do
		file_is "$_h/proc_name" ib_srp || continue
		case $1 in
		'') ;;
		*/*) file_is "$_h/local_ib_device" "${1%/*}" && file_is "$_h/local_ib_port" "${1#*/}" || continue ;;
		ib*) file_is "$_h/local_ib_device" vib0 && file_is "$_h/local_ib_port" "${1#ib}" || continue ;;
		*) file_is "$_h/local_ib_device" "rxe_i$1" || continue ;;
		esac
		echo "${_h##*/host}"
	done
}
srp_host() {
	_n=
	for _h in $(srp_hosts "$1"); do
		[ "${_n:--1}" -gt "$_h" ] || _n=$_h
	done
	echo "$_n"
}
has_host() { [ -n "$(srp_hosts "$1")" ]; }
host_dir() { echo "/sys/class/scsi_host/host$(srp_host "$1")"; }
host_attr() { cat "$(host_dir "$1")/$2"; }

# rport PATH: its directory. rport_get PATH FILE, rport_set PATH FILE VALUE (prints OK or the error's name).
rport() { for _r in "/sys/class/srp_remote_ports/port-$(srp_host "$1"):"*; do echo "$_r"; done; }
rport_get() { cat "$(rport "$1")/$2"; }
rport_set() { put "$(rport "$1")/$2" "$3"; }
rport_state() {
	for _r in "/sys/class/srp_remote_ports/port-$(srp_host "$1"):"*; do
		[ -r "$_r/state" ] && read -r _v <"$_r/state" && echo "$_v" && return
	done
	echo none
}
state_is() { [ "$(rport_state "$1")" = "$2" ]; }

# rport_tmo PATH RECONNECT FAST DEV_LOSS: sets all three, whatever the order needs.
rport_tmo() {
	_r=$(rport "$1")
	put "$_r/dev_loss_tmo" off >/dev/null
	put "$_r/reconnect_delay" 10 >/dev/null
	put "$_r/fast_io_fail_tmo" "$3" >/dev/null
	put "$_r/dev_loss_tmo" "$4" >/dev/null
	put "$_r/reconnect_delay" "$2" >/dev/null
	put "$_r/fast_io_fail_tmo" "$3" >/dev/null
	_got="$(read_file "$_r/reconnect_delay") $(read_file "$_r/fast_io_fail_tmo") $(read_file "$_r/dev_loss_tmo")"
	[ "$_got" = "$2 $3 $4" ] || fail "timeouts $2 $3 $4 not accepted on path $1, they are $_got"
}

# disk_of PATH [LUN]: the disk's name (sda). disk PATH [LUN]: its device file, waited for.
disk_of() {
	for _b in "/sys/class/scsi_host/host$(srp_host "$1")/device"/target*/*:"${2:-0}"/block/sd*; do
		[ -d "$_b" ] && { echo "${_b##*/}"; return; }
	done
	return 1
}
disk() {
	wait_for 10 disk_of "$@" || fail "no disk for path $1 LUN ${2:-0}"
	_dev=/dev/$(disk_of "$@")
	wait_for 10 test -b "$_dev" || fail "no device file for path $1 LUN ${2:-0}"
	echo "$_dev"
}
sdev_dir() { readlink -f "/sys/block/$(disk_of "$@")/device"; }
sdev_state() { cat "$(sdev_dir "$@")/state"; }

# srp_logout PATH: asks for the removal and waits until the host is gone. The request itself returns at once.
srp_logout() {
	_h=$(srp_host "$1")
	[ -n "$_h" ] || fail "nothing to log out from on path $1"
	echo 1 >"$(rport "$1")/delete" || fail "logout over path $1 refused"
	wait_for 20 gone "/sys/class/scsi_host/host$_h" || fail "host $_h is still there after the logout"
}

no_srp_left() { [ -z "$(srp_hosts)" ] && [ -z "$(ls /sys/class/srp_remote_ports 2>/dev/null)" ]; }

# login_to_ram PATH MIB [EXTRA]: a RAM disk, exported on that path and logged in to.
login_to_ram() {
	store_ram disk0 "$2"
	target_up "$1" disk0
	srp_login "$1" "$3"
}

# login_both RECONNECT FAST DEV_LOSS [EXTRA]: over both paths, with these timeouts; both disks are there. logout_both
# ib_login_both, ib_logout_both: over the paths of the InfiniBand fabric.
login_both() { login_paths "1 2" "$@"; }
logout_both() { logout_paths "1 2"; }
ib_login_both() { login_paths "ib1 ib2" "$@"; }
ib_logout_both() { logout_paths "ib1 ib2"; }
login_paths() {
	for _p in $1; do
		srp_login "$_p" "$5"
		rport_tmo "$_p" "$2" "$3" "$4"
		disk "$_p" >/dev/null
	done
}
logout_paths() { for _p in $1; do srp_logout "$_p"; done; }
