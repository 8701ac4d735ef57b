#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# dracut: what root on SRP needs, if this machine has its root there (see /etc/ib_srp-boot.conf).
# shellcheck disable=SC2154

srp_conf=/etc/ib_srp-boot.conf

check() {
	local port
	require_binaries modprobe || return 1
	! grep -qsv -e '^[[:space:]]*#' -e '^[[:space:]]*$' "${dracutsysrootdir-}$srp_conf" || return 0
	for port in /sys/class/srp_remote_ports/port-*; do
		[ ! -e "$port" ] || return 0
	done
	return 255 # only on request (--add srp)
}

depends() {
	! grep -qs '^[^#].*dest=' "${dracutsysrootdir-}$srp_conf" || echo network
}

installkernel() {
	hostonly='' instmods scsi_transport_srp ib_srp ib_cm rdma_cm sd_mod scsi_dh_alua ib_ipoib
	hostonly='' instmods -o mlx4_core mlx4_en mlx4_ib mlx5_core mlx5_ib "=drivers/infiniband/hw"
}

install() {
	local options
	inst_multiple cat grep sleep
	inst_script /usr/libexec/ib_srp-backport/srp-boot-login /sbin/srp-boot-login
	inst_simple -H "$srp_conf" 2>/dev/null || :
	for options in "${dracutsysrootdir-}"/etc/modprobe.d/ib_srp*.conf; do
		[ ! -e "$options" ] || inst_simple "$options"
	done
	# Runs again and again until the root file system is found.
	inst_hook initqueue/settled 50 "$moddir/srp-login.sh"
}
