# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Debian 12 with both packages: after a boot srp_daemon runs and is logged in, in a virtual machine
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/deb.sh"
. "$TOP/tests/pkg/vm.sh"

need_root
need_vm
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm) $(tools_packages) lintian srptools
kernel=$(root_kernels "$root" | head -n 1)
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")
TOOLS=yes build_debs "$root" "$WORK/debs" "$version"
cp "$WORK"/debs/*.deb "$root/root/"
in_root "$root" apt-get -y -o APT::Install-Recommends=false install \
	"/root/ib-srp-backport-dkms_$version-1_all.deb" "/root/ib-srp-backport-tools_$version-1_amd64.deb"
uses "$root" "$kernel" ours

rm -rf "$root/home/builder/src"

# The target is in the same machine. srp_daemon knows it by a rule: soft RoCE has no subnet manager that could be asked.
target_service "$root"
printf 't id_ext=000000fffe000001,ioc_guid=000000fffe000001,dest=10.1.0.1:5555\nd\n' >"$root/etc/srp_daemon.conf"
in_root "$root" systemctl enable srp_daemon
in_root "$root" update-initramfs -u -k "$kernel"

report_at_boot "$root" <<-'REPORT'
	for i in $(seq 120); do [ ! -e /sys/block/sda ] || break; sleep 1; done
	echo "root $(findmnt -no SOURCE /)"
	for unit in srp_daemon.service srp_daemon_port@rxe0:1.service; do echo "$unit $(systemctl is-active $unit)"; done
	echo "runs $(systemctl show -p MainPID --value srp_daemon_port@rxe0:1.service | xargs -I{} cat /proc/{}/comm)"
	for host in /sys/class/scsi_host/host*; do
		[ ! -e $host/ioc_guid ] || echo "host $(cat $host/local_ib_device $host/ioc_guid | xargs)"
	done
	echo "state $(cat /sys/class/srp_remote_ports/*/state)"
	echo "disk $(cat /sys/block/sda/device/vendor /sys/block/sda/device/model | xargs)"
	echo "version $(cat /sys/module/ib_srp/version)"
	echo "failed $(systemctl --failed --no-legend --plain | awk '{ print $1 }' | xargs)"
	{ systemctl --no-pager status 'srp_daemon*'; journalctl --no-pager -b; } >/dev/ttyS0 2>&1
REPORT
boot_root "$root" "$kernel" 900 root=/dev/vda rw
expect "what the booted system says" "root /dev/vda
srp_daemon.service active
srp_daemon_port@rxe0:1.service active
runs srp_daemon
host rxe0 0x000000fffe000001
state running
disk LIO-ORG RAMDISK-MCP
version $version
failed " "$(cat report)"
