# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The same verified I/O over RDMA over Ethernet (rxe) and over InfiniBand (vib), both sets of modules by turns.
# timeout: 1200
# load: no

# shellcheck disable=SC1091
. /srp/data/lib.sh

# verify FABRIC WORK OPTIONS...: a line of figures; an error or a miscompare is a failure.
verify() {
	_fabric=$1 _work=$2
	shift 2
	_out=$(srptest io -t "$BENCH_SECONDS" -s 16m "$@" "$disk") || fail "$MODULES over $_fabric, $_work: $_out"
	verdict "R io $MODULES $_fabric $_work $_out"
}

run() {
	ib_up
	store_ram disk0 64
	target_up 1 disk0
	target_up ib1 disk0
	_round=0
	while [ $_round -lt "$BENCH_ROUNDS" ]; do
		for _set in $BENCH_SETS; do
			use "$_set"
			for _path in 1 ib1; do
				srp_login $_path
				disk=$(disk $_path)
				set_up_disk $_path
				case $_path in 1) _name=rxe ;; *) _name=vib ;; esac
				verify $_name 4k-depth-1 -b 4k -j 1
				verify $_name 4k-depth-8 -b 4k -j 8
				verify $_name 512-to-128k-depth-4 -b 512:128k -j 4
				verify $_name 512k-depth-2 -b 512k -j 2
				srp_logout $_path
			done
		done
		_round=$((_round + 1))
	done
	srp_unload || fail "cannot unload"
	ib_finish
}
