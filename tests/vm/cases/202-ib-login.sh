# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# InfiniBand: login by what discovery finds, what sysfs shows, verified I/O, logout without anything left in the adapters.

run() {
	ib_up
	store_ram disk0 64
	target_up ib1 disk0
	wait_for 10 eval 'ib_discover 1 | grep -q "$(ib_gid vib1 1)"' || fail "the target is not found: $(ib_discover 1 2>&1)"
	found=$(ib_discover 1 | grep "$(ib_gid vib1 1)")
	echo "found as expected: $([ "$found" = "$(ib_login_string 1)" ] && echo yes || echo "$found")"
	echo "login: $(put "$(add_target ib1)" "$found")"
	a=$(disk ib1)
	echo "local: $(host_attr ib1 local_ib_device) $(host_attr ib1 local_ib_port)"
	echo "pkey: $(host_attr ib1 pkey)"
	echo "dgid: $([ "$(host_attr ib1 dgid)" = "$(cat "$(ib_port_dir vib1 1)/gids/0")" ] && echo target)"
	echo "orig_dgid: $([ "$(host_attr ib1 orig_dgid)" = "$(cat "$(ib_port_dir vib1 1)/gids/0")" ] && echo target)"
	echo "sgid: $([ "$(host_attr ib1 sgid)" = "$(cat "$(ib_port_dir vib0 1)/gids/0")" ] && echo initiator)"
	echo "service_id: $([ "$(host_attr ib1 service_id)" = "0x$(target_guid)" ] && echo "target's")"
	echo "second login: $(try_login ib1)"
	echo "over the other port: $(target_up ib2 disk0; try_login ib2)"
	verified_io -j 4 -b 512:512k -t 2 -s 32m "$a"
	srp_logout ib1
	srp_logout ib2
	ib_finish
}
