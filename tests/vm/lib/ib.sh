# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A virtual InfiniBand fabric (tests/vib) with a subnet manager. Initiators use vib0, the target has vib1; the path ibN leads from
# port N of the one to port N of the other, and works where functions of initiator.sh and target.sh take a path:
#	ib_up; store_ram disk0 64; target_up ib1 disk0; srp_login ib1; ...; srp_logout ib1; ib_down

VIB=/sys/kernel/debug/vib
SM_LOG=/tmp/opensm.log

# ib_load [PARAMETER...]: the module alone.
ib_load() {
	[ -e /srp/modules/vib.ko ] || skip "tests/vib was not built for this kernel"
	insmod /srp/modules/vib.ko "$@" || fail "vib cannot be loaded"
}

# HCA PORT
ib_port_dir() { echo "/sys/class/infiniband/$1/ports/$2"; }
ib_guid() { cut -d: -f5-8 "$(ib_port_dir "$1" "$2")/gids/0" | tr -d ':'; }
ib_gid() { tr -d ':' <"$(ib_port_dir "$1" "$2")/gids/0"; }
ib_lid() { printf '%d\n' "$(cat "$(ib_port_dir "$1" "$2")/lid")"; }
ib_port_is() { file_is "$(ib_port_dir "$1" "$2")/state" "$3"; }
ib_active() { ib_port_is "$1" "$2" "4: ACTIVE"; }
# ib_umad HCA PORT: the device file for MADs.
ib_umad() {
	for _u in /sys/class/infiniband_mad/umad*; do
		file_is "$_u/ibdev" "$1" && file_is "$_u/port" "$2" && echo "/dev/infiniband/${_u##*/}" && return
	done
	return 1
}

# sm_start HCA PORT [LINE...]: a subnet manager with these lines in its configuration.
# packet_life_time 0x0c (4.096 us * 2^12) and subnet_timeout 12 make connections notice a loss within half a second.
sm_start() {
	have opensm
	_hca=$1 _port=$2
	shift 2
	mkdir -p /tmp/opensm /var/cache/opensm
	{
		printf '%s\n' 'packet_life_time 0x0c' 'subnet_timeout 12' 'sweep_interval 5' 'max_msg_fifo_timeout 10000' \
			'transaction_timeout 200' 'transaction_retries 3'
		[ $# = 0 ] || printf '%s\n' "$@"
	} >"/tmp/opensm/$_hca-$_port.conf"
	OSM_CACHE_DIR=/tmp/opensm OSM_TMP_DIR=/tmp/opensm opensm -F "/tmp/opensm/$_hca-$_port.conf" -g "0x$(ib_guid "$_hca" "$_port")" \
		-f $SM_LOG >/tmp/opensm/out 2>&1 &
	echo $! >"/tmp/opensm/$_hca-$_port.pid"
}
# sm_stop HCA PORT
sm_stop() { kill -TERM "$(cat "/tmp/opensm/$1-$2.pid")" && wait "$(cat "/tmp/opensm/$1-$2.pid")"; }

# ib_wait_active HCA PORT...
ib_wait_active() {
	_hca=$1
	shift
	for _p in "$@"; do
		wait_for 20 ib_active "$_hca" "$_p" || fail "port $_p of $_hca is $(cat "$(ib_port_dir "$_hca" "$_p")/state"): $(tail -5 $SM_LOG)"
	done
}

# ib_up [PARAMETER...]: fabric of two HCAs with two ports each behind one switch, subnet manager, all ports active.
ib_up() {
	ib_load "$@"
	sm_start vib0 1
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
}

# vib FILE COMMAND: must succeed. vib_rule RULE, vib_clear: rules of faults (tests/vib/vib_rule.h).
vib() { expect OK "$VIB/$1" "$2"; }
vib_rule() { vib rules "add $1"; }
vib_clear() { vib rules clear; }
vib_objects() { grep "^$1" $VIB/objects; }
# vib_rule_hits N: how often rule N has acted.
vib_no_faults() {
	[ -d $VIB ] || return 0
	echo clear >$VIB/rules
	for _n in vib0 vib1; do
		[ ! -e /sys/class/infiniband/$_n ] || for _p in 1 2; do echo "$_n $_p 0" >$VIB/freeze; done
	done
	echo 0 >$VIB/late_complete_us
} 2>/dev/null

ib_down() {
	[ -d /sys/module/vib ] || return 0
	killall -q -TERM opensm srp_daemon
	timeout $((30 * SLOW)) rmmod vib
}

# ---- SRP over it -------------------------------------------------------------------------------------------------------------------

ib_login_string() {
	_g=$(target_guid)
	echo "id_ext=$_g,ioc_guid=$_g,dgid=$(ib_gid vib1 "$1"),pkey=ffff,service_id=$_g"
}
# A target port that is named by its GUID knows initiators by the GUIDs of their ports.
ib_acl() { cut -d: -f5-8 "$(ib_port_dir vib0 "$1")/gids/0"; }
# The lines that srp_daemon's companion finds, as one would write them to add_target.
ib_discover() { have ibsrpdm; ibsrpdm -c -d "$(ib_umad vib0 "${1:-1}")"; }
