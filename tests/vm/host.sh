# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by the scripts of tests/vm that run on the host: the cache, packages, kernels.
# shellcheck disable=SC2034

# The scripts that read this file have set `here`, the directory tests/vm.
: "${here:?}"

SRP_CACHE=${SRP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ib_srp-backport}
DEBUG_SERIES=6.12
# shellcheck source=tests/kapi/debian.sh
. "$here/../kapi/debian.sh"

note() { echo "tests/vm: $*" >&2; }
die() { echo "tests/vm: $*" >&2; exit 1; }

installed_version() {
	dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null | sed -n 's/^installed //p'
}

# Newest version of a package that apt knows.
candidate_version() {
	apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)'
}

# fetch_package NAME VERSION: the .deb in the cache, from the distribution's mirror as apt has it. Prints its path.
fetch_package() {
	local name=$1 version=$2 file
	mkdir -p "$SRP_CACHE/deb"
	file=$SRP_CACHE/deb/${name}_${version//:/%3a}
	for f in "$file"_*.deb; do
		[ -e "$f" ] && { echo "$f"; return; }
	done
	rm -rf "$SRP_CACHE/deb/.part.$$"
	mkdir -p "$SRP_CACHE/deb/.part.$$"
	(cd "$SRP_CACHE/deb/.part.$$" && apt-get -qq download "$name=$version" >&2 2>"$SRP_CACHE/deb/apt.log") || {
		cat "$SRP_CACHE/deb/apt.log" >&2
		rm -rf "$SRP_CACHE/deb/.part.$$"
		die "cannot download $name $version"
	}
	mv "$SRP_CACHE/deb/.part.$$"/*.deb "$SRP_CACHE/deb/"
	rm -rf "$SRP_CACHE/deb/.part.$$"
	for f in "$file"_*.deb; do
		[ -e "$f" ] && { echo "$f"; return; }
	done
	die "apt-get download $name=$version gave no $file"
}

debug_source_version() {
	local v
	v=$(installed_version "linux-source-$DEBUG_SERIES")
	[ -n "$v" ] || v=$(candidate_version "linux-source-$DEBUG_SERIES")
	[ -n "$v" ] && echo "$v"
}

# Kernels that are built here, from one source: "debug" from debug.config, each other one from that and its own file.
is_debug() { case $1 in debug|faults|kcsan|rt) ;; *) return 1 ;; esac; }

# debug_config NAME: what has to be in the kernel's configuration; of two lines for one symbol the last one counts.
debug_config() {
	cat "$here/debug.config"
	[ "$1" = debug ] || cat "$here/$1.config"
}

# debug_kernel_dir NAME: where it is, or will be when it is built.
debug_kernel_dir() {
	local v name=
	v=$(debug_source_version) || return 1
	[ "$1" = debug ] || name=$1-
	echo "$SRP_CACHE/debug/linux-$DEBUG_SERIES-$name$({ echo "$v"; debug_config "$1"; } | sha256sum | cut -c1-12)"
}

# ---- kernels ----------------------------------------------------------------------------------------------------------------------
# A kernel is described by three variables: K_RELEASE, K_IMAGE (an ELF vmlinux) and K_ROOT (K_ROOT/lib/modules/K_RELEASE).

# Newest installed header tree of a series, as a kernel release ("6.1" -> "6.1.0-56-amd64").
headers_release() {
	local d
	for d in /lib/modules/"$1".*/build; do
		[ -e "$d/Makefile" ] && basename "$(dirname "$d")"
	done | grep -v -e -rt- -e -cloud- | sort -V | tail -1
}

# The payload of a bzImage (x86 boot protocol: setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c) is the
# compressed vmlinux. QEMU boots that directly, which saves the guest decompressing it.
extract_vmlinux() {
	local image=$1 out=$2 sects offset length magic unpack
	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
	offset=$(od -An -tu4 -j $((0x248)) -N 4 "$image")
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$image")
	offset=$(((sects + 1) * 512 + offset))
	magic=$(od -An -tx1 -j $offset -N 4 "$image" | tr -d ' ')
	case $magic in
	28b52ffd) unpack='zstd -dc' ;;
	fd377a58) unpack='xz -dc' ;;
	1f8b08*) unpack='gzip -dc' ;;
	02214c18) unpack='lz4 -dc' ;;
	*) die "$image: unknown compression $magic" ;;
	esac
	# The payload ends with four bytes of length that no decompressor likes.
	tail -c +$((offset + 1)) "$image" | head -c "$length" | $unpack 2>/dev/null >"$out.part" || true
	[ "$(head -c 4 "$out.part" | tail -c 3)" = ELF ] || die "$image: no ELF image inside"
	mv "$out.part" "$out"
}

# kernel_debs SERIES: the packages of K_RELEASE of this release or, as a series has it, of another one. Prints their paths.
kernel_debs() {
	local package=linux-image-$K_RELEASE version
	if [ -n "${DEBIAN_SUITES[$1]-}" ]; then debian_images "$1"; return; fi
	version=$(installed_version "linux-headers-$K_RELEASE")
	[ -n "$version" ] || version=$(candidate_version "$package")
	[ -n "$version" ] && fetch_package "$package" "$version"
}

# packaged_kernel SERIES: downloads and unpacks, once, the image package that belongs to the headers.
packaged_kernel() {
	local series=$1 dir deb debs image
	if [ -n "${DEBIAN_SUITES[$series]-}" ]; then
		K_RELEASE=$(debian_release "$series") || { K_WHY="the packages of Linux $series cannot be had"; return 1; }
	else
		K_RELEASE=$(headers_release "$series")
	fi
	[ -n "$K_RELEASE" ] || { K_WHY="no kernel headers of $series installed (scripts/install-deps vm)"; return 1; }
	dir=$SRP_CACHE/kernel/$K_RELEASE
	K_ROOT=$dir K_IMAGE=$dir/vmlinux
	[ -e "$dir/.complete" ] && return
	debs=$(kernel_debs "$series") || { K_WHY="apt knows no package linux-image-$K_RELEASE (apt-get update?)"; return 1; }
	note "unpacking linux-image-$K_RELEASE into the cache"
	rm -rf "$dir"
	mkdir -p "$dir"
	for deb in $debs; do dpkg-deb -x "$deb" "$dir"; done
	# Since Debian 14 modules are below /usr.
	[ -d "$dir/lib/modules" ] || { mkdir -p "$dir/lib" && mv "$dir/usr/lib/modules" "$dir/lib/modules"; }
	image=$dir/boot/vmlinuz-$K_RELEASE
	[ -e "$image" ] || image=$dir/lib/modules/$K_RELEASE/vmlinuz
	extract_vmlinux "$image" "$K_IMAGE"
	rm -rf "${dir:?}/usr"
	depmod -b "$dir" "$K_RELEASE"
	: >"$dir/.complete"
}

# debug_kernel NAME: builds it, if it is not there.
debug_kernel() {
	local dir
	dir=$("$here/build-debug-kernel" "$1" | tail -1)
	[ -n "$dir" ] || { K_WHY="the kernel $1 cannot be built"; return 1; }
	K_RELEASE=$(cat "$dir/include/config/kernel.release")
	K_ROOT=$dir/root K_IMAGE=$dir/vmlinux
}

# is_tree NAME: a subfolder of KERNEL_TREES, built by hand, with its modules installed in its folder root.
is_tree() { [ -n "${KERNEL_TREES-}" ] && [ -e "$KERNEL_TREES/$1/Makefile" ]; }
tree_kernel() {
	local dir=$KERNEL_TREES/$1
	K_RELEASE=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$dir"/include/*/utsrelease.h 2>/dev/null | head -1)
	K_ROOT=$dir/root K_IMAGE=$dir/arch/x86/boot/bzImage
	[ -e "$K_IMAGE" ] && [ -d "$K_ROOT/lib/modules/$K_RELEASE" ] ||
		{ K_WHY="$dir: no bzImage or no modules in root; build it and run make INSTALL_MOD_PATH=root modules_install"; return 1; }
	depmod -b "$K_ROOT" "$K_RELEASE"
}

older() { [ "$K_RELEASE" != "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$K_RELEASE" | sort -V | head -1)" = "$K_RELEASE" ]; }
# What the kernel is called in the guest: the C library refuses those before 3.2 (guest/first).
guest_release() { if older 3.2; then echo "3.2.0-$K_RELEASE"; else echo "$K_RELEASE"; fi; }

# ---- initramfs ---------------------------------------------------------------------------------------------------------------------

GUEST_MODULES="
	ib_core ib_cm rdma_cm ib_umad ib_uverbs rdma_rxe ib_srpt
	target_core_mod target_core_file
	sd_mod sg scsi_transport_srp ib_srp scsi_dh_alua
	dm_mod dm_multipath dm_round_robin dm_queue_length dm_service_time
	ext4 raid1 crc32c_generic crc32_generic crc32_pclmul crc32c_intel
	veth bridge macvlan sch_ingress cls_matchall act_gact"

GUEST_PROGRAMS="
	dash lsscsi sg_reset sg_dd sg_inq sg_turs sg_luns sg_logs sg_raw
	dmsetup multipath multipathd mdadm
	fio mkfs.ext4
	ip tc rdma udevadm setpriv
	opensm ibsrpdm srp_daemon ibstat sminfo saquery perfquery smpquery ibportstate ibnetdiscover ibtracert
	ibv_devinfo ibv_rc_pingpong ibv_ud_pingpong ibv_srq_pingpong"

guest_program_path() { PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin command -v "$1"; }

# Prints the files that a dynamic program needs, itself included.
program_files() {
	echo "$1"
	ldd "$1" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p'
}

# base_initramfs: the part that changes with the kernel and the distribution's programs only. Prints the file's path.
base_initramfs() {
	local list key out tree p m f busybox
	list=$(mktemp)
	busybox=$(guest_program_path busybox) || die "busybox is missing (scripts/install-deps vm)"
	for p in $GUEST_PROGRAMS; do
		f=$(guest_program_path "$p") || { note "program $p is missing: cases that need it are skipped"; continue; }
		program_files "$f"
		case $p in
		multipathd)
			# The C library loads this one when a thread is cancelled.
			ldconfig -p 2>/dev/null | sed -n 's/.*libgcc_s\.so\.1.*x86-64.*=> //p' | head -1
			for m in /lib/udev/rules.d/{55-dm,60-multipath,60-persistent-storage,95-dm-notify}.rules; do [ ! -e "$m" ] || echo "$m"; done
			m=/lib/udev/scsi_id; [ ! -e $m ] || program_files $m
			for m in /lib/multipath/*.so /usr/lib/multipath/*.so; do [ ! -e "$m" ] || program_files "$m"; done ;;
		ibv_devinfo)
			# What user programs reach the devices of tests/vib by.
			echo /etc/libibverbs.d/ipathverbs.driver
			for m in /usr/lib/*/libibverbs/libipathverbs*.so; do program_files "$m"; done ;;
		esac
	done | sort -u >"$list"
	key=$({
		cat "$list" "$here/host.sh"
		xargs -r stat -Lc '%n %s %Y' <"$list"
		stat -Lc '%n %s %Y' "$busybox" "$K_IMAGE"
		echo "$K_RELEASE $K_ROOT"
	} | sha256sum | cut -c1-16)
	out=$SRP_CACHE/initramfs/$K_RELEASE-$key.cpio
	if [ ! -e "$out" ]; then
		note "making the initramfs for $K_RELEASE"
		mkdir -p "$SRP_CACHE/initramfs"
		find "$SRP_CACHE/initramfs" -name "$K_RELEASE-*.cpio" -mmin +600 -delete
		tree=$(mktemp -d)
		mkdir -p "$tree"/{dev,proc,sys,run,tmp,etc,root,mnt} "$tree"/usr/{bin,sbin,lib64,lib/systemd,"lib/modules/$K_RELEASE"}
		ln -s usr/bin usr/sbin usr/lib usr/lib64 "$tree"
		cp -L "$busybox" "$tree/bin/busybox"
		# Not busybox's own shell: that prefers its small ip, tc and lsscsi to the real ones.
		cp -L "$tree/usr/bin/dash" "$tree/bin/sh" 2>/dev/null || cp -L "$(guest_program_path dash)" "$tree/bin/sh"
		while read -r f; do
			mkdir -p "$tree$(dirname "$f")"
			cp -L "$f" "$tree$f"
		done <"$list"
		[ ! -e "$tree/usr/bin/udevadm" ] || ln -s /usr/bin/udevadm "$tree/lib/systemd/systemd-udevd"
		for m in $GUEST_MODULES; do
			modprobe -d "$K_ROOT" -S "$K_RELEASE" --ignore-install --show-depends "$m" 2>/dev/null ||
				echo "missing $m"
		done | sort -u | while read -r what f _; do
			case $what in
			insmod)
				m=$(basename "$f")
				case $m in
				*.xz) xz -dc "$f" >"$tree/lib/modules/$K_RELEASE/${m%.xz}" ;;
				*.zst) zstd -qdc "$f" >"$tree/lib/modules/$K_RELEASE/${m%.zst}" ;;
				*.gz) gzip -dc "$f" >"$tree/lib/modules/$K_RELEASE/${m%.gz}" ;;
				*) cp "$f" "$tree/lib/modules/$K_RELEASE/" ;;
				esac ;;
			missing) note "kernel $K_RELEASE has no module $f" ;;
			esac
		done
		cp "$K_ROOT/lib/modules/$K_RELEASE"/modules.{builtin,builtin.modinfo,order} "$tree/lib/modules/$K_RELEASE/" 2>/dev/null || true
		depmod -b "$tree" "$K_RELEASE"
		[ "$(guest_release)" = "$K_RELEASE" ] || ln -s "$K_RELEASE" "$tree/lib/modules/$(guest_release)"
		(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$out.part"
		mv "$out.part" "$out"
		rm -rf "$tree"
	fi
	rm -f "$list"
	echo "$out"
}

# guest_helper: the static program of src/, built when its sources changed. Prints its path.
guest_helper() {
	local key out
	key=$(cat "$here"/src/*.[ch] | sha256sum | cut -c1-16)
	out=$SRP_CACHE/helper/srptest-$key
	if [ ! -e "$out" ]; then
		mkdir -p "$SRP_CACHE/helper"
		"${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Wshadow -static -pthread -o "$out.part$$" "$here"/src/*.c || die "cannot build tests/vm/src"
		mv "$out.part$$" "$out"
	fi
	echo "$out"
}

# emulation_words: for the kernel's command line. norandmaps: QEMU translates the code of a program and its libraries again for every
# address that it finds them at, which makes starting a program take up to five times as long. tsc_early_khz: an emulated guest reads
# the host's time stamp counter, but measures its frequency with a timer that is late whenever the host is busy; then its clock runs up
# to 25 times too fast, and so do all its time limits.
emulation_words() {
	local khz
	[ "${SRP_VM_ACCEL:-tcg}" = tcg ] || return 0
	# Older ones do not know that word.
	if older 5.1; then echo "norandmaps clocksource=acpi_pm"; return; fi
	khz=$("$(guest_helper)" tsc) || khz=
	echo "norandmaps${khz:+ tsc_early_khz=$khz}"
}
