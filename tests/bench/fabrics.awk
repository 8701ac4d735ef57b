# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads "io SET FABRIC WORK reads=.. writes=.. mib=.. errors=.. miscompares=.. iops=.." lines; prints a line for each fabric and workload.
# Variables: sets "BASE OURS", seconds.

$1 == "io" {
	key = $3 SUBSEP $4
	if (!seen[key]++)
		rows[++n] = key
	count[$2, key]++
	for (i = 5; i <= NF; i++) {
		split($i, kv, "=")
		sum[$2, key, kv[1]] += kv[2]
	}
}
END {
	sets_nr = split(sets, set, " ")
	printf "%-6s %-22s", "fabric", "workload"
	for (s = 1; s <= sets_nr; s++)
		printf " %8s IOPS %6s MiB/s %11s", set[s], set[s], "miscompares"
	printf "\n"
	for (r = 1; r <= n; r++) {
		split(rows[r], part, SUBSEP)
		printf "%-6s %-22s", part[1], part[2]
		for (s = 1; s <= sets_nr; s++) {
			c = count[set[s], rows[r]]
			printf " %13.0f %12.1f %11d", sum[set[s], rows[r], "iops"] / c, sum[set[s], rows[r], "mib"] / c / seconds,
				sum[set[s], rows[r], "miscompares"]
		}
		printf "\n"
	}
}
