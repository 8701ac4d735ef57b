# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Manual pages: well formed, and as complete as the code
. "$TOP/tests/pkg/lib.sh"

command -v mandoc >/dev/null || skip "mandoc is not installed (scripts/install-deps pkg)"
for page in "$TOP"/system/man/*.[1-8] ; do
	expect "$page" "" "$(mandoc -T lint -W warning "$page" 2>&1 | grep -v -e 'missing date' -e 'outdated' || true)"
done
page=$TOP/system/man/ib_srp.4
# Names at the beginning of a line "| `name`" of a section of doc/sysfs.md.
documented() { sed -n "/^## $1/,/^## /s/^| \`\([a-z_]*\)\`.*/\1/p" "$TOP/doc/sysfs.md" | sort -u; }
missing() { while read -r name; do grep -qw "$name" "$page" || echo "$name"; done; }
for section in 'Module parameters' 'Login keys' '.sys.class.infiniband_srp' '.sys.class.srp_remote_ports'; do
	names=$(documented "$section")
	[ "$(wc -l <<<"$names")" -ge 3 ] || fail "doc/sysfs.md has no table in '$section'"
	expect "$section in ib_srp.4" "" "$(missing <<<"$names")"
done
parameters=$(sed -n 's/^module_param[a-z_]*(\([a-z_]*\).*/\1/p' "$TOP"/kernel/*/*.c | sort -u)
[ "$(wc -l <<<"$parameters")" -ge 10 ] || fail "found only these module parameters: $parameters"
expect "module parameters of the code" "" "$(missing <<<"$parameters")"
