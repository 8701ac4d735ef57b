# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Login, what sysfs shows, a second login refused, logout, login again.

run() {
	store_ram disk0 32
	store_null disk1 64
	target_up 1 disk0 disk1
	srp_login 1
	disk 1 0 >/dev/null
	disk 1 1 >/dev/null
	echo "disks: $(lsscsi | grep -c 'disk *LIO-ORG')"
	echo "proc_name: $(host_attr 1 proc_name)"
	echo "local: $(host_attr 1 local_ib_device) $(host_attr 1 local_ib_port)"
	echo "id_ext as given: $([ "$(host_attr 1 id_ext)" = "0x$(target_guid)" ] && echo yes)"
	echo "cmd_sg_entries: $(host_attr 1 cmd_sg_entries) allow_ext_sg: $(host_attr 1 allow_ext_sg)"
	echo "channels: $(host_attr 1 channels | sed -n 's/^\([0-9]* vector=[0-9]* connected=1\) credits=[1-9][0-9]* outstanding=0 zero_req_lim=0 received=[1-9][0-9]*$/\1/p' | paste -sd,)"
	echo "pkey: $(cat "$(host_dir 1)/pkey" 2>&1 | sed 's/.*: //')"
	echo "state: $(rport_state 1) roles: $(rport_get 1 roles)"
	echo "timeouts: $(rport_get 1 reconnect_delay) $(rport_get 1 fast_io_fail_tmo) $(rport_get 1 dev_loss_tmo)"
	echo "second login: $(try_login 1)"
	echo "with another initiator_ext: $(try_login 1 initiator_ext=1)"
	echo "hosts: $(srp_hosts | wc -l)"
	srp_logout 1
	srp_logout 1
	echo "after logout: $(srp_hosts | wc -l) hosts"
	srp_login 1
	echo "again: $(rport_state 1)"
	srp_logout 1
}
