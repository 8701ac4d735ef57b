# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make dkms-install and make uninstall: a kernel that fails, a package's version in DKMS, nothing to remove
. "$TOP/tests/pkg/lib.sh"

# The script with kernels, sources and programs of our own; "dkms" fails for the kernel "bad".
mkdir -p bin tree/scripts usr/src/ib_srp-backport-2.9.9 modules/{bad,good,late}/build
touch modules/{bad,good,late}/build/Makefile
cp "$TOP/META" tree/
printf 'install-dkms-source:\n\t@echo sources\n' >tree/Makefile
sed "s|/lib/modules/|$PWD/modules/|; s|/usr/src/|$PWD/usr/src/|; s|/sys/module/|$PWD/|" "$TOP/scripts/dkms-install" >tree/scripts/dkms-install
cat >bin/dkms <<-'STUB'
	#!/bin/sh
	case $1 in status) [ ! -e ../known ] || cat ../known; exit ;; esac
	echo "dkms $*"
	[ "${*##* }" != bad ]
STUB
printf '#!/bin/sh\necho 0\n' >bin/id
printf '#!/bin/sh\nexit 1\n' | tee bin/rpm >bin/dpkg-query
chmod 755 bin/*
# run ARGUMENT...: what it says, then its status.
run() { local status=0; PATH=$PWD/bin:$PATH bash tree/scripts/dkms-install "$@" 2>&1 || status=$?; echo "status $status"; }
# shellcheck source=/dev/null
. "$TOP/META"

output=$(run)
for kernel in bad good late; do expect_match "each kernel" "^dkms install -m $NAME -v $VERSION -k $kernel\$" "$output"; done
expect_match "the one that failed" "^dkms-install: no modules for Linux bad: " "$output"
expect_match "status" '^status 1$' "$output"
rm -r modules/bad
expect_match "without it" '^status 0$' "$(run)"

echo "ib_srp-backport/2.9.9, good, x86_64: installed" >known
expect "--uninstall" "dkms remove -m ib_srp-backport -v 2.9.9 --all
The distribution's modules are used when ib_srp is loaded the next time.
status 0" "$(run --uninstall)"
[ ! -e usr/src/ib_srp-backport-2.9.9 ] || fail "sources are left"
mkdir usr/src/ib_srp-backport-2.9.9
printf '#!/bin/sh\necho "ib-srp-backport-dkms: $2"\n' >bin/dpkg-query
refusal="dkms-install: version 2.9.9 in DKMS is part of the package ib-srp-backport-dkms: apt-get remove ib-srp-backport-dkms
status 1"
expect "what a package owns" "$refusal" "$(run --uninstall)"
expect "what a package owns" "$refusal" "$(run)"
[ -e usr/src/ib_srp-backport-2.9.9 ] || fail "the package's sources are gone"

echo "== make uninstall, when the headers are gone"
uninstall() { make --no-print-directory -C "$TOP" uninstall KDIR=/nowhere KVER=1.2.3 INSTALL_MOD_PATH="$PWD/root" DEPMOD="echo depmod" 2>&1; }
mkdir -p root/lib/modules/1.2.3/updates/ib_srp-backport
touch root/lib/modules/1.2.3/updates/ib_srp-backport/{ib_srp.ko.xz,scsi_transport_srp.ko}
expect_match "depmod" "^depmod -b $PWD/root -a 1.2.3\$" "$(uninstall)"
expect "what is left" "" "$(find root -name '*.ko*')"
! output=$(uninstall) || fail "nothing to remove is no error"
expect_match "nothing is there" "no modules of ours in $PWD/root/lib/modules/1.2.3/updates/ib_srp-backport: set KVER" "$output"
