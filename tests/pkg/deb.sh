# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The Debian packages in a clean root: build, install, upgrade, remove, purge. Needs lib.sh and root.sh.

# build_debs ROOT DIR VERSION...: in the root, as a user without rights, from the release tarball; for each version one build.
build_debs() {
	local root=$1 dir=$2 version
	shift 2
	mkdir -p "$dir"
	for version in "$@"; do
		unpack_release "$root" "$version"
		in_root "$root" su builder -c "cd ~/src && TOOLS=${TOOLS-} make deb" || fail "make deb, version $version"
		cp "$root"/home/builder/src/build/deb/*.deb "$dir/"
	done
}

# deb_lint ROOT: what lintian of this machine says about the last build there.
deb_lint() {
	command -v lintian >/dev/null || { skip_part lintian "lintian is not installed (scripts/install-deps pkg)"; return; }
	lintian -I --pedantic --fail-on error,warning,info,pedantic "$1"/home/builder/src/build/deb/*.changes ||
		fail "lintian has findings that debian/*lintian-overrides do not explain"
}

# deb_upgrade ROOT KERNEL VERSION: from VERSION to VERSION.1; a configuration that was changed stays.
deb_upgrade() {
	local root=$1 kernel=$2 version=$3
	echo "== upgrade"
	echo 'options ib_srp ch_count=4' >>"$root/etc/modprobe.d/ib_srp-backport.conf"
	in_root "$root" apt-get -y -o APT::Install-Recommends=false install "/debs/ib-srp-backport-dkms_$version.1-1_all.deb"
	uses "$root" "$kernel" ours
	expect "version" "$version.1" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
	expect_match "configuration" 'ch_count=4$' "$(tail -n 1 "$root/etc/modprobe.d/ib_srp-backport.conf")"
	[ ! -e "$root/usr/src/ib_srp-backport-$version" ] || fail "sources of the old version are left"
}

# deb_life SUITE PACKAGE...: the whole life of the DKMS package on one distribution.
deb_life() {
	local suite=$1 root=$WORK/root kernel kernels before files version output
	need_root
	clean_root "$suite" "$root" "${@:2}"
	kernels=$(root_kernels "$root")
	kernel=$(head -n 1 <<<"$kernels")
	[ -n "$kernel" ] || fail "no kernel in the root"
	before=$(distribution "$root" "$kernel")
	expect "kernel package's modules" 2 "$(wc -l <<<"$before")"
	uses "$root" "$kernel" theirs
	# shellcheck source=/dev/null
	version=$(. "$TOP/META" && echo "$VERSION")

	build_debs "$root" "$WORK/debs" "$version" ${FULL:+"$version.1"}
	# Each release has its own opinions.
	[ "$suite" != bookworm ] || deb_lint "$root"
	mkdir "$root/debs"
	cp "$WORK"/debs/*.deb "$root/debs/"
	for deb in "$WORK"/debs/*.deb; do
		! dpkg -c "$deb" | grep -E ' \./(lib/modules|usr/lib/modules|boot)/' || fail "$deb has files in the kernel's directories"
	done

	echo "== install"
	output=$(in_root "$root" apt-get -y -o APT::Install-Recommends=false install "/debs/ib-srp-backport-dkms_$version-1_all.deb" 2>&1) || { echo "$output"; fail "install"; }
	echo "$output"
	# Every kernel with headers, not only the newest one.
	for kernel in $kernels; do
		uses "$root" "$kernel" ours
		expect "version" "$version" "$(in_root "$root" modinfo -k "$kernel" -F version ib_srp)"
	done
	expect_match "initramfs is made anew" 'update-initramfs: Generating /boot/initrd' "$output"
	files=$(in_root "$root" dpkg -L ib-srp-backport-dkms)
	for wanted in /usr/sbin/spread-mlx4-ib-interrupts /etc/modprobe.d/ib_srp-backport.conf /etc/ib_srp-boot.conf \
		/usr/share/man/man4/ib_srp.4.gz "/usr/src/ib_srp-backport-$version/dkms.conf" /usr/lib/dracut/modules.d/95srp/module-setup.sh; do
		expect_match "file list" "^$wanted$" "$files"
	done
	kernel=$(head -n 1 <<<"$kernels")
	expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
	expect "kernel package is whole" "" "$(in_root "$root" dpkg --verify "linux-image-$kernel")"

	[ -z "$FULL" ] || deb_upgrade "$root" "$kernel" "$version"

	echo "== remove"
	in_root "$root" apt-get -y remove ib-srp-backport-dkms
	uses "$root" "$kernel" theirs
	expect "kernel package's modules" "$before" "$(distribution "$root" "$kernel")"
	expect "what is left of ours" "" "$(find "$root/lib/modules/$kernel" -path '*updates*' -name '*srp*')"
	[ -e "$root/etc/modprobe.d/ib_srp-backport.conf" ] || fail "remove is not purge, but the configuration is gone"

	echo "== purge"
	in_root "$root" apt-get -y purge ib-srp-backport-dkms
	expect "left after purge" "" "$(find "$root/etc" "$root/usr" "$root/var/lib/dkms" -name '*ib[-_]srp*' -not -path '*/linux-headers-*' -not -path '*/lib/modules/*/kernel/*')"
}
