# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# OFED's variables SRP_LOAD and SRPHA_ENABLE
. "$TOP/tests/pkg/lib.sh"

mkdir -p root/etc/infiniband root/etc/rdma
conf=root/etc/infiniband/openib.conf
says() { sh "$TOP/system/openib-conf" --dry-run --root root | sed 's/^openib-conf: //' | paste -sd';'; }
load='modprobe ib_srp' start='systemctl --no-block start srp_daemon.service'

expect "no files" "" "$(says)"
printf '# Load SRP module\nSRP_LOAD=no\nSRPHA_ENABLE=no\nSRP_LOAD_OTHER=yes\n' >$conf
expect "both no" "" "$(says)"
echo 'SRP_LOAD=yes' >$conf
expect "load" "$load" "$(says)"
echo '  export SRP_LOAD="YES" # at boot' >$conf
expect "spellings" "$load" "$(says)"
printf 'SRP_LOAD=yes\nSRP_LOAD=no\n' >$conf
expect "the last one counts" "" "$(says)"
printf 'SRP_LOAD=no\nSRPHA_ENABLE=yes\n' >$conf
expect "the daemon needs the module" "$load;$start" "$(says)"
echo 'SRP_DAEMON_ENABLE=yes' >$conf
expect "its other name" "$load;$start" "$(says)"
rm $conf
echo "SRP_LOAD='yes'" >root/etc/rdma/rdma.conf
expect "rdma.conf" "$load" "$(says)"
echo '#SRP_LOAD=yes' >root/etc/rdma/rdma.conf
expect "a comment" "" "$(says)"
! command -v systemd-analyze >/dev/null || {
	mkdir units
	for unit in ib_srp-openib ib_srp-boot; do
		sed 's|^ExecStart=.*|ExecStart=/bin/true|' "$TOP/system/$unit.service" >units/$unit.service
		expect "unit" "" "$(systemd-analyze verify --man=no "$PWD/units/$unit.service" 2>&1 | grep $unit || true)"
	done
}
