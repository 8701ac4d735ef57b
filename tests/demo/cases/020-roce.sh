# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The story on Ethernet: login by address over soft RoCE, a cable that swallows packets, a target that closes its port.
# timeout: 300
# shellcheck disable=SC2034,SC2154

# shellcheck disable=SC1091
. /srp/data/story.sh
PATH1=1 PATH2=2

run() {
	store_ram disk0 64
	target_both disk0
	for p in $PATH1 $PATH2; do show_login $p "$(login_string $p)"; done
	show_disks

	fault path_cut "the cable of path 1 swallows all packets; no device notices (fast_io_fail_tmo is 5 s)"
	repair path_heal "the cable is whole again"
	cut=$outcome

	fault target_close "the target closes its port on path 1"
	repair target_open "the target opens its port"
	closed=$outcome

	show_logout
	say ""
	say "SUMMARY  verified transfers: $total, errors: 0, miscompares: 0"
	say "         silent cut:         $cut"
	say "         target port closed: $closed"
	echo "the story is told"
}
