# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Module parameters at load time and later: bad ones are refused or clamped, good ones show.
# needs: ours
# load: no

load() {
	if srp_load "$@" 2>/dev/null; then
		echo "$*: loaded"
		srp_unload || fail "does not unload after $*"
	else
		echo "$*: refused"
		rmmod scsi_transport_srp 2>/dev/null
	fi
}
show() {
	srp_load "$@" || fail "does not load with $*"
	p=/sys/module/ib_srp/parameters
	echo "$*: cmd_sg_entries $(cat $p/cmd_sg_entries) indirect_sg_entries $(cat $p/indirect_sg_entries)"
	srp_unload || fail "does not unload after $*"
}

run() {
	load reconnect_delay=0
	load reconnect_delay=x
	load fast_io_fail_tmo=601
	load dev_loss_tmo=10 fast_io_fail_tmo=5
	load fast_io_fail_tmo=5 dev_loss_tmo=10
	load fast_io_fail_tmo=off dev_loss_tmo=off
	load fast_io_fail_tmo=off dev_loss_tmo=off reconnect_delay=off
	load dev_loss_tmo=15
	load dev_loss_tmo=14
	load ch_count=-1
	load cmd_sg_entries=x
	load register_always=maybe
	show cmd_sg_entries=1000
	show cmd_sg_entries=20 indirect_sg_entries=10
	show indirect_sg_entries=1000000
	show srp_sg_tablesize=30
	expect_klog "reconnect_delay: 'x' is neither a number of seconds nor off"
	expect_klog 'fast_io_fail_tmo must not exceed dev_loss_tmo; '
	klog | grep -o 'ib_srp: .*\(Clamping\|Bumping\|deprecated\).*' | sed 's/^ib_srp: //'
	srp_load
	p=/sys/module/ib_srp/parameters
	for f in "reconnect_delay 0" "reconnect_delay off" "reconnect_delay 10" "fast_io_fail_tmo 601" "fast_io_fail_tmo 600" \
		"dev_loss_tmo 599" "fast_io_fail_tmo 15" "dev_loss_tmo 15" "dev_loss_tmo 14" "use_imm_data N" "use_imm_data x"; do
		# shellcheck disable=SC2086
		set -- $f
		echo "$f: $(put $p/$1 "$2") -> $(cat $p/$1)"
	done
	ls $p
}
