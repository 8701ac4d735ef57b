# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# dracut: what root on SRP needs is in the initramfs if it is configured, and only then
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"

need_root
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm)
kernel=$(root_kernels "$root" | head -n 1)
in_root "$root" apt-get -y -o APT::Install-Recommends=false install dracut-core
make -C "$TOP" --no-print-directory install-system DESTDIR="$root"
make_image() { in_root "$root" dracut --force --no-hostonly --no-early-microcode --gzip --kver "$kernel" /tmp/image; }
files() { in_root "$root" lsinitrd /tmp/image | awk '/^[-ld]/ { print $9 }'; }

make_image
expect "nothing is configured" "" "$(files | grep srp-boot-login || true)"

echo 'mlx5_0-1:id_ext=1,ioc_guid=2,dgid=3,pkey=ffff,service_id=4' >>"$root/etc/ib_srp-boot.conf"
make_image
found=$(files)
for wanted in 'sbin/srp-boot-login$' '^etc/ib_srp-boot.conf$' '/ib_srp\.ko' '/scsi_transport_srp\.ko' '/mlx5_ib\.ko' '/mlx4_ib\.ko' \
	'hooks/initqueue/settled/50-srp-login.sh$' '^etc/modprobe.d/ib_srp-backport.conf$'; do
	expect_match "initramfs" "$wanted" "$found"
done
expect "the login in the image" 1 "$(in_root "$root" lsinitrd -f etc/ib_srp-boot.conf /tmp/image | grep -c '^mlx5_0-1:')"
