# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: an adapter is pulled out while user programs exchange messages over it; they fail, and the adapter can return.
# load: no
# timeout: 120
# check: 6.1

listening() { grep -q ':4853 .* 0A ' /proc/net/tcp /proc/net/tcp6; }

# exchange SERVER CLIENT ITERATIONS: in the background
exchange() {
	ibv_rc_pingpong -i 1 -d "$1" -n "$3" >/tmp/server 2>&1 &
	server=$!
	wait_for 10 listening || fail "no server: $(cat /tmp/server)"
	ibv_rc_pingpong -i 1 -d "$2" -n "$3" 127.0.0.1 >/tmp/client 2>&1 &
	client=$!
}
busy() { [ "$(vib_objects 'qp.* RC RTS' | wc -l)" = 2 ]; }

# The subnet manager is on vib0, so that vib1 is the one that goes.
removed_under() {
	exchange "$1" "$2" 10000000
	wait_for 10 busy || fail "no connection: $(cat /tmp/client) $(vib_objects 'qp.* RC')"
	sleep 0.3
	timeout $((30 * SLOW)) sh -c "echo vib1 >$VIB/hca_remove" || fail "removal of vib1 hangs"
	echo "$3 removed: $(vib_objects 'qp vib1' | wc -l) queue pairs"
	kill -TERM $server $client 2>/dev/null
	wait $server $client 2>/dev/null
	vib hca_add vib1
	ib_wait_active vib1 1 2
}

run() {
	have ibv_rc_pingpong
	ib_up
	removed_under vib1 vib0 "server's adapter"
	removed_under vib0 vib1 "client's adapter"
	exchange vib1 vib0 100
	wait $client && wait $server || fail "after the return: $(cat /tmp/client /tmp/server)"
	echo "after the return: $(sed -n 's/^\([0-9]* bytes\) in.*/\1/p' /tmp/client)"
	ib_finish
}
