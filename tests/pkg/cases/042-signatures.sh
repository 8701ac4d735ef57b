# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make sign, which make install and make rpm use: modules signed with a key of one's own, once
. "$TOP/tests/pkg/lib.sh"

command -v openssl >/dev/null || skip "openssl is not installed"
kdir=$(for d in /lib/modules/*/build; do [ ! -x "$d/scripts/sign-file" ] || echo "$d"; done | sort -V | tail -n 1)
[ -n "$kdir" ] || skip "no kernel headers with scripts/sign-file are installed (scripts/install-deps build)"
openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=ib_srp-backport test key/' -keyout key.pem -outform DER -out key.der 2>/dev/null

# Any modules do: what is signed has to be what was built, whatever that is.
mkdir modules
for name in ib_srp scsi_transport_srp; do
	printf '\177ELF module %s' $name >modules/$name.ko
done
sign() { make --no-print-directory -C "$TOP" -o modules sign KDIR="$kdir" KBUILD_DIR="$PWD/modules" "$@"; }
sign
expect "without a key" "" "$(grep -l 'Module signature appended' modules/*.ko || true)"
for i in first second; do
	sign SIGN_KEY="$PWD/key.pem" SIGN_CERT="$PWD/key.der"
	expect "signatures after the $i time" "1 1" "$(for f in modules/*.ko; do grep -ac '~Module signature appended~' "$f"; done | xargs)"
	[ $i = second ] || sha256sum modules/*.ko >sums
done
sha256sum --quiet -c sums || fail "a signed module was signed again"
expect_match "signer" 'ib_srp-backport test key' "$(grep -a 'test key' modules/ib_srp.ko | tr -dc '[:print:]')"
rm modules/*.ko
printf '\177ELF' | tee modules/ib_srp.ko >modules/scsi_transport_srp.ko
! sign SIGN_KEY="$PWD/nokey.pem" SIGN_CERT="$PWD/key.der" 2>/dev/null || fail "a key that is not there is no error"
! sign SIGN_KEY="$PWD/key.pem" 2>message || fail "a key without a certificate is no error"
expect_match "message" 'no SIGN_CERT' "$(cat message)"
