# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# I/O per second and latency of small random reads and writes, both sets of modules by turns.
# timeout: 3600
# load: no

# shellcheck disable=SC1091
. /srp/data/lib.sh

run() {
	null_both disk0
	_round=0
	while [ $_round -lt "$BENCH_ROUNDS" ]; do
		for _set in $BENCH_SETS; do
			use "$_set"
			srp_login 1
			_disk=$(disk 1)
			set_up_disk 1
			[ $_round -gt 0 ] || verdict "R info $MODULES $(describe_host 1)"
			for _size in 4096 512; do
				for _depth in 1 32; do
					for _jobs in 1 2; do
						for _way in read write; do
							_w=
							[ $_way = read ] || _w=-w
							# shellcheck disable=SC2086
							_out=$(srpbench io -b $_size -q $_depth -j $_jobs $_w -t "$BENCH_SECONDS" "$_disk") ||
								fail "$_out"
							verdict "R io $MODULES $_way-$_size-depth-$_depth-jobs-$_jobs $_out"
						done
					done
				done
			done
			srp_logout 1
			srp_unload || fail "cannot unload"
		done
		_round=$((_round + 1))
	done
}
