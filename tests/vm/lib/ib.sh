# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A virtual InfiniBand fabric (tests/vib) with a subnet manager. Initiators use vib0, the target has vib1; the path ibN leads from
# port N of the one to port N of the other, and works where functions of initiator.sh and target.sh take a path:
#	ib_up; store_ram disk0 64; target_up ib1 disk0; srp_login ib1; ...; srp_logout ib1; ib_down

VIB=/sys/kernel/debug/vib
SM_DIR=/tmp/opensm

# ib_load [PARAMETER...]: the module alone.
ib_load() {
	[ -e /srp/modules/vib.ko ] || skip "tests/vib was not built for this kernel"
	insmod /srp/modules/vib.ko "$@" || fail "vib cannot be loaded"
	# Kernels before 2.6.35 have the files for MADs where nobody looks.
	for _u in /dev/umad*; do
		[ ! -e "$_u" ] || { mkdir -p /dev/infiniband && ln -sf "../${_u##*/}" /dev/infiniband/; }
	done
}

# HCA PORT
ib_port_dir() { echo "/sys/class/infiniband/$1/ports/$2"; }
# Four words with colons, as in the GID; and as one number.
ib_guid_words() { cut -d: -f5-8 "$(ib_port_dir "$1" "$2")/gids/0"; }
ib_guid() { ib_guid_words "$1" "$2" | tr -d ':'; }
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

# sm_start HCA PORT [LINE...]: a subnet manager with these lines in its configuration. sm_stop HCA PORT
# packet_life_time 0x0c (4.096 us * 2^12) and subnet_timeout 12 make connections notice a loss within half a second.
sm_start() {
	have opensm
	_sm=$SM_DIR/$1-$2 _guid=$(ib_guid "$1" "$2")
	shift 2
	mkdir -p $SM_DIR /var/cache/opensm
	printf '%s\n' 'packet_life_time 0x0c' 'subnet_timeout 12' 'sweep_interval 5' 'max_msg_fifo_timeout 10000' "$@" >"$_sm.conf"
	OSM_CACHE_DIR=$SM_DIR OSM_TMP_DIR=$SM_DIR opensm -F "$_sm.conf" -g "0x$_guid" -f "$_sm.log" >"$_sm.out" 2>&1 &
	echo $! >"$_sm.pid"
}
sm_stop() { kill -TERM "$(cat "$SM_DIR/$1-$2.pid")" && wait "$(cat "$SM_DIR/$1-$2.pid")"; }
sm_errors() { cat $SM_DIR/*.log | grep -c ' ERR '; }

# ib_wait_active HCA PORT...
ib_wait_active() {
	_hca=$1
	shift
	for _p in "$@"; do
		wait_for 20 ib_active "$_hca" "$_p" || fail "port $_p of $_hca is $(cat "$(ib_port_dir "$_hca" "$_p")/state"): $(tail -q -n 5 $SM_DIR/*.log)"
	done
}

# ib_up [PARAMETER...]: fabric of two HCAs with two ports each behind one switch, subnet manager, all ports active.
ib_up() {
	ib_load "$@"
	sm_start vib0 1
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
}

# ib_up_fabrics [LINE...]: two fabrics with a subnet manager each, with these lines. The path ibN leads over two switches and the cable between them.
ib_up_fabrics() {
	ib_load switches=4 cables=vib0:1-sw0:1,sw0:2-sw1:1,sw1:2-vib1:1,vib0:2-sw2:1,sw2:2-sw3:1,sw3:2-vib1:2
	sm_start vib0 1 "$@"
	sm_start vib0 2 'subnet_prefix 0xfe80000000000001' "$@"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
}
# The ways in which path ib1 of such fabrics is lost: ib_fail CLASS, ib_repair CLASS. A target that is gone does not answer any more,
# but no port goes down.
# shellcheck disable=SC2034
IB_CLASSES="local-port-down remote-port-down target-gone fabric-partition"
ib_fail() { ib_class "$1" down 1; }
ib_repair() { ib_class "$1" up 0; }
ib_class() {
	case $1 in
	local-port-down) vib link "vib0 1 $2" ;;
	remote-port-down) vib link "vib1 1 $2" ;;
	target-gone) vib freeze "vib1 1 $3" ;;
	fabric-partition) vib link "sw0 2 $2" ;;
	*) fail "no such class of failures: $1" ;;
	esac
}

# vib FILE COMMAND: must succeed. vib_rule RULE, vib_clear: rules of faults (tests/vib/vib_rule.h).
vib() { expect OK "$VIB/$1" "$2"; }
vib_rule() { vib rules "add $1"; }
vib_clear() { vib rules clear; }
vib_objects() { grep "^$1" $VIB/objects; }
# vib_waited HCA PORT: packets that a freeze made wait, ever. vib_late HCA: completions that were late, of the queues that exist.
vib_waited() { sed -n "s/^port $1 $2 waited \([0-9]*\).*/\1/p" $VIB/objects; }
vib_waited_over() { [ "$(vib_waited "$1" "$2")" -gt "$3" ]; }
vib_late() { sed -n "s/^cq $1 .* late \([0-9]*\).*/\1/p" $VIB/objects | awk '{ n += $1 } END { print n + 0 }'; }
# vib_hits N: how often the N-th rule of the list has acted. vib_hits_over N COUNT, vib_number N: what "del" and "release" call it.
vib_hits() { sed -n "$1s/.* hits=\([0-9]*\).*/\1/p" $VIB/rules; }
vib_number() { sed -n "$1s/:.*//p" $VIB/rules; }
vib_hits_over() { [ "$(vib_hits "$1")" -gt "$2" ]; }
vib_no_faults() {
	[ -d $VIB ] || return 0
	echo clear >$VIB/rules
	for _n in vib0 vib1; do
		[ -e /sys/class/infiniband/$_n ] || continue
		for _p in 1 2; do echo "$_n $_p 0" >$VIB/freeze; done
		echo "$_n 0" >$VIB/no_flush
		for _c in alloc_pd create_cq create_qp alloc_mr modify_qp post_send post_recv; do echo "$_n $_c 0" >$VIB/refuse; done
	done
	echo 0 >$VIB/late_complete_us
} 2>/dev/null

ib_down() {
	[ -d /sys/module/vib ] || { killall -q -KILL opensm srp_daemon; return 0; }
	killall -q -TERM opensm srp_daemon
	# It writes its state when it ends, and needs the ports until then.
	wait_for 5 not pidof opensm
	rm -rf $SM_DIR
	[ ! -d /sys/module/vib_client ] || rmmod vib_client
	timeout $((30 * SLOW)) rmmod vib
}

# ---- SRP over it -------------------------------------------------------------------------------------------------------------------

ib_login_string() {
	_g=$(target_guid)
	echo "id_ext=$_g,ioc_guid=$_g,dgid=$(ib_gid vib1 "$1"),pkey=ffff,service_id=$_g"
}
# A target port that is named by its GUID knows initiators by the GUIDs of their ports.
ib_acl() { if target_is_old; then echo "0x0000000000000000$(ib_guid vib0 "$1")"; else ib_guid_words vib0 "$1"; fi; }
# vib_counts [HCA]: connections, registrations that are in use, broken completion queues; of one adapter or of all.
vib_counts() {
	echo "connections $(vib_objects "qp ${1:-vib}.* RC " | wc -l), registered $(vib_objects "mr ${1:-vib}.* fast valid" | wc -l)," \
		"overrun $(vib_objects "cq ${1:-vib}.* dead" | wc -l)"
}
vib_idle() { [ "$(vib_counts "$1")" = "connections 0, registered 0, overrun 0" ]; }
# ib_finish [HCA]: nothing is left in the adapters (in that one), and everything can be unloaded.
ib_finish() {
	wait_for 20 vib_idle "$1" || fail "left: $(vib_objects '.. vib')"
	ib_down || fail "the fabric cannot be unloaded"
}
# The lines that srp_daemon's companion finds, as one would write them to add_target.
ib_discover() { have ibsrpdm; ibsrpdm -c -d "$(ib_umad vib0 "${1:-1}")"; }

vib_words() { vib "${1%% *}" "${1#* }"; }
ib_cut() { vib_words "$_cut"; }
# ib_lose PATH DISK CUT REPAIR: the path is lost under the I/O "bg" on the multipath device "mp", noticed, repaired and used again.
# CUT and REPAIR are commands of vib, such as "link vib0 1 down".
# shellcheck disable=SC2154 # noticed_ms, stall_ms
ib_lose() {
	_cut=$3
	lose_path ib_cut "$1"
	wait_for 10 state_is "$1" fail-fast || fail "path $1 is $(rport_state "$1") after: $3"
	measure "$3: noticed after $noticed_ms ms, longest time without any completion $stall_ms ms"
	vib_words "$4"
	wait_for 30 state_is "$1" running || fail "path $1 is $(rport_state "$1") after: $4"
	wait_for 5 mp_reinstate mp "$2" || fail "path $1 cannot be used again after: $4"
	echo "$3: failed over, reconnected"
}
