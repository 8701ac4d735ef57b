# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: user programs exchange messages over reliable and unreliable queue pairs, polled and by events.
# load: no
# timeout: 180

# exchange PROGRAM [OPTION...]
exchange() {
	have "$1"
	_program=$1
	shift
	"$_program" -d vib1 -i 1 "$@" >/tmp/server 2>&1 &
	_server=$!
	# The server is ready when it listens on TCP port 18515.
	wait_for 10 grep -q ':4853 .* 0A ' /proc/net/tcp /proc/net/tcp6 || fail "$_program does not listen: $(cat /tmp/server)"
	timeout $((60 * SLOW)) "$_program" -d vib0 -i 1 "$@" 127.0.0.1 >/tmp/client 2>&1 || fail "$_program $*: $(cat /tmp/client)"
	wait $_server || fail "server of $_program $*: $(cat /tmp/server)"
	measure "$_program $*: $(grep 'iters in' /tmp/client)"
	echo "$_program $*: $(sed -n 's/^\([0-9]* bytes\) in.*/\1/p' /tmp/client)"
}

run() {
	ib_up
	exchange ibv_rc_pingpong -n 200
	exchange ibv_rc_pingpong -n 200 -e
	exchange ibv_rc_pingpong -n 50 -s 1000000
	exchange ibv_ud_pingpong -n 200
	exchange ibv_srq_pingpong -n 200
	ib_finish
}
