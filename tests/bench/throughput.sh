# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# I/O per second and latency. An emulated guest on a busy machine: only the ratio means something, and that only roughly.
# shellcheck disable=SC2154 # variables of run

bench_throughput() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=${rounds:-5}" "BENCH_SECONDS=$seconds")
	boot throughput -smp 2 -accel tcg,thread=multi,tb-size=512
	sed -n 's/^info /settings: /p' "$out/throughput.result"
	echo "medians of ${rounds:-5} rounds; ratio: I/O per second, more than 1 means that the first set is faster; lowest and highest ratio of a round"
	sort -s -k1,3 "$out/throughput.result" | awk -v sets="${sets%% *} ${sets##* }" -f "$bench/throughput.awk"
}
