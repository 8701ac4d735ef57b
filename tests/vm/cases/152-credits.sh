# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Credits as no sane target grants them: none, few, negative, far too many. I/O waits and goes on; the sum stays within its limits.
# needs: kernel>=6.12 -- on 6.1 rxe refuses a FAST REG when credits run out (lkey not free); cause not found yet
# timeout: 300

req_lim() { host_attr 1 req_lim; }
req_lim_is() { [ "$(req_lim)" = "$1" ]; }
stalls() { ! io_moves bg; }

run() {
	peer_load
	peer_up 1
	peer_rule 1 "on login do set delta=2"
	peer_login 1 ch_count=1
	a=$(disk 1)
	# Whoever looks at a new disk may have a command out.
	wait_for 10 req_lim_is 2 || fail "two credits were granted, $(req_lim) are there"
	echo "two credits granted: $(req_lim), queue depth $(cat "$(sdev_dir 1)/queue_depth")"
	verified_io -j 4 -b 4k:16k -t 1 -s 8m "$a"
	srp_logout 1

	peer_clear 1
	peer_login 1 ch_count=1
	a=$(disk 1)
	echo "64 granted: $(req_lim)"
	step "responses without credits"
	peer_rule 1 "on cmd * do set delta=0"
	io_start bg -j 4 -b 4k -s 8m "$a"
	wait_for 10 req_lim_is 1 || fail "credits do not run out: $(req_lim)"
	wait_for 10 stalls || fail "I/O goes on without credits"
	echo "no credits in responses: I/O waits, $(req_lim) left, state $(rport_state 1)"
	[ "$(host_attr 1 zero_req_lim)" -gt 0 ] || fail "zero_req_lim counts nothing"
	peer_send 1 "cred_req delta=20"
	wait_for 10 peer_count_is 1 cred_rsps 1 || fail "no answer to the CRED_REQ"
	wait_for 10 req_lim_is 1 || fail "20 new credits are not used up: $(req_lim)"
	echo "20 by CRED_REQ: used up, $(req_lim) left"
	peer_clear 1
	peer_send 1 "cred_req delta=63"
	wait_for 10 io_moves bg || fail "I/O does not go on"
	io_expect_clean bg
	echo "all given back: $(req_lim)"

	step "negative"
	peer_send 1 "cred_req delta=-70000"
	wait_for 5 req_lim_is -65535 || fail "req_lim $(req_lim)"
	echo "70000 taken away: $(req_lim), read $(try_read "$a"), state $(rport_state 1)"
	peer_send 1 "cred_req delta=0x80000000"
	peer_send 1 "cred_req delta=65536"
	wait_for 5 req_lim_is 1 || fail "req_lim $(req_lim)"
	peer_send 1 "cred_req delta=63"
	wait_for 5 req_lim_is 64 || fail "req_lim $(req_lim)"
	echo "given back: $(req_lim), read $(try_read "$a")"

	step "too many"
	peer_rule 1 "on cmd * do set delta=0x7fffffff"
	verified_io -j 4 -b 4k:16k -t 2 -s 8m "$a"
	echo "2^31 - 1 in each response: $(req_lim)"
	peer_clear 1
	peer_rule 1 "on cmd * do set delta=-1"
	verified_io -j 4 -b 4k:16k -t 1 -s 8m "$a"
	echo "-1 in each response: $([ "$(req_lim)" -lt 65535 ] && echo fewer), read $(try_read "$a")"
	echo "logins: $(peer_count 1 logins)"
	peer_expect_content 1
	srp_logout 1
	peer_unload
}
