# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Unusual but good login strings: order, duplicates (the last wins), empty fields, line feeds, hexadecimal, all keys.
# needs: ours

good() {
	got=$(put "$(add_target 1)" "$1")
	while [ "$got" = EEXIST ]; do sleep 0.1; got=$(put "$(add_target 1)" "$1"); done
	[ "$got" = OK ] || fail "refused with $got: $1"
	echo "$2: $(host_attr 1 cmd_sg_entries) $(host_attr 1 tl_retry_count) $(host_attr 1 comp_vector) $(host_attr 1 allow_ext_sg) $(cat "$(host_dir 1)/cmd_per_lun")"
	srp_logout 1
}

run() {
	store_ram disk0 32
	target_up 1 disk0
	s=$(login_string 1) g=$(target_guid) d=$(addr_t 1):$SRP_PORT
	lf='
'
	good "$s" plain
	good "$s$lf" "line feed at the end"
	good ",,$s,," "empty fields"
	good "$(echo "$s" | tr , '\n')" "line feeds as separators"
	good "dest=$d,ioc_guid=$g,id_ext=$g" "other order, no source"
	good "$s,src=$(addr_i 1):0" "source port 0"
	good "id_ext=1,$s,dest=1.2.3.4:1,dest=$d" "duplicates"
	good "$s,queue_size=0x10,cmd_sg_entries=0x20,tl_retry_count=07" "bases"
	good "$s,max_sect=512,max_cmd_per_lun=5,queue_size=30,target_can_queue=20,io_class=0100,initiator_ext=0x123,cmd_sg_entries=16,allow_ext_sg=0,sg_tablesize=64,comp_vector=1,tl_retry_count=3,max_it_iu_size=0,ch_count=1" "all keys"
	good "$s,max_cmd_per_lun=20,queue_size=10" "more per LUN than in all"
	good "$s,queue_size=1" "queue of one"
	expect_klog 'cmd_per_lun = 20 > queue_size = 10'
}
