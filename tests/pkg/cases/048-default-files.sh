# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Default files of modprobe and modules-load: nothing is set, and what they and multipath's file offer is there
. "$TOP/tests/pkg/lib.sh"

for file in "$TOP"/system/modprobe.d/*.conf "$TOP"/system/modules-load.d/*.conf; do
	expect "what $file sets" "" "$(grep -vE '^(#|$)' "$file" || true)"
done
offers=$(sed -n 's/^# *options \([a-z_]*\) \(.*\)/\1 \2/p' "$TOP"/system/modprobe.d/*.conf "$TOP"/system/multipath-srp.conf)
[ "$(wc -l <<<"$offers")" = 3 ] || fail "expected three lines of options, found: $offers"
while read -r module options; do
	parameters=$(sed -n 's/^module_param[a-z_]*(\([a-z_]*\).*/\1/p' "$TOP/kernel/$module"/*.c)
	for option in $options; do expect_match "parameters of $module" "^${option%%=*}\$" "$parameters"; done
done <<<"$offers"
expect "the module to load" ib_srp "$(sed -n 's/^#\([a-z_]\)/\1/p' "$TOP"/system/modules-load.d/*.conf)"
