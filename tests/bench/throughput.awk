# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads "io SET WORKLOAD ios=.. iops=.. p50_us=.. p99_us=.." lines; prints medians and ratios. Variable sets: "BASE OURS".

function median(list, n,   a, i, j, t) {
	split(list, a, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j - 1] + 0 > a[j] + 0; j--) {
			t = a[j]
			a[j] = a[j - 1]
			a[j - 1] = t
		}
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function figure(set, work, key) { return median(v[set, work, key], rounds[set, work]) }

$1 == "io" {
	if (!seen[$3]++)
		works[++w] = $3
	rounds[$2, $3]++
	for (i = 4; i <= NF; i++) {
		split($i, kv, "=")
		v[$2, $3, kv[1]] = v[$2, $3, kv[1]] " " kv[2]
	}
}
END {
	split(sets, set, " ")
	base = set[1]
	ours = set[2]
	printf "%-32s %10s %10s %7s %13s %10s %10s %10s %10s\n", "", base, ours, ours "/", "of rounds:", base, ours, base, ours
	printf "%-32s %10s %10s %7s %13s %10s %10s %10s %10s\n", "", "IOPS", "IOPS", base, "low   high", "p50 us", "p50 us", "p99 us", "p99 us"
	for (k = 1; k <= w; k++) {
		work = works[k]
		n = split(v[base, work, "iops"], a, " ")
		m = split(v[ours, work, "iops"], b, " ")
		low = high = a[1] ? b[1] / a[1] : 0
		for (i = 2; i <= n && i <= m; i++) {
			r = a[i] ? b[i] / a[i] : 0
			if (r < low)
				low = r
			if (r > high)
				high = r
		}
		x = figure(base, work, "iops")
		printf "%-32s %10d %10d %7.2f   %5.2f %5.2f %10d %10d %10d %10d\n", work, x, figure(ours, work, "iops"),
			x ? figure(ours, work, "iops") / x : 0, low, high, figure(base, work, "p50_us"), figure(ours, work, "p50_us"),
			figure(base, work, "p99_us"), figure(ours, work, "p99_us")
	}
}
