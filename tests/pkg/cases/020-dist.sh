# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Release tarball: the same bytes every time, complete, and one place for the version
. "$TOP/tests/pkg/lib.sh"

first=$("$TOP/scripts/make-dist" a)
sleep 1
second=$(umask 077 && TZ=Asia/Tokyo "$TOP/scripts/make-dist" b)
expect "two runs" "$(sha256sum <"$first")" "$(sha256sum <"$second")"
# shellcheck source=/dev/null
. "$TOP/META"
expect "name" "$NAME-$VERSION.tar.gz" "$(basename "$first")"

tar -xzf "$first"
third=$(cd "$NAME-$VERSION" && mkdir build && touch build/ignored && scripts/make-dist ../c)
expect "a tarball packed from the unpacked tarball" "$(sha256sum <"$first")" "$(sha256sum <"$third")"
if git -C "$TOP" rev-parse --git-dir >/dev/null 2>&1; then
	expect "what git tracks" "$(cd "$TOP" && git ls-files | while read -r f; do [ ! -e "$f" ] || echo "$f"; done | LC_ALL=C sort)" \
		"$(tar -tzf "$first" | sed "s|^$NAME-$VERSION/||" | LC_ALL=C sort)"
fi
mkdir -p broken/scripts
cp "$TOP/META" broken/
cp "$TOP/scripts/make-dist" broken/scripts/
echo 'gitdir: /nowhere' >broken/.git
! broken/scripts/make-dist d 2>message || fail "a checkout that git cannot read was packed"
expect_match "what git says" 'this is a checkout, but git does not read it: fatal: not a git repository' "$(cat message)"
expect "owners" 0/0 "$(tar -tvzf "$first" --numeric-owner | awk '{ print $2 }' | sort -u)"
expect "writable for others" "" "$(tar -tvzf "$first" | awk 'substr($1, 6, 1) == "w" || substr($1, 9, 1) == "w"')"

echo "== the version is in META; documents name it where they show output"
cd "$NAME-$VERSION"
expect "files with the version" "CHANGELOG.md META README.md" "$(grep -rlF "$VERSION" --include='*' . | sed 's|^\./||' | grep -v -e '^tests/' -e '\.corpus' | sort | xargs)"
expect "newest section of CHANGELOG.md" "$VERSION" "$(sed -n 's/^## //p' CHANGELOG.md | head -n 1)"

echo "== make help names every target"
targets=$(sed -n 's/^\.PHONY: *//p' Makefile | tr ' ' '\n' | grep -vx -e sign -e install-dkms-source -e install-system | sort)
[ "$(wc -l <<<"$targets")" -ge 20 ] || fail "the Makefile names only these targets: $targets"
expect "targets without help" "" "$(grep -vxFf <(make --no-print-directory help | awk '{ print $1 }') <<<"$targets" || true)"
