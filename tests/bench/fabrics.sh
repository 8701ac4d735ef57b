# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Verified I/O over rxe and over vib: every block is compared with what was written to it, so the figures include that work.
# shellcheck disable=SC2154 # variables of run

bench_fabrics() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_ROUNDS=${rounds:-2}" "BENCH_SECONDS=${seconds:-2}")
	[ -e "$top/build/vib-$K_RELEASE/vib.ko" ] || die "no vib.ko for $K_RELEASE; tests/vm/build-modules builds it"
	boot fabrics -smp 2 -accel tcg,thread=multi,tb-size=512
	echo "real clock, 2 CPUs, RAM disk, 50 % writes, ${rounds:-2} rounds of ${seconds:-2} s; means"
	awk -v sets="$sets" -v seconds="${seconds:-2}" -f "$bench/fabrics.awk" "$out/fabrics.result"
}
