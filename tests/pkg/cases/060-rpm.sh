# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# RPM packages for one kernel: built, installed, upgraded and erased in a clean root
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/rpm.sh"

need_root
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm)
kernel=$(root_kernels "$root" | head -n 1)
before=$(distribution "$root" "$kernel")
uses "$root" "$kernel" theirs
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")

export TOOLS=no
build_rpms "$root" "$kernel" "$WORK/rpms" "$version" ${FULL:+"$version.1"}
mkdir "$root/rpms"
cp "$WORK"/rpms/*.rpm "$root/rpms/"
kmod=ib_srp-backport-$kernel
if command -v rpmlint >/dev/null; then
	rpmlint --strict --ignore-unused-rpmlintrc -r "$TOP/rpm/ib_srp-backport.rpmlintrc" "$WORK"/rpms/*"$version-1"*.rpm "$WORK"/rpms/*.spec ||
		fail "rpmlint has findings that rpm/ib_srp-backport.rpmlintrc does not explain"
else
	skip_part rpmlint "rpmlint is not installed (scripts/install-deps pkg)"
fi
expect "files of $kmod" "/lib/modules/$kernel/extra/ib_srp-backport/ib_srp.ko /lib/modules/$kernel/extra/ib_srp-backport/scsi_transport_srp.ko" \
	"$(in_rpm "$root" -qlp "/rpms/$kmod-$version-1.x86_64.rpm" | grep '\.ko' | sort | xargs)"
expect "scriptlets that unload a module" "" \
	"$(for rpm in "$root"/rpms/*.rpm; do in_rpm "$root" -qp --scripts "/rpms/$(basename "$rpm")"; done | grep -E 'rmmod|modprobe -r' || true)"
found() { in_root "$root" modinfo -k "$kernel" -n "$1"; }

echo "== install; the initramfs holds the kernel's module and is made anew"
echo ib_srp >>"$root/etc/initramfs-tools/modules"
in_root "$root" update-initramfs -u -k "$kernel"
output=$(in_rpm "$root" --nodeps -Uv "/rpms/$kmod-$version-1.x86_64.rpm" "/rpms/ib_srp-backport-common-$version-1.noarch.rpm" 2>&1) || fail "$output"
echo "$output"
for module in ib_srp scsi_transport_srp; do
	expect "which $module" "/lib/modules/$kernel/extra/ib_srp-backport/$module.ko" "$(found $module)"
done
expect "version" "$version" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
expect_match "initramfs" "making /boot/initrd.img-$kernel anew" "$output"
expect_match "initramfs" 'extra/ib_srp-backport/ib_srp.ko' "$(in_root "$root" lsinitramfs "/boot/initrd.img-$kernel")"

echo "== even where depmod would prefer the kernel's directory; there it is the override that decides"
echo 'search built-in extra' >"$root/etc/depmod.d/order.conf"
in_root "$root" depmod -a "$kernel"
expect "which ib_srp" "/lib/modules/$kernel/extra/ib_srp-backport/ib_srp.ko" "$(found ib_srp)"
mv "$root/etc/depmod.d/ib_srp-backport.conf" "$WORK/"
in_root "$root" depmod -a "$kernel"
expect_match "which ib_srp, without the override" '/kernel/drivers/' "$(found ib_srp)"
mv "$WORK/ib_srp-backport.conf" "$root/etc/depmod.d/"
rm "$root/etc/depmod.d/order.conf"
in_root "$root" depmod -a "$kernel"

if [ -n "$FULL" ]; then
	echo "== upgrade; a configuration that was changed stays"
	echo 'options ib_srp ch_count=4' >>"$root/etc/modprobe.d/ib_srp-backport.conf"
	in_rpm "$root" --nodeps -Uv "/rpms/$kmod-$version.1-1.x86_64.rpm" "/rpms/ib_srp-backport-common-$version.1-1.noarch.rpm"
	expect "version" "$version.1" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
	expect "which ib_srp" "/lib/modules/$kernel/extra/ib_srp-backport/ib_srp.ko" "$(found ib_srp)"
	expect "configuration" 'options ib_srp ch_count=4' "$(tail -n 1 "$root/etc/modprobe.d/ib_srp-backport.conf")"
	expect "packages" 2 "$(in_rpm "$root" -qa | wc -l)"
fi

echo "== erase"
in_rpm "$root" --nodeps -e "$kmod" ib_srp-backport-common
uses "$root" "$kernel" theirs
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
expect "kernel package is whole" "" "$(in_root "$root" dpkg --verify "linux-image-$kernel")"
[ ! -e "$root/lib/modules/$kernel/extra/ib_srp-backport" ] || fail "the module directory is left"
expect_match "initramfs" 'kernel/drivers/infiniband/ulp/srp/ib_srp.ko' "$(in_root "$root" lsinitramfs "/boot/initrd.img-$kernel")"
