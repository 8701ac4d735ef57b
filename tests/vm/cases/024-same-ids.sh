# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From one port to two addresses of a target, and to one address under two names: all are logins of their own, none gets in twice.
# needs: ours -- the distribution's takes the second address for the first one

login() { put "$(add_target 1)" "$1"; }
# twice TEXT STRING: once it gets in, and not again while it lasts.
twice() {
	[ "$(login "$2")" = OK ] || fail "$1: refused"
	echo "$1: OK, again $(login "$2"), hosts $(srp_hosts 1 | wc -l)"
}
running() { for _r in /sys/class/srp_remote_ports/port-*; do cat "$_r/state"; done | grep -c running; }

run() {
	peer_load
	peer_up 1
	other="$(addr_t 1):5557"
	expect OK "$PEER/control" "add other $other"
	ids=id_ext=$PEER_ID,ioc_guid=$PEER_ID
	twice "the first address" "$ids,dest=$(addr_t 1):$PEER_PORT"
	twice "the second address" "$ids,dest=$other"
	twice "the first one under another id_ext" "id_ext=1,ioc_guid=$PEER_ID,dest=$(addr_t 1):$PEER_PORT"
	twice "the first one under another ioc_guid" "id_ext=$PEER_ID,ioc_guid=1,dest=$(addr_t 1):$PEER_PORT"
	twice "the first one as another initiator" "$ids,dest=$(addr_t 1):$PEER_PORT,initiator_ext=1"
	expect_klog "Already connected to target port with id_ext=$PEER_ID;ioc_guid=$PEER_ID;dest=$other"
	# Had one thrown out another one, that would connect again.
	sleep 1
	n=$(host_attr 1 ch_count)
	echo "running: $(running), logins at the target $(($(peer_count 1 logins) / n)) and $(($(peer_count other logins) / n))"
	for h in $(srp_hosts 1); do
		for b in "/sys/class/scsi_host/host$h/device"/target*/*/block/sd*; do verified_io -j 1 -b 4k -n 20 -s 8m "/dev/${b##*/}"; done
	done
	for _ in $(srp_hosts 1); do srp_logout 1; done
	peer_expect_content 1
	peer_expect_content other
	peer_unload
}
