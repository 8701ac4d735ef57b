# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The four classes of failures under multipathd on two InfiniBand fabrics with the times that opensm sets by default, for both sets of modules.
# timeout: 1800
# load: no
# shellcheck disable=SC2034 # LOST

# shellcheck disable=SC1091
. /srp/data/lib.sh
# shellcheck disable=SC1091
. /srp/data/loss.sh

LOST=ib1
lose_class() { ib_fail "$_class"; }
mend_class() { ib_repair "$_class"; }

run() {
	loss_multipathd
	ib_up_fabrics 'packet_life_time 0x12' 'subnet_timeout 18'
	store_null disk0 256
	ib_target_both disk0
	_round=0
	while [ $_round -lt "$BENCH_ROUNDS" ]; do
		for _set in $BENCH_SETS; do
			use "$_set"
			ib_login_both 10 5 600
			watch_paths
			for _class in $IB_CLASSES; do lose "$_class" 5 lose_class mend_class; done
			watch_end
			ib_logout_both
			srp_unload || fail "cannot unload"
		done
		_round=$((_round + 1))
	done
}
