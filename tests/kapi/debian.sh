# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Kernels of other Debian releases than the machine's own, each in a small root of its own: kernel headers need the compiler
# and the C library of their release. Read by tests/kapi/run and tests/vm; needs SRP_CACHE.

: "${SRP_CACHE:?}"

# Which releases have a kernel series, oldest first.
declare -gA DEBIAN_SUITES=(
	[5.10]="bullseye bullseye-security"
	[7.2]="trixie trixie-backports"
)

# debian_uri SUITE: where this machine's apt fetches suites of that kind from.
debian_uri() {
	local kind='^[a-z]*$'
	case $1 in *-security) kind='-security$' ;; esac
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(ORIGIN)' "Created-By: Packages" 2>/dev/null |
		awk -v kind="$kind" '$3 == "Debian" && $2 ~ kind { print $1; exit }'
}

# debian_apt SERIES COMMAND...: apt-get or apt-cache with the packages of that series' release only, and nothing installed.
debian_apt() {
	local dir=$SRP_CACHE/kapi/apt-$1 program=$2
	shift 2
	"$program" -q -o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Acquire::Check-Valid-Until=false "$@"
}

# debian_lists SERIES: fetches the lists of packages, at most once a day.
debian_lists() {
	local dir=$SRP_CACHE/kapi/apt-$1 suite uri
	[ -z "$(find "$dir/.updated" -mtime -1 2>/dev/null)" ] || return 0
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	for suite in ${DEBIAN_SUITES[$1]}; do
		uri=$(debian_uri "$suite")
		[ -n "$uri" ] || { echo "apt knows no Debian archive with $suite" >&2; return 1; }
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
	done >"$dir/sources.list"
	debian_apt "$1" apt-get update >"$dir/log" 2>&1 || { cat "$dir/log" >&2; return 1; }
	touch "$dir/.updated"
}

# debian_release SERIES: the newest kernel of a series, such as 5.10.0-46-amd64.
debian_release() {
	debian_lists "$1" || return
	debian_apt "$1" apt-cache search --names-only "^linux-headers-${1//./\\.}\\.[0-9][^ ]*-amd64\$" |
		sed -n 's/^linux-headers-\([^ ]*\) .*/\1/p' | grep -v -e -rt- -e -cloud- | sort -V | tail -1 | grep .
}

# debian_download SERIES PACKAGE...: the packages and what they depend on, as files in the cache. Prints their paths.
debian_download() {
	local series=$1 dir=$SRP_CACHE/kapi/apt-$1 list
	shift
	list=$(debian_apt "$series" apt-get --no-install-recommends --print-uris -q=2 install "$@") || return
	debian_apt "$series" apt-get --no-install-recommends --download-only -y install "$@" >"$dir/log" 2>&1 || { tail -n 20 "$dir/log" >&2; return 1; }
	awk -v dir="$dir/cache/archives" '{ print dir "/" $2 }' <<<"$list"
}

# debian_images SERIES: the packaged kernel as .deb files in the cache, without what it depends on. Prints their paths.
# Since 7.x linux-image is empty and the kernel, its modules and their lists are packages of their own.
debian_images() {
	local dir=$SRP_CACHE/kapi/apt-$1 release names name
	release=$(debian_release "$1") || return
	names=$(debian_apt "$1" apt-cache search --names-only "^linux-(base|binary|modules)-${release//[.+]/\\&}\$" | cut -d' ' -f1)
	for name in ${names:-linux-image-$release}; do
		[ -e "$dir/image/$name.deb" ] || (
			mkdir -p "$dir/image" && cd "$dir/image" && rm -f ./"${name}"_*.deb
			debian_apt "$1" apt-get download "$name" >"$dir/log" 2>&1 && mv ./"${name}"_*.deb "$name.deb"
		) || { tail -n 20 "$dir/log" >&2; return 1; }
		echo "$dir/image/$name.deb"
	done
}

# What a build needs besides the headers, which bring their compiler. Older releases' sparse does not know alignment in packed structs.
DEBIAN_ROOT_PACKAGES="make bash dash coreutils sed grep mawk findutils diffutils libc6-dev"
declare -gA DEBIAN_MORE_PACKAGES=([7.2]=sparse)

# debian_root SERIES: a root with the headers of that kernel and its compiler. Prints its path; empty and 1 if it cannot be had.
debian_root() {
	local release root deb debs
	release=$(debian_release "$1") || return
	root=$SRP_CACHE/kapi/root-$release
	if [ ! -e "$root/.complete" ]; then
		# shellcheck disable=SC2086
		debs=$(debian_download "$1" "linux-headers-$release" $DEBIAN_ROOT_PACKAGES ${DEBIAN_MORE_PACKAGES[$1]-}) || return
		rm -rf "$root"
		mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},dev,proc,tmp}
		ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
		while read -r deb; do
			dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root" \
				--exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale || return
		done <<<"$debs"
		# What the packages' scripts would have done.
		ln -sf mawk "$root/usr/bin/awk"
		ln -sf dash "$root/usr/bin/sh"
		rm -f "$SRP_CACHE/kapi/apt-$1"/cache/archives/*.deb
		: >"$root/.complete"
	fi
	echo "$root"
}

# in_root ROOT COMMAND...: runs a command in a root, in this directory, which is the same one there as here.
in_root() {
	local root=$1 as_user=()
	shift
	mkdir -p "$root$PWD"
	[ "$(id -u)" = 0 ] || as_user=(--map-root-user)
	# shellcheck disable=SC2016
	env -u LC_ALL -u LC_CTYPE LANG=C unshare --mount "${as_user[@]}" sh -c '
		mount --bind "$PWD" "$0$PWD" && mount --rbind /dev "$0/dev" && mount --rbind /proc "$0/proc" &&
		exec chroot "$0" /bin/sh -c "cd \"\$0\" && exec \"\$@\"" "$PWD" "$@"' "$root" "$@"
}
