# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# md mirror with dev_loss_tmo=off over two targets; one goes away and comes back under the same device name.
# timeout: 200

leg_state() { cat "/sys/block/md0/md/dev-${1#/dev/}/state" 2>/dev/null; }
leg_failed() { leg_state "$1" | grep -q faulty; }
in_sync() { file_is /sys/block/md0/md/degraded 0 && file_is /sys/block/md0/md/sync_action idle; }

run() {
	have mdadm
	export MDADM_NO_UDEV=1
	store_ram mirror-a 16
	store_ram mirror-b 16
	target_up 1 mirror-a
	target_up 2 mirror-b
	login_both 2 2 off
	a=$(disk 1) b=$(disk 2)
	mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --bitmap=internal --assume-clean \
		"$a" "$b" >/dev/null 2>&1 || fail "mdadm --create"
	# Next to busy I/O md would resynchronise at a snail's pace.
	echo 100000 >/proc/sys/dev/raid/speed_limit_min
	io_start bg -j 3 -b 512:64k /dev/md0
	for kind in close cut; do
		step "target 2 away: $kind"
		case $kind in close) target_close 2 ;; cut) path_cut 2 ;; esac
		before=$(now_ms)
		wait_for 100 leg_failed "$b" || fail "md does not notice: $(leg_state "$b")"
		measure "$kind: the mirror drops the leg after $(($(now_ms) - before)) ms"
		wait_for 20 io_moves bg || fail "no I/O on the remaining leg"
		echo "$kind: mirror goes on, port $(rport_state 2)"
		case $kind in close) target_open 2 ;; cut) path_heal 2 ;; esac
		wait_for 90 state_is 2 running || fail "no reconnect"
		[ "$(disk 2)" = "$b" ] && echo "$kind: device name kept"
		wait_for 30 mdadm /dev/md0 --remove "$b" || fail "mdadm --remove"
		mdadm /dev/md0 --re-add "$b" >/dev/null 2>&1 || fail "mdadm --re-add"
		wait_for 60 in_sync || fail "no resync: $(grep -A2 md0 /proc/mdstat)"
		echo "$kind: in sync again"
	done
	io_expect_clean bg
	sync
	echo check >/sys/block/md0/md/sync_action
	wait_for 30 file_is /sys/block/md0/md/sync_action idle
	echo "mismatches: $(cat /sys/block/md0/md/mismatch_cnt)"
	mdadm --stop /dev/md0 >/dev/null 2>&1 || fail "mdadm --stop"
	logout_both
}
