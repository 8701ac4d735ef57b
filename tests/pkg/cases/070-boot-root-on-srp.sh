# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Debian 12 with the package installed boots from an SRP disk, in a virtual machine
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/deb.sh"
. "$TOP/tests/pkg/vm.sh"

need_root
need_vm
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm)
kernel=$(root_kernels "$root" | head -n 1)
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")
TOOLS=no build_debs "$root" "$WORK/debs" "$version"
cp "$WORK"/debs/*.deb "$root/root/"
in_root "$root" apt-get -y -o APT::Install-Recommends=false install "/root/ib-srp-backport-dkms_$version-1_all.deb"
uses "$root" "$kernel" ours

# The target is in the same machine: before any login the initramfs exports the virtual disk with the root file system through ib_srpt
# on a software RDMA device. Its GUID follows from the MAC address.
target_in_initramfs "$root"
echo 'rxe0-1:id_ext=000000fffe000001,ioc_guid=000000fffe000001,dest=10.1.0.1:5555,src=10.1.0.1' >>"$root/etc/ib_srp-boot.conf"
echo 'options ib_srp cmd_sg_entries=255 ch_count=2' >>"$root/etc/modprobe.d/ib_srp-backport.conf"
in_root "$root" update-initramfs -u -k "$kernel"
files=$(in_root "$root" lsinitramfs "/boot/initrd.img-$kernel")
for wanted in sbin/srp-boot-login etc/ib_srp-boot.conf 'updates/dkms/ib_srp\.ko' scripts/local-top/ib_srp 'mlx5_ib\.ko' 'mlx4_ib\.ko'; do
	expect_match "initramfs" "$wanted" "$files"
done

report_at_boot "$root" <<-'REPORT'
	echo "root $(findmnt -no SOURCE /)"
	echo "driver $(cat /sys/block/sda/device/vendor /sys/block/sda/device/model | xargs)"
	echo "host $(cat /sys/class/scsi_host/host*/local_ib_device 2>/dev/null | xargs)"
	echo "version $(cat /sys/module/ib_srp/version)"
	echo "parameters $(cat /sys/module/ib_srp/parameters/cmd_sg_entries /sys/module/ib_srp/parameters/ch_count | xargs)"
	echo "state $(cat /sys/class/srp_remote_ports/*/state)"
	echo "modinfo $(modinfo -n ib_srp)"
	dd if=/dev/zero of=/written bs=1M count=4 conv=fsync 2>/dev/null && echo "write $(md5sum </written | cut -c1-8)"
	echo "failed $(systemctl --failed --no-legend --plain | awk '{ print $1 }' | xargs)"
REPORT
boot_root "$root" "$kernel" 600 root=/dev/sda rw
expect_match "console" 'srp-boot-login: logged in over rxe0-1' "$(cat console.log)"
expect "what the booted system says" "root /dev/sda
driver LIO-ORG IBLOCK
host rxe0
version $version
parameters 255 2
state running
modinfo /lib/modules/$kernel/updates/dkms/ib_srp.ko
write b5cfa9d6
failed " "$(cat report)"
