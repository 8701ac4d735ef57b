# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What every case can use: words to the host, waiting, one case's life.

# shellcheck disable=SC1091
. /srp/config	# MODULES=ours|distro KERNEL=6.1|6.12|debug SLOW=<factor for time limits> NIGHTLY=1|<empty> RXE=1|<empty>: paths 1 and 2 exist

verdict() { printf "%s\n" "$*" >&9; }
kmsg() { echo "srp-test: $*" >/dev/kmsg; }

# fail TEXT: ends the case, from within $(...) as well: run-case.sh has the trap.
fail() {
	echo "FAIL: $*" >&2
	kmsg "fail: $*"
	kill -USR1 $$
	exit 1
}
# A line of figures for the report; never compared.
measure() { verdict "M $*"; }
# What the case is doing, for people who watch, and into the kernel log next to what it caused.
step() { verdict "L $*"; kmsg "step: $*"; }
skip() { verdict "SKIP $CASE $*"; exit 77; }
have() { command -v "$1" >/dev/null 2>&1 || skip "no program $1"; }

# No program is started in the functions that are polled: that costs a tenth of a second on the debug kernel.
now_ms() {
	read -r _up _ </proc/uptime
	echo "${_up%.*}${_up#*.}0"
}
read_file() { read -r _v <"$1" 2>/dev/null && echo "$_v"; }

# wait_for SECONDS COMMAND...: polls until the command succeeds. The limit grows on slow kernels.
wait_for() {
	_end=$(($(now_ms) + $1 * SLOW * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt $_end ] || return 1
		sleep 0.05
	done
}

not() { ! "$@"; }
file_is() { [ -r "$1" ] && read -r _v <"$1" && [ "$_v" = "$2" ]; }
exists() { [ -e "$1" ]; }
gone() { [ ! -e "$1" ]; }

# put FILE STRING: one write; prints OK or the error's name.
put() { srptest put "$1" "$2"; }
# expect ERROR FILE STRING
expect() {
	_got=$(put "$2" "$3")
	[ "$_got" = "$1" ] || fail "writing '$3' to $2: expected $1, got $_got"
}

# The kernel log of this case so far.
klog() { dmesg | sed -n "/srp-test: begin $CASE\$/,\$p" | sed 's/^\[[^]]*\] //'; }
klog_has() { klog | grep -q -e "$1"; }
klog_count() { klog | grep -c -e "$1"; }
expect_klog() { klog_has "$1" || fail "the kernel log has no line like: $1"; }

# The messages of level debug, from now on until the modules are unloaded.
klog_debug() {
	for _m in ib_srp scsi_transport_srp; do echo "module $_m +p"; done >/sys/kernel/debug/dynamic_debug/control ||
		fail "no dynamic debug messages"
}

# Loads the modules under test; arguments are parameters of ib_srp.
srp_load() {
	case $MODULES in
	ours)
		[ -d /sys/module/scsi_transport_srp ] || insmod /srp/modules/scsi_transport_srp.ko || return 1
		insmod /srp/modules/ib_srp.ko "$@"
		;;
	*) modprobe ib_srp "$@" ;;
	esac
}
# Those that are loaded, in the order in which they can be unloaded.
srp_loaded() { for _m in ib_srp scsi_transport_srp; do [ ! -d /sys/module/$_m ] || echo $_m; done; }
srp_unload() { for _m in $(srp_loaded); do rmmod "$_m" || return 1; done; }

guest_setup() {
	for _m in sd_mod sg dm_mod dm_multipath dm_round_robin dm_queue_length dm_service_time raid1 veth bridge \
		sch_ingress cls_matchall act_gact ib_cm rdma_cm ib_umad ib_uverbs rdma_rxe target_core_mod target_core_file \
		scsi_dh_alua; do
		modprobe $_m || echo "no module $_m"
	done
	[ ! -e /vm_dm.ko ] || insmod /vm_dm.ko
	mount -t configfs configfs /sys/kernel/config 2>/dev/null
	echo 60 >/proc/sys/kernel/hung_task_timeout_secs 2>/dev/null
	echo 1 >/proc/sys/kernel/hung_task_all_cpu_backtrace 2>/dev/null
	echo 0 >/sys/module/md_mod/parameters/start_ro 2>/dev/null
	# With soft RDMA devices their target is there from the start; otherwise the first case that needs one loads it (target_up).
	[ -z "$RXE" ] || { net_up && modprobe ib_srpt || return 1; }
	echo 1 >/proc/sys/kernel/sysrq
	[ ! -e /sys/kernel/debug/kmemleak ] || { echo scan; sleep 1; echo clear; } >/sys/kernel/debug/kmemleak
}

# What a case that does not end may be waiting for: processes, commands in the queues, credits.
hang_report() {
	ps -o pid,stat,args | sed '/\[/d; /ps -o/d'
	for _d in /sys/block/sd*; do
		[ -e "$_d/device" ] || continue
		echo "$_d: $(cat "$_d/device/state"), inflight $(cat "$_d/inflight"), busy $(cat "$_d/device/device_busy")," \
			"requests $(cat "$_d/device/iorequest_cnt") done $(cat "$_d/device/iodone_cnt"), timeout $(cat "$_d/device/timeout") s"
		grep -H . /sys/kernel/debug/block/"${_d##*/}"/hctx*/busy /sys/kernel/debug/block/"${_d##*/}"/hctx*/dispatch \
			/sys/kernel/debug/block/"${_d##*/}"/requeue_list /sys/kernel/debug/block/"${_d##*/}"/state 2>/dev/null
	done
	for _h in $(srp_hosts); do
		_h=/sys/class/scsi_host/host$_h
		echo "$_h: $(cat "$_h/state"), req_lim $(cat "$_h/req_lim"), zero_req_lim $(cat "$_h/zero_req_lim"), host_busy $(cat "$_h/host_busy")"
	done
	grep -H . /sys/class/srp_remote_ports/port-*/state
}

# ---- one case --------------------------------------------------------------------------------------------------------------------

# Returns 1 if the guest's state cannot be trusted any more; the host then boots another one for the rest.
guest_case() {
	CASE=$1 TIMEOUT=$2
	export CASE
	verdict "BEGIN $CASE"
	# The host has it all from the console; what cases search is the shorter the better.
	dmesg -c >/dev/null
	kmsg "begin $CASE"
	_start=$(now_ms)
	setsid /bin/sh /srp/lib/run-case.sh "$CASE" >/tmp/out 2>/tmp/err </dev/null &
	_pid=$!
	(
		sleep "$TIMEOUT"
		kmsg "time limit of $CASE ($TIMEOUT s) reached"
		echo w >/proc/sysrq-trigger
		echo "FAIL: not finished after $TIMEOUT s" >>/tmp/err
		hang_report >>/tmp/err 2>&1
		kill -KILL -$_pid
	) &
	_dog=$!
	wait $_pid 2>/dev/null
	_status=$?
	kill $_dog 2>/dev/null
	wait $_dog 2>/dev/null
	_took=$(($(now_ms) - _start))
	pkill -KILL -s $_pid 2>/dev/null
	: >/tmp/left
	_start=$(now_ms)
	guest_reset >>/tmp/left 2>&1 || _dirty=1
	leak_scan >>/tmp/left 2>&1
	head -n 400 /tmp/out | while IFS= read -r _l; do verdict "O $_l"; done
	tail -n 100 /tmp/err | while IFS= read -r _l; do verdict "E $_l"; done
	head -n 60 /tmp/left | while IFS= read -r _l; do verdict "T $_l"; done
	kmsg "end $CASE"
	verdict "END $CASE $_status $_took $(($(now_ms) - _start))"
	[ -z "$_dirty" ]
}

leak_scan() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak
}

# Brings the guest back to where every case starts. What it finds left over it removes and, if that fails, names.
guest_reset() {
	_bad=0
	killall -q -KILL multipathd srptest mdadm 2>/dev/null
	udev_stop
	{ echo 1 >/sys/devices/system/cpu/cpu1/online; } 2>/dev/null
	net_heal
	vib_no_faults
	dm_reset || { echo "device mapper devices are left: $(dmsetup ls)"; _bad=1; }
	md_reset || { echo "md devices are left: $(grep ^md /proc/mdstat)"; _bad=1; }
	for _r in /sys/class/srp_remote_ports/port-*; do
		[ -e "$_r/delete" ] && echo 1 >"$_r/delete"
	done
	wait_for 20 no_srp_left || { echo "SRP hosts or ports are left: $(srp_hosts) $(ls /sys/class/srp_remote_ports 2>/dev/null)"; _bad=1; }
	_m=$(srp_loaded)
	# shellcheck disable=SC2086
	[ -z "$_m" ] || timeout $((20 * SLOW)) rmmod $_m || { echo "the modules cannot be unloaded"; _bad=1; }
	target_down || { echo "the target cannot be taken down"; _bad=1; }
	ib_down || { echo "the InfiniBand fabric cannot be taken down"; _bad=1; }
	net_repair || { echo "the network cannot be repaired"; _bad=1; }
	return $_bad
}

dm_left() { for _d in /sys/block/dm-*; do [ ! -e "$_d" ] || return 0; done; return 1; }
dm_removed() {
	dmsetup remove_all
	! dm_left
}
dm_reset() {
	dm_left || return 0
	for _d in $(dmsetup ls --target multipath 2>/dev/null | grep -v '^No devices' | cut -f1); do
		dmsetup message "$_d" 0 fail_if_no_path
	done
	wait_for 30 dm_removed
}

md_left() {
	[ -e /proc/mdstat ] || return 1
	while read -r _v; do case $_v in md*) return 0 ;; esac; done </proc/mdstat
	return 1
}
md_reset() {
	md_left || return 0
	mdadm --stop --scan 2>/dev/null
	! md_left
}

guest_finish() {
	CASE=finish
	kmsg "begin finish"
	if [ -e /sys/kernel/debug/kmemleak ]; then
		sleep 6
		leak_scan >/tmp/left
		leak_scan >/tmp/left
		head -n 100 /tmp/left | while IFS= read -r _l; do verdict "T $_l"; done
	fi
	kmsg "end finish"
}
