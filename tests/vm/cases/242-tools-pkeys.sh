# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Our ibsrpdm reports the P_Keys that are really shared, knows full from limited members, and looks through one of them on request.
# timeout: 180
# check: 6.12

OURS=/srp/tools
has_pkey() { cat "$(ib_port_dir "$1" "$2")"/pkeys/* | grep -q "$3"; }
# Port of the target and P_Key, of login strings.
pairs() {
	for _p in 1 2; do sed -n "s/.*dgid=$(ib_gid vib1 $_p),pkey=\([0-9a-f]*\),.*/vib1:$_p \1/p" "$1"; done
}

run() {
	[ -x $OURS/ibsrpdm ] || skip "the tools were not built (make tools)"
	ib_load
	mkdir -p $SM_DIR
	# vib0 is in all three, its membership of the second is limited. vib1: the first port shares one, the second two of them.
	cat >$SM_DIR/partitions <<-CONF
		Default=0x7fff, rate=3, mtu=4 : ALL=full ;
		one=0x0001 : 0x$(ib_guid vib0 1)=full, 0x$(ib_guid vib1 1)=limited ;
		two=0x0002 : 0x$(ib_guid vib0 1)=limited, 0x$(ib_guid vib1 1)=limited, 0x$(ib_guid vib1 2)=full ;
		three=0x0003 : 0x$(ib_guid vib0 1)=full ;
	CONF
	sm_start vib0 1 "partition_config_file $SM_DIR/partitions"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	wait_for 10 has_pkey vib0 1 0x8003 || fail "no P_Key 0x8003 at vib0 1"
	wait_for 10 has_pkey vib1 2 0x8002 || fail "no P_Key 0x8002 at vib1 2"
	umad=$(ib_umad vib0 1)
	step "login strings"
	$OURS/ibsrpdm -c -d "$umad" >/tmp/ours || fail "ibsrpdm: $?"
	pairs /tmp/ours
	# The distribution's is no measure here: it waits for answers through partitions that are not shared, and takes late ones for others.
	step "P_Keys that only look shared"
	# 8003 is in no table of the target. 0002 is in one of them, but both ends would be limited members. Nobody asks the target through
	# them either: that would remain without answer.
	echo "not reported: $(pairs /tmp/ours | grep -c -e '8003$' -e 'vib1:1 [08]002$') phantoms"
	! has_pkey vib1 1 0x8003 && ! has_pkey vib1 2 0x8003 || fail "the target is in the partition"
	$OURS/ibsrpdm -c -v -k 8003 -k 8002 -d "$umad" >/tmp/ours 2>/tmp/ours.err; echo "status $?"
	pairs /tmp/ours
	sed 's/.*, \([0-9]* unanswered\).*/\1/' /tmp/ours.err
	step "one P_Key"
	$OURS/ibsrpdm -c -k 0x8001 -d "$umad" >/tmp/ours
	pairs /tmp/ours
	$OURS/ibsrpdm -k 2 -d "$umad" | sed -n 's/ *P_Key: */for people: /p'
	$OURS/ibsrpdm -c -k 8004 -d "$umad" 2>&1; echo "status $?"
	step "login over it"
	store_ram disk0 32
	target_up ib1 disk0
	printf 'a dgid=%s\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	$OURS/srp_daemon -o -e -k 8001 -i vib0 -p 1 -f /tmp/rules
	echo "status $?"
	wait_for 10 has_host ib1 || fail "no SCSI host"
	echo "P_Key of the login: $(host_attr ib1 pkey)"
	srp_logout ib1
	ib_finish
}
