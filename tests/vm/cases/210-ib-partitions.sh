# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: partitions: login with a P_Key of full and limited members, refusal without a common one, a P_Key taken away under I/O.
# timeout: 120
# check: 6.1

# pkey_index HCA PORT VALUE
pkey_index() {
	for _f in "$(ib_port_dir "$1" "$2")"/pkeys/*; do file_is "$_f" "$3" && echo "${_f##*/}" && return; done
	return 1
}
# A search over several P_Keys takes ten seconds: it is made once. The distribution's lists what it finds through P_Keys that are not shared, too.
found() { ib_discover 1 >/tmp/found; [ "$(grep -c "dgid=$(ib_gid vib1 1)" /tmp/found)" = 2 ]; }
login_with() { put "$(add_target ib1)" "$(ib_login_string 1 | sed "s/pkey=ffff/pkey=$1/")"; }

run() {
	ib_load
	mkdir -p $SM_DIR
	cat >$SM_DIR/partitions <<-END
		Default=0x7fff: ALL=full;
		Storage=0x0001: 0x$(ib_guid vib0 1)=full, 0x$(ib_guid vib1 1)=limited;
		Other=0x0002: 0x$(ib_guid vib0 1)=full, 0x$(ib_guid vib1 2)=full;
	END
	sm_start vib0 1 "partition_config_file $SM_DIR/partitions"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	wait_for 10 pkey_index vib1 1 0x0001 || fail "no P_Key 0x0001 at the target"
	store_ram disk0 64
	target_up ib1 disk0
	wait_for 10 found || fail "not found: $(cat /tmp/found)"
	echo "found: $(grep "$(ib_gid vib1 1)" /tmp/found | sed 's/.*pkey=\([0-9a-f]*\).*/\1/' | sort | tr '\n' ' ')"
	echo "P_Key 0002: $(login_with 0002)"
	echo "P_Key 8001: $(login_with 8001)"
	a=$(disk ib1)
	echo "pkey: $(host_attr ib1 pkey)"
	echo "target's entry: $(cat "$(ib_port_dir vib1 1)/pkeys/$(vib_objects 'qp vib1 .* RC' | sed -n '1s/.*pkey \([0-9]*\).*/\1/p')")"
	rport_tmo ib1 1 off 60
	verified_io -j 4 -b 512:128k -t 1 -s 16m "$a"
	io_start bg -j 4 -b 512:128k "$a"
	i=$(pkey_index vib1 1 0x0001)
	step "P_Key taken away"
	vib pkey "vib1 1 $i 0"
	wait_for 20 not state_is ib1 running || fail "the loss of the P_Key goes unnoticed"
	echo "without P_Key: $(rport_state ib1)"
	step "P_Key given back"
	vib pkey "vib1 1 $i 0x0001"
	wait_for 30 state_is ib1 running || fail "no reconnect: $(rport_state ib1)"
	wait_for 20 io_moves bg || fail "I/O does not go on"
	echo "with P_Key: $(rport_state ib1)"
	step "P_Key moved in the initiator's table"
	rport_set ib1 reconnect_delay 30 >/dev/null	# what is faster is the event's doing
	i=$(pkey_index vib0 1 0x8001)
	vib pkey "vib0 1 $i 0"
	wait_for 20 not state_is ib1 running || fail "the loss of our own P_Key goes unnoticed"
	vib pkey "vib0 1 $((i + 3)) 0x8001"
	wait_for 15 state_is ib1 running || fail "no reconnect with the P_Key at another index: $(rport_state ib1)"
	wait_for 20 io_moves bg || fail "I/O does not go on with the P_Key at another index"
	io_expect_clean bg
	echo "at another index: $(rport_state ib1)"
	srp_logout ib1
	ib_finish
}
