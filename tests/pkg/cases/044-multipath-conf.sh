# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# multipath.conf for SRP: multipath-tools know every word of it
. "$TOP/tests/pkg/lib.sh"

# multipathd writes these to Fibre Channel, iSCSI and SAS only: here they would be without effect.
expect "timeouts" "" "$(grep -nE '^[^#]*(fast_io_fail_tmo|dev_loss_tmo|protocol)' "$TOP/system/multipath-srp.conf" || true)"

PATH=$PATH:/usr/sbin:/sbin
command -v multipath >/dev/null || skip "multipath is not installed (scripts/install-deps vm)"
unshare -rm true 2>/dev/null || skip "needs the permission to mount (unshare -rm failed)"
mkdir -p etc/multipath/conf.d
# complaints FILE: about that file, in the place where it belongs.
complaints() {
	cp "$1" etc/multipath/conf.d/srp.conf
	unshare -rm sh -c 'mount --bind etc /etc && multipath -t' 2>&1 | grep -F srp.conf || true
}
expect "complaints" "" "$(complaints "$TOP/system/multipath-srp.conf")"
sed 's/no_path_retry/no_path_retri/' "$TOP/system/multipath-srp.conf" >wrong.conf
expect_match "a wrong word is noticed" 'invalid keyword.*no_path_retri' "$(complaints wrong.conf)"
