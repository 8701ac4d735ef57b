# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Failover times: over RDMA/CM on rxe, and over IB/CM on a virtual InfiniBand fabric.
# shellcheck disable=SC2154 # variables of run

# loss_table NAME: what cases/NAME.sh measured.
loss_table() {
	awk -v sets="$sets" '
		$1 == "loss" {
			key = $2 SUBSEP $3
			for (i = 4; i <= NF; i++) {
				split($i, kv, "=")
				v[key, kv[1]] = v[key, kv[1]] sprintf(" %.1f", kv[2] / 1000)
			}
			if (!seen[$3]++)
				kinds[++n] = $3
		}
		END {
			m = split(sets, set, " ")
			row = "%-26s %-7s %14s %14s   %14s %14s %14s\n"
			printf row, "path loss", "", "longest stall", "all stalls", "logged in", "path used", "longest stall"
			printf row, "", "", "in outage", "in outage", "after return", "after return", "after return"
			for (i = 1; i <= n; i++)
				for (j = 1; j <= m; j++) {
					key = set[j] SUBSEP kinds[i]
					printf row, j == 1 ? kinds[i] : "", set[j], v[key, "longest"], v[key, "stalled"],
						v[key, "back"], v[key, "used"], v[key, "longest_after"]
				}
		}' "$out/$1.result"
}

bench_failover() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=${rounds:-1}"
		"BENCH_LOSSES='$losses'")
	boot failover -smp 2 -accel tcg,thread=multi,tb-size=512
	echo "multipathd, round robin, fast_io_fail_tmo=3, reconnect_delay=10 unless said otherwise, tl_retry_count=2; seconds:"
	loss_table failover
}

bench_classes() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=${rounds:-1}")
	boot classes -smp 2 -accel tcg,thread=multi,tb-size=512
	echo "InfiniBand, multipathd, round robin, fast_io_fail_tmo=5, reconnect_delay=10, tl_retry_count as each module has it by default" \
		"(ours 2, the distribution's 7); seconds:"
	loss_table classes
}
