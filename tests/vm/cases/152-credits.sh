# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Credits as no sane target grants them: none, few, negative, far too many. I/O waits and goes on; the sum stays within its limits.
#
# On the virtual fabric: when the target has no room for more, rxe of Linux 6.1 repeats a FAST REG that it has executed, and fails it
# ("lkey not free"), with the distribution's ib_srp as well.
# timeout: 300
# nightly: 400
# check: 6.12

req_lim() { host_attr ib1 req_lim; }
credits_gone() { [ "$(host_attr ib2 req_lim)" = 1 ]; }
req_lim_is() { [ "$(req_lim)" = "$1" ]; }
# Not one command in a second. Without credits that is certain, however slow the machine is.
stands_still() {
	_cmds=$(peer_count ib1 cmds)
	sleep 1
	peer_count_is ib1 cmds "$_cmds"
}

# Half a minute without a single credit, and without an answer to wait for: the connection is made anew. Prints nothing.
starve() {
	step "a target that forgets credits"
	peer_login ib1 ch_count=1
	peer_rule ib1 "on cmd * do set delta=0"
	io_start starved -j 2 -b 4k -s 8m "$(disk ib1)"
	wait_for 60 klog_has 'has granted no request for 30 s although none is outstanding, connecting anew' || fail "I/O waits for ever"
	peer_clear ib1
	wait_for 20 io_moves starved || fail "no I/O over the new connection"
	io_expect_clean starved
	srp_logout ib1
}

run() {
	ib_up
	peer_load
	peer_up ib1 ib2
	peer_rule ib1 "on login do set delta=2"
	peer_login ib1 ch_count=1
	a=$(disk ib1)
	# Whoever looks at a new disk may have a command out.
	wait_for 10 req_lim_is 2 || fail "two credits were granted, $(req_lim) are there"
	echo "two credits granted: $(req_lim), queue depth $(cat "$(sdev_dir ib1)/queue_depth")"
	verified_io -j 4 -b 4k:16k -t 1 -s 8m "$a"
	srp_logout ib1

	peer_clear ib1
	peer_login ib1 ch_count=1
	a=$(disk ib1)
	wait_for 10 req_lim_is 64 || fail "64 credits were granted, $(req_lim) are there"
	echo "64 granted: $(req_lim)"
	step "responses without credits"
	peer_rule ib1 "on cmd * do set delta=0"
	io_start bg -j 4 -b 4k -s 8m "$a"
	wait_for 10 req_lim_is 1 || fail "credits do not run out: $(req_lim)"
	stands_still || fail "I/O goes on without credits"
	echo "no credits in responses: I/O waits, $(req_lim) left, state $(rport_state ib1)"
	[ "$(host_attr ib1 zero_req_lim)" -gt 0 ] || fail "zero_req_lim counts nothing"
	peer_send ib1 "cred_req delta=20"
	wait_for 10 peer_count_is ib1 cred_rsps 1 || fail "no answer to the CRED_REQ"
	wait_for 10 req_lim_is 1 || fail "20 new credits are not used up: $(req_lim)"
	echo "20 by CRED_REQ: used up, $(req_lim) left"
	peer_clear ib1
	peer_send ib1 "cred_req delta=63"
	wait_for 10 io_moves bg || fail "I/O does not go on"
	io_expect_clean bg
	echo "all given back: $(req_lim)"

	step "negative"
	peer_send ib1 "cred_req delta=-70000"
	wait_for 5 req_lim_is -65535 || fail "req_lim $(req_lim)"
	echo "70000 taken away: $(req_lim), read $(try_read "$a"), state $(rport_state ib1)"
	peer_send ib1 "cred_req delta=0x80000000"
	peer_send ib1 "cred_req delta=65536"
	wait_for 5 req_lim_is 1 || fail "req_lim $(req_lim)"
	peer_send ib1 "cred_req delta=63"
	wait_for 5 req_lim_is 64 || fail "req_lim $(req_lim)"
	echo "given back: $(req_lim), read $(try_read "$a")"

	step "too many"
	peer_rule ib1 "on cmd * do set delta=0x7fffffff"
	verified_io -j 4 -b 4k:16k -t 2 -s 8m "$a"
	echo "2^31 - 1 in each response: $(req_lim)"
	peer_clear ib1
	peer_rule ib1 "on cmd * do set delta=-1"
	verified_io -j 4 -b 4k:16k -t 1 -s 8m "$a"
	echo "-1 in each response: $([ "$(req_lim)" -lt 65535 ] && echo fewer), read $(try_read "$a")"
	echo "logins: $(peer_count ib1 logins)"
	peer_expect_content ib1
	srp_logout ib1

	step "credits that the target does not know of"
	peer_login ib2 ch_count=1
	peer_rule ib2 "on cmd * do set delta=0"
	io_start bg -k -j 4 -b 4k -s 8m "$(disk ib2)"
	wait_for 10 credits_gone || fail "credits do not run out: $(host_attr ib2 req_lim)"
	peer_count_is ib2 overdrawn 0 || fail "$(peer_count ib2 overdrawn) requests too many"
	peer_send ib2 "iu 81000000 00000014 0000000000000000"
	wait_for 10 peer_count_over ib2 overdrawn 10 || fail "only $(peer_count ib2 overdrawn) of 19 requests too many were noticed"
	echo "requests beyond the credits: noticed"
	peer_clear ib2
	peer_send ib2 "cred_req delta=100"
	io_expect_clean bg

	step "a tag that is in use"
	peer_count_is ib2 tag_reuses 0 || fail "$(peer_count ib2 tag_reuses) tags were used again"
	peer_rule ib2 "on read do again"
	peer_rule ib2 "on read do delay ms=300"
	echo "a request twice: read $(try_read "$(disk ib2)")"
	wait_for 5 peer_count_is ib2 tag_reuses 1 || fail "$(peer_count ib2 tag_reuses) of 1 tag in use was noticed"
	echo "a tag that is in use: noticed"
	srp_logout ib2
	[ -z "$NIGHTLY" ] || starve
	expect OK $PEER/control "del ib2"
	peer_unload
	ib_finish
}
