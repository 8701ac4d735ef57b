# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Login, sysfs writes and logout while the n-th allocation of the write fails, n = 1, 2, 3, ...: a clear error or success, nothing left.
# A login has more than a thousand; from the 200th on every fifth of them fails.
# needs: ours debug
# timeout: 900
# allow: Call Trace: -- vmalloc tells of its failure with a stack (the queues of rxe); a fault has a line of its own

faults_prepare() {
	[ -e /proc/self/fail-nth ] || skip "the kernel cannot make single allocations fail"
	for _f in failslab fail_page_alloc; do
		echo N >/sys/kernel/debug/$_f/ignore-gfp-wait	# most of ours may wait, and would not fail
		echo 0 >/sys/kernel/debug/$_f/verbose		# no stack for each of them
	done
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# inject NAME FILE STRING CHECK: calls CHECK after each write that had a failed allocation; ends with a write that needed fewer of
# them. A write that lost a race with the removal of an earlier host (EEXIST) does not count.
inject() {
	_name=$1 _file=$2 _text=$3 _check=$4 n=1 tries=0 errors=0 nameless=0 odd=
	step "$_name"
	while [ "$(now_ms)" -lt "$give_up" ]; do
		got=$(srptest nth "$_file" "$_text" $n) || fail "$_name: fault injection does not work"
		case $got in
		EEXIST\ *) sleep 0.1; continue ;;
		OK\ untouched*) break ;;
		OK\ injected) ;;
		ENOMEM\ injected) errors=$((errors + 1)) ;;
		# The SCSI core does not look whether the two devices of a host got their names.
		EINVAL\ injected) nameless=$((nameless + 1)) ;;
		*) odd="$odd $n: ${got% *}" ;;
		esac
		kmsg "$_name: allocation $n: $got"
		$_check "${got% *}"
		n=$((n + (n < 200 ? 1 : 5))) tries=$((tries + 1))
	done
	case $got in OK\ untouched*) ;; *) fail "$_name: still allocations to fail after $n" ;; esac
	measure "$_name: $tries of ${got##* } allocations failed one by one, $errors with ENOMEM, $nameless with EINVAL"
	[ $nameless -le 2 ] || odd="$odd $nameless times EINVAL"
	[ -z "$odd" ] || fail "$_name: errors that do not speak of memory, by allocation:$odd"
	[ "$errors" -gt 0 ] || fail "$_name: no allocation mattered"
	echo "$_name: survived"
}

login_done() {
	if [ "$1" = OK ]; then
		wait_for 10 has_host 1 || fail "no host after a login that worked"
		srp_logout 1
	fi
	wait_for 5 no_srp_left || fail "allocation $n, $1: something is left: host $(srp_hosts)"
}
still_there() { state_is 1 running || fail "allocation $n, $1: state $(rport_state 1)"; }
logout_done() {
	[ "$1" = OK ] || { still_there "$1"; return; }
	wait_for 20 no_srp_left || fail "allocation $n: the host stays"
	srp_login 1
}

run() {
	give_up=$(($(now_ms) + 800000 * SLOW))
	store_ram disk0 32
	target_up 1 disk0
	faults_prepare
	# Two channels, with few buffers, which are all allocated in the same way. The second one connects on a workqueue, where
	# nothing is made to fail; it allocates what the first one does.
	inject login "$(add_target 1)" "$(login_string 1),ch_count=2,queue_size=1,max_sect=8" login_done
	has_host 1 || fail "no host after the last login"
	inject reconnect_delay "$(rport 1)/reconnect_delay" 10 still_there
	inject fast_io_fail_tmo "$(rport 1)/fast_io_fail_tmo" 15 still_there
	inject dev_loss_tmo "$(rport 1)/dev_loss_tmo" 600 still_there
	inject delete "$(rport 1)/delete" 1 logout_done
	wait_for 20 no_srp_left || fail "the host stays"
	srp_login 1
	verified_io -j 2 -b 512:64k -t 1 "$(disk 1)"
	echo "afterwards: $(rport_state 1)"
	srp_logout 1
}
