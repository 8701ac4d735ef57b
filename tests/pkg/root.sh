# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Clean roots of Debian, made by debootstrap from the mirror that apt of this machine uses. Needs lib.sh.

: "${SRP_CACHE:?}"

# need_root: whether this machine lets us enter a root with its own mounts at all.
need_root() {
	local program
	[ "$(id -u)" = 0 ] || skip "needs root (debootstrap, chroot)"
	unshare -m true 2>/dev/null || skip "needs the permission to mount (unshare -m failed)"
	for program in debootstrap dpkg-deb; do
		command -v $program >/dev/null || skip "$program is not installed (scripts/install-deps pkg)"
	done
}

# mirror: as apt has it.
mirror() {
	local found
	found=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
	[ -n "$found" ] || skip "apt of this machine knows no mirror of Debian"
	echo "$found"
}

# in_root ROOT COMMAND...: runs it there with /proc, /sys and /dev of this machine, and without anything being started by packages.
in_root() {
	local root=$1
	shift
	unshare -m bash -c '
		set -e
		for dir in proc sys dev; do mount --rbind /$dir "$1/$dir"; mount --make-rslave "$1/$dir"; done
		root=$1
		shift
		exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
	' in_root "$root" "$@"
}

# fresh FILE: a packed root that is there and not too old.
fresh() { [ -e "$1" ] && [ -z "$(find "$1" -mtime +6)" ]; }

# pack ROOT FILE: keeps it in the cache.
pack() {
	in_root "$1" apt-get clean
	tar -C "$1" --exclude='./tmp/*' -cf "$2.new$$" .
	mv "$2.new$$" "$2"
}

# base_root SUITE SITE FILE: what debootstrap makes, where packages start nothing and do not wait for the disk.
base_root() {
	local part=$3.part$$
	rm -rf "$part"
	mkdir -p "$part"
	debootstrap --variant=minbase "$1" "$part" "$2" >"$WORK/debootstrap.log" 2>&1 || { tail -n 20 "$WORK/debootstrap.log"; fail "debootstrap $1"; }
	printf '#!/bin/sh\nexit 101\n' >"$part/usr/sbin/policy-rc.d"
	chmod 755 "$part/usr/sbin/policy-rc.d"
	echo force-unsafe-io >"$part/etc/dpkg/dpkg.cfg.d/unsafe-io"
	# Several initramfs are made in each case: with what hooks and the list of modules ask for, not with every disk driver there is.
	mkdir -p "$part/etc/initramfs-tools/conf.d"
	printf 'COMPRESSLEVEL=1\nMODULES=list\n' >"$part/etc/initramfs-tools/conf.d/fast"
	pack "$part" "$3"
	rm -rf "$part"
}

# clean_root SUITE ROOT PACKAGE...: a fresh root with these packages. It is kept, packed, in the cache.
clean_root() {
	local suite=$1 root=$2 site base packed
	shift 2
	site=$(mirror)
	base=$SRP_CACHE/root/$suite.tar
	packed=$SRP_CACHE/root/$suite-$(echo "$site" "$@" | sha256sum | cut -c1-12).tar
	mkdir -p "$SRP_CACHE/root"
	rm -rf "$root"
	mkdir -p "$root"
	if fresh "$packed"; then
		tar -C "$root" -xf "$packed"
		return
	fi
	fresh "$base" || base_root "$suite" "$site" "$base"
	tar -C "$root" -xf "$base"
	in_root "$root" apt-get -qq -o APT::Install-Recommends=false -y install "$@" >"$WORK/apt.log" 2>&1 ||
		{ tail -n 20 "$WORK/apt.log"; fail "installing $* in $suite"; }
	pack "$root" "$packed"
}

# root_kernels ROOT: releases of the kernels installed there.
root_kernels() { (cd "$1/lib/modules" && for k in */; do [ ! -e "$k/kernel" ] || echo "${k%/}"; done); }

# found_module ROOT KERNEL MODULE: which file modprobe would load.
found_module() { in_root "$1" modinfo -k "$2" -n "$3"; }

# distribution ROOT KERNEL: the kernel package's two modules with their sums; they must never change.
distribution() {
	(cd "$1/lib/modules/$2" && find kernel -name 'ib_srp.ko*' -o -name 'scsi_transport_srp.ko*' | sort | xargs sha256sum)
}

# uses ROOT KERNEL ours|theirs: which modules would be loaded.
uses() {
	local module found
	for module in ib_srp scsi_transport_srp; do
		found=$(found_module "$1" "$2" $module)
		case $3 in
		ours) expect_match "which $module" "/lib/modules/$2/updates/" "$found" ;;
		theirs) expect_match "which $module" "/lib/modules/$2/kernel/drivers/" "$found" ;;
		esac
	done
}

# root_packages SUITE: what the cases want in a root; the same for most of them, so that it is made once.
root_packages() {
	echo linux-image-amd64 linux-headers-amd64 initramfs-tools zstd dkms debhelper build-essential rpm systemd-sysv udev iproute2
	[ "$1" = bullseye ] || echo dh-dkms
}

# What the C++ tools are built with, besides.
tools_packages() { echo cmake libboost-program-options-dev libfmt-dev libibumad-dev libibverbs-dev nlohmann-json3-dev; }

# unpack_release ROOT VERSION: the release tarball's content as /home/builder/src, owned by the user builder. A version other than that of
# META is the same sources with another number in the two places that have to agree.
unpack_release() {
	local src=$1/home/builder/src
	[ -e "$1/home/builder" ] || in_root "$1" useradd -m builder
	rm -rf "$src"
	mkdir "$src"
	tar -C "$src" --strip-components=1 -xzf "$("$TOP/scripts/make-dist" "$WORK/dist")"
	sed -i "s/^VERSION=.*/VERSION=$2/" "$src/META"
	sed -i "0,/^## .*/s//## $2/" "$src/CHANGELOG.md"
	in_root "$1" chown -R builder: /home/builder
}
