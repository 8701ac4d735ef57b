# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make dkms-install: all kernels, a kernel upgrade, an upgrade of ours, signatures, and DKMS as it is outside of Debian
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"

need_root
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm) openssl
kernel=$(root_kernels "$root" | head -n 1)
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")
before=$(distribution "$root" "$kernel")
unpack_release "$root" "$version"
cp -r "$root/home/builder/src" "$root/home/builder/old"
sed -i 's/^VERSION=.*/VERSION=2.9.9/' "$root/home/builder/old/META"

echo "== install"
output=$(in_root "$root" su builder -c 'make -C ~/src dkms-install' 2>&1) && fail "dkms-install worked without root"
expect_match "without root" 'only root may install modules: sudo make dkms-install' "$output"
in_root "$root" make -C /home/builder/old dkms-install
expect "version" 2.9.9 "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
in_root "$root" make -C /home/builder/src dkms-install
uses "$root" "$kernel" ours
expect "version" "$version" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
expect "what DKMS has" "ib_srp-backport/$version, $kernel, x86_64: installed" "$(in_root "$root" dkms status)"
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"

echo "== signed by DKMS with the machine's key, when the kernel package has sign-file"
expect_match "signer" 'DKMS module signing key' "$(in_root "$root" modinfo -k "$kernel" -F signer ib_srp)"

echo "== another kernel"
other=$(in_root "$root" apt-cache search --names-only '^linux-image-6[.0-9-]*-cloud-amd64$' | awk '{ print $1 }' | sort -V | tail -n 1)
[ -n "$other" ] || fail "apt knows no second kernel"
other=${other#linux-image-}
in_root "$root" apt-get -y -o APT::Install-Recommends=false install "linux-headers-$other" "linux-image-$other"
expect_match "what DKMS has" "ib_srp-backport/$version, $other, x86_64: installed" "$(in_root "$root" dkms status)"
expect "version" "$version" "$(in_root "$root" modinfo -k "$other" -F version ib_srp)"

echo "== uninstall"
in_root "$root" make -C /home/builder/src dkms-uninstall
uses "$root" "$kernel" theirs
expect "what DKMS has" "" "$(in_root "$root" dkms status)"
expect "sources" "" "$(find "$root/usr/src" -maxdepth 1 -name 'ib_srp*')"

echo "== where DKMS moves the distribution's modules away, they are put back"
sed -i 's/^ID=.*/ID=fedora/' "$root/etc/os-release"
in_root "$root" make -C /home/builder/src dkms-install | tee "$WORK/fedora.log"
expect_match "DKMS has moved them" 'Archiving for uninstallation purposes' "$(cat "$WORK/fedora.log")"
expect_match "which ib_srp" "^/lib/modules/$kernel/(extra|updates)/" "$(found_module "$root" "$kernel" ib_srp)"
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
in_root "$root" make -C /home/builder/src dkms-uninstall
uses "$root" "$kernel" theirs
expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
