# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The RPM packages in a clean root, in a database of their own. Needs lib.sh, root.sh and deb.sh.

# in_rpm ROOT WORD...: rpm there. Its database knows none of the packages of Debian: --nodeps where packages come or go.
in_rpm() { in_root "$1" rpm --dbpath /srv/rpmdb "${@:2}"; }

# build_rpms ROOT KERNEL DIR VERSION...: in the root, as a user without rights, from the release tarball.
build_rpms() {
	local root=$1 kernel=$2 dir=$3 version
	shift 3
	mkdir -p "$dir"
	for version in "$@"; do
		unpack_release "$root" "$version"
		in_root "$root" su builder -c "cd ~/src && TOOLS=${TOOLS-} RPMBUILD_FLAGS='${RPMBUILD_FLAGS-}' make rpm KVER=$kernel" || fail "make rpm, version $version"
		find "$root/home/builder/src/build/rpm" -name '*.rpm' -exec cp {} "$dir/" \;
		cp "$root"/home/builder/src/build/rpm/SPECS/*.spec "$dir/"
	done
}
