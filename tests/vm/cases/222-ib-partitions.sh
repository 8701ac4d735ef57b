# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Partitions with full and limited members: tables, logins, and packets of a partition that a port is not in.
# timeout: 120
# check: 6.12

# diag TOOL...: through the first port of vib0; the tools would take any active one.
diag() { _tool=$1; shift; "$_tool" -C vib0 -P 1 "$@"; }
pkeys() { cat "$(ib_port_dir "$1" "$2")"/pkeys/* | grep -v 0x0000 | sort | paste -sd' '; }
has_pkey() { cat "$(ib_port_dir "$1" "$2")"/pkeys/* | grep -q "$3"; }
# login_pkey PATH PKEY: what a login over this partition comes to.
login_pkey() { put "$(add_target "$1")" "$(login_string "$1" | sed "s/pkey=ffff/pkey=$2/")"; }
violations() { diag smpquery portinfo "$1" 1 | sed -n 's/^PkeyViolations:\.*//p'; }
# A sweep that goes on just now may repair the table.
cut_off() { vib pkey "vib1 1 0 0x8005"; not diag perfquery -t 500 "$1" 1; }

run() {
	have smpquery
	ib_load
	mkdir -p $SM_DIR
	cat >$SM_DIR/partitions <<-CONF
		Default=0x7fff, rate=3, mtu=4 : ALL=full ;
		storage=0x0001 : 0x$(ib_guid vib0 1)=limited, 0x$(ib_guid vib0 2)=limited, 0x$(ib_guid vib1 1)=full, 0x$(ib_guid vib1 2)=limited ;
	CONF
	sm_start vib0 1 "partition_config_file $SM_DIR/partitions"
	ib_wait_active vib0 1 2
	ib_wait_active vib1 1 2
	wait_for 10 has_pkey vib1 1 0x8001 || fail "no P_Key 0x8001 at vib1 1: $(pkeys vib1 1)"
	for p in 1 2; do echo "vib0 $p: $(pkeys vib0 $p)   vib1 $p: $(pkeys vib1 $p)"; done
	store_ram disk0 64
	target_up ib1 disk0
	target_up ib2 disk0
	echo "limited to full: $(login_pkey ib1 8001)"
	wait_for 10 has_host ib1 || fail "no SCSI host"
	io_start bg -j 1 -b 4k -n 200 "$(disk ib1)"
	io_end bg
	echo "limited to limited: $(login_pkey ib2 0001)"
	echo "not a member: $(login_pkey ib2 8002)"
	srp_logout ib1
	step "a port loses the default partition"
	lid=$(ib_lid vib1 1)
	diag perfquery "$lid" 1 >/dev/null || fail "perfquery: $?"
	before=$(violations "$lid")
	wait_for 10 cut_off "$lid" || fail "perfquery is answered over a foreign partition"
	[ "$(violations "$lid")" -gt "$before" ] || fail "P_Key violations: $before before, $(violations "$lid") now"
	wait_for 10 grep -q 'num:257' $SM_DIR/vib0-1.log || fail "no trap 257: $(tail -5 $SM_DIR/vib0-1.log)"
	echo "violations counted, subnet manager told"
	ib_finish
}
