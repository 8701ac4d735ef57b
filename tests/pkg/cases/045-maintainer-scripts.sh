# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# No script of a package unloads a module; Debian's build for each kernel with headers, and fail for none
. "$TOP/tests/pkg/lib.sh"

unload='rmmod|delete_module|modprobe[^#]* (-[a-z]*r|--remove)'
for text in 'rmmod ib_srp' 'modprobe -r ib_srp' '/sbin/modprobe -qr ib_srp' 'modprobe --remove ib_srp'; do expect_match "the pattern" "$unload" "$text"; done
expect "what unloads a module" "" "$(cd "$TOP" && grep -rnE "$unload" rpm debian dkms system scripts Makefile tools/dist --exclude-dir=man || true)"

# script NAME ARGUMENT: one of Debian's, with kernels and programs of our own; "dkms" fails for the kernel "bad".
mkdir -p bin modules/{new,old,bad,bare}/kernel
for kernel in new old bad; do
	mkdir modules/$kernel/build
	touch modules/$kernel/build/Makefile
done
echo 'echo 3.0.0' >bin/dpkg-query
cat >bin/dkms <<-'STUB'
	case "$*" in
	status*"-k new") echo "ib_srp-backport/3.0.0, new, x86_64: installed"; exit ;;
	status*) exit ;;
	esac
	echo "dkms $*"
	[ "${*##* }" != bad ]
STUB
echo 'echo "modules-changed $*"' >bin/modules-changed
sed -i '1i #!/bin/sh' bin/*
chmod 755 bin/*
script() {
	sed "s|/lib/modules/|$PWD/modules/|; s|/usr/libexec/ib_srp-backport/|$PWD/bin/|" "$TOP/debian/ib-srp-backport-dkms.$1" |
		PATH=$PWD/bin:$PATH sh -s "$2"
}
install="dkms install -m ib_srp-backport -v 3.0.0 -k"
expect "postinst" "$install bad
ib_srp-backport: no modules for Linux bad; the lines above say why
modules-changed bad installed
modules-changed new installed
$install old
modules-changed old installed" "$(script postinst configure)"
expect "prerm" "modules-changed bad removed
modules-changed bare removed
modules-changed new removed
modules-changed old removed" "$(script prerm remove)"
expect "prerm at an upgrade" "" "$(script prerm upgrade)"
