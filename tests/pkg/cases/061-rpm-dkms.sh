# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# RPM packages with DKMS and with the tools: installed, upgraded, erased; conflicts
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/rpm.sh"

need_root
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm) $(tools_packages)
kernel=$(root_kernels "$root" | head -n 1)
before=$(distribution "$root" "$kernel")
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")
RPMBUILD_FLAGS='--without kmod' TOOLS=yes build_rpms "$root" "$kernel" "$WORK/rpms" "$version"
RPMBUILD_FLAGS='--without kmod' TOOLS=no build_rpms "$root" "$kernel" "$WORK/rpms" "$version.1"
mkdir "$root/rpms"
cp "$WORK"/rpms/*.rpm "$root/rpms/"

echo "== DKMS"
in_rpm "$root" --nodeps -Uv "/rpms/ib_srp-backport-dkms-$version-1.noarch.rpm" "/rpms/ib_srp-backport-common-$version-1.noarch.rpm"
uses "$root" "$kernel" ours
expect "version" "$version" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"

echo "== the same version once more is built anew"
touch "$root/before"
in_rpm "$root" --nodeps -Uv --replacepkgs "/rpms/ib_srp-backport-dkms-$version-1.noarch.rpm"
uses "$root" "$kernel" ours
[ "$root$(found_module "$root" "$kernel" ib_srp)" -nt "$root/before" ] || fail "the module is the one of before"

echo "== upgrade; then the initramfs holds the module"
echo ib_srp >>"$root/etc/initramfs-tools/modules"
in_rpm "$root" --nodeps -Uv "/rpms/ib_srp-backport-dkms-$version.1-1.noarch.rpm" "/rpms/ib_srp-backport-common-$version.1-1.noarch.rpm"
expect "version" "$version.1" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
expect "what DKMS has" "ib_srp-backport/$version.1, $kernel, x86_64: installed" "$(in_root "$root" dkms status)"
in_root "$root" update-initramfs -u -k "$kernel"
initramfs() { in_root "$root" lsinitramfs "/boot/initrd.img-$kernel" | grep '/ib_srp\.ko'; }
expect_match "initramfs" '/updates/dkms/' "$(initramfs)"
in_rpm "$root" --nodeps -e ib_srp-backport-dkms ib_srp-backport-common
expect_match "initramfs" '/kernel/drivers/' "$(initramfs)"
uses "$root" "$kernel" theirs
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
expect "what DKMS has" "" "$(in_root "$root" dkms status)"

echo "== tools"
tools=/rpms/ib_srp-backport-tools-$version-1.x86_64.rpm
in_rpm "$root" --nodeps -Uv "$tools"
expect_match "version" "$version" "$(in_root "$root" srp_daemon --version 2>&1)"
# A package of the name that distributions use.
cat >"$root/home/builder/srp_daemon.spec" <<-SPEC
	Name: srp_daemon
	Version: 44.0
	Release: 1
	Summary: a name
	License: none
	BuildArch: noarch
	%description
	%files
SPEC
in_root "$root" su builder -c "rpmbuild -bb --define '_topdir /home/builder/other' ~/srp_daemon.spec"
status=0
output=$(in_root "$root" rpm --dbpath /srv/rpmdb -U --test /home/builder/other/RPMS/noarch/srp_daemon-44.0-1.noarch.rpm 2>&1) || status=$?
[ $status != 0 ] || fail "the distribution's srp_daemon and ours do not exclude each other"
expect_match "conflict" 'srp_daemon conflicts with \(installed\) ib_srp-backport-tools|conflicts with' "$output"
in_rpm "$root" --nodeps -e ib_srp-backport-tools
[ ! -e "$root/usr/sbin/srp_daemon" ] || fail "srp_daemon is left"
