# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Failover times under multipathd over RDMA/CM, for both sets of modules.
# timeout: 1800
# load: no
# shellcheck disable=SC2034 # LOST

# shellcheck disable=SC1091
. /srp/data/lib.sh
# shellcheck disable=SC1091
. /srp/data/loss.sh

LOST=1

run() {
	loss_multipathd
	null_both disk0
	_round=0
	while [ $_round -lt "$BENCH_ROUNDS" ]; do
		for _set in $BENCH_SETS; do
			use "$_set"
			# multipathd knows no SRP ports and leaves the timeouts alone.
			login_both 10 3 600 tl_retry_count=2
			watch_paths
			for _loss in $BENCH_LOSSES; do
				case $_loss in
				silent) lose silent 10 path_cut path_heal ;;
				target-closed) lose target-closed 5 target_close target_open ;;
				local-port-down) lose local-port-down 3 port_down port_up ;;
				early-reconnect)
					# The module that waits a minute or more for an answer gets one chance only.
					[ $_round = 0 ] || continue
					rport_tmo 1 1 3 600
					lose silent,reconnect_delay=1 10 path_cut path_heal
					rport_tmo 1 10 3 600 ;;
				*) fail "no such loss: $_loss" ;;
				esac
			done
			watch_end
			logout_both
			srp_unload || fail "cannot unload"
		done
		_round=$((_round + 1))
	done
}
