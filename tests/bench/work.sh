# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Counts of work. The virtual clock advances with instructions (-icount), so that they hardly differ from run to run.
# shellcheck disable=SC2154 # variables of run

# top FILE KIND N: the N rows of one kind with the highest figures.
top() { grep "^$2	" "$1" | cut -f2- | sort -t'	' -k2,2 -rn | head -n "$3" || true; }
value() { sed -n "s/^$2	//p" "$1" | grep . || echo 0; }

work_table() {
	local names name set n=0 row
	names=$(awk '$1 == "count" && !seen[$3]++ { print $3 }' "$out/work.result")
	printf '%-18s' 'per I/O'
	for set in $sets; do printf ' %9s %6s %9s' "$set" posts "kernel"; done
	[ "$sets" = "${sets% *}" ] || printf "  ratio"
	echo
	for name in $names; do
		printf '%-18s' "$name"
		row=()
		for set in $sets; do
			n=$(value "$out/work.$set.$name" "module	ib_srp")
			row+=("$n")
			printf ' %9.1f %6.2f %9.0f' "$n" "$(value "$out/work.$set.$name" posts)" \
				"$(awk '$1 == "module" { n += $3 } END { print n }' "$out/work.$set.$name")"
		done
		[ ${#row[@]} -lt 2 ] || awk -v a="${row[1]}" -v b="${row[0]}" 'BEGIN { printf "  %5.2f", b ? a / b : 0 }'
		echo
	done
}

work_details() {
	local name=$1 set
	for set in $sets; do
		echo
		echo "$set, $name: instructions per I/O by module (rdma_rxe, ib_core: both ends of the cable)"
		top "$out/work.$set.$name" module 14 | awk -F'\t' '{ printf "  %10.1f  %s\n", $2, $1 }'
		echo "$set, $name: functions of ib_srp (instructions, entries)"
		top "$out/work.$set.$name" function 15 | awk -F'\t' '{ printf "  %8.1f %6.2f  %s\n", $2, $3, $1 }'
		echo "$set, $name: what ib_srp calls (times per I/O)"
		top "$out/work.$set.$name" call 20 | awk -F'\t' '$2 >= 0.01 { printf "  %8.2f  %s\n", $2, $1 }'
	done
}

# work_lines NAME: source lines of our module, if it was built with debug information.
work_lines() {
	local name=$1 text
	text=$(sed -n 's/^text ours //p' "$out/work.result")
	objdump -h "$modules_dir/ib_srp.ko" | grep -q debug_line || return 0
	echo
	echo "ours, $name: source lines (instructions per I/O, function, line)"
	objdump -d -l --no-show-raw-insn "$modules_dir/ib_srp.ko" |
		awk -v ios="$ios" -v text="$text" -f "$bench/lines.awk" "$out/work.count.$2" - |
		sort -t'	' -k1,1 -rn | head -60 | awk -F'\t' '{ printf "  %6.1f  %-24s %s\n", $1, $2, $3 }'
}

bench_work() {
	# shellcheck disable=SC2034
	local -a bench_config=("BENCH_SETS='$sets'" "BENCH_IOS=$ios")
	local k=0 set name n of_ours=
	rm -f "$out"/work.*
	boot work -smp 1 -accel tcg,tb-size=256 -icount shift=1,sleep=off -plugin "$plugin,prefix=$out/work.count"
	for set in $sets; do
		sed -n "/^@symbols $set\$/,/^@end/p" "$out/work.debug" | grep -v '^@' | sort >"$out/work.symbols.$set"
	done
	rm -f "$out/work.debug"
	while read -r set name n; do
		awk -v ios="$n" -f "$bench/work.awk" "$out/work.symbols.$set" "$out/work.count.$k" >"$out/work.$set.$name"
		if [ "$set $name" = "ours read-4k" ]; then of_ours=$k; fi
		k=$((k + 1))
	done < <(sed -n 's/^count //p' "$out/work.result")
	sed -n 's/^info /settings: /p' "$out/work.result"
	echo "Instructions inside ib_srp; posts to the HCA; instructions of the whole kernel, target and software HCA included:"
	work_table
	{
		work_details read-4k
		[ -z "$of_ours" ] || work_lines read-4k "$of_ours"
	} >"$out/work.details"
	cat "$out/work.details"
}
