# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What DKMS has moved away is put back: as DKMS before 3.1.7 leaves it, as later ones do, and several modules of one name
. "$TOP/tests/pkg/lib.sh"

ulp=kernel/drivers/infiniband/ulp/srp
# archived NAME CONTENT [ORIGIN]: in DKMS's tree, and what DKMS says of it.
archived() {
	local file=dkms/ib_srp-backport/original_module/k/x86_64/$1
	mkdir -p "${file%/*}"
	echo "$2" >"$file"
	[ -z "${3-}" ] || echo "$3" >"$file.origin"
}
# there: every module of the kernel with its content; what is left in DKMS's tree.
there() { (cd lib/k && grep -r . . | sed 's|^\./||' | sort); find dkms/ib_srp-backport -type f 2>/dev/null | sort; }
start() { rm -rf dkms lib; mkdir -p lib/k/extra; echo ours >lib/k/extra/ib_srp.ko.xz; }
put_back() { sh "$TOP/dkms/put-back" k x86_64 "$PWD/dkms" "$PWD/lib"; }
ours=extra/ib_srp.ko.xz:ours

start
expect "nothing was moved" "$ours" "$(put_back; there)"

archived ib_srp.ko.xz theirs
archived scsi_transport_srp.ko.xz theirs
expect "before 3.1.7" "$ours
$ulp/ib_srp.ko.xz:theirs
kernel/drivers/scsi/scsi_transport_srp.ko.xz:theirs" "$(put_back; there)"

start
archived ib_srp.ko.xz theirs "$PWD/lib/k/kernel/net/ib_srp.ko.xz"
expect "from 3.1.7 on, where it was" "$ours
kernel/net/ib_srp.ko.xz:theirs" "$(put_back; there)"

start
archived ib_srp.ko.xz theirs /etc/passwd
expect "a place that is none of this kernel's" "$ours
$ulp/ib_srp.ko.xz:theirs" "$(put_back; there | grep -v '\.origin$')"

start
mkdir -p lib/k/$ulp
echo kernel >lib/k/$ulp/ib_srp.ko
archived ib_srp.ko.xz other
expect "the kernel has its own, in another compression" "$ours
$ulp/ib_srp.ko:kernel
dkms/ib_srp-backport/original_module/k/x86_64/ib_srp.ko.xz" "$(put_back; there)"

start
archived ib_srp.ko.xz older "$PWD/lib/k/extra/ib_srp.ko.xz"
expect "an older one of ours gives way" "$ours" "$(put_back; there | grep -v '^dkms/')"

start
archived collisions/$ulp/ib_srp.ko.xz theirs "$PWD/lib/k/$ulp/ib_srp.ko.xz"
archived collisions/kernel/other/ib_srp.ko.xz second
archived collisions/extra/ib_srp.ko.xz older "$PWD/lib/k/extra/ib_srp.ko.xz"
expect "collisions" "$ours
$ulp/ib_srp.ko.xz:theirs
kernel/other/ib_srp.ko.xz:second" "$(put_back; there | grep -v '/collisions/extra/')"
expect "again, nothing is left to do" "" "$(put_back; find dkms -type f | grep -v '/collisions/extra/' || true)"
