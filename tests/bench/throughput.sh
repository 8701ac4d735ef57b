# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# I/O per second and latency, twice. First with a clock that advances with the instructions executed (-icount) and one CPU: that repeats,
# whatever else the machine does, and compares all the work of both modules and of everything they call. Then with two CPUs that run
# in parallel and the real clock: an emulated guest on a busy machine, so that only large differences mean something.
# shellcheck disable=SC2154 # variables of run

throughput_table() {
	local name=$1
	sed -n 's/^info /settings: /p' "$out/$name.result"
	echo "medians; of rounds: lowest and highest ratio of two neighbours; p50, p99: latency in microseconds"
	sort -s -k1,3 "$out/$name.result" | awk -v sets="${sets%% *} ${sets##* }" -f "$bench/throughput.awk"
}

bench_throughput() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=2" "BENCH_SECONDS=${seconds:-0.2}")
	if [ "$clock" != real ]; then
		boot throughput -smp 1 -accel tcg,tb-size=256 -icount shift=1,sleep=off
		echo "-- clock of executed instructions, 1 CPU"
		throughput_table throughput
	fi
	if [ "$clock" != virtual ]; then
		# shellcheck disable=SC2034
		bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=${rounds:-5}" "BENCH_SECONDS=${seconds:-1}")
		boot throughput -smp 2 -accel tcg,thread=multi,tb-size=512
		echo "-- real clock, 2 CPUs, ${rounds:-5} rounds"
		throughput_table throughput
	fi
}
