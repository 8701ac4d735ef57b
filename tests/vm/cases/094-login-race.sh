# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Ten identical logins at the same time: exactly one of them gets in.

run() {
	store_ram disk0 32
	target_up 1 disk0
	s=$(login_string 1) f=$(add_target 1)
	for round in 1 2 3; do
		rm -f /tmp/race.*
		pids=
		for i in 1 2 3 4 5 6 7 8 9 10; do
			srptest put "$f" "$s" >/tmp/race.$i &
			pids="$pids $!"
		done
		# shellcheck disable=SC2086
		wait $pids
		echo "round $round: $(cat /tmp/race.* | sort | uniq -c | awk '{ printf "%s %s  ", $1, $2 }')"
		srp_logout 1
		while [ "$(try_login 1)" = EEXIST ]; do sleep 0.1; done
		srp_logout 1
		sleep 1
	done
}
