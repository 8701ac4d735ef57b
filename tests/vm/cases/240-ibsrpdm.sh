# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Our ibsrpdm and srp_daemon -o say the same as the distribution's, on the same fabric.
# timeout: 180

OURS=/srp/tools

# compare TITLE ARGUMENT...: output and exit status of both, with the given arguments.
compare() {
	_title=$1
	shift
	ibsrpdm "$@" >/tmp/theirs 2>/tmp/theirs.err; echo "status $?" >>/tmp/theirs
	"$OURS/ibsrpdm" "$@" >/tmp/ours 2>/tmp/ours.err; echo "status $?" >>/tmp/ours
	echo "$_title: $(grep -c . /tmp/theirs) lines, $(tail -1 /tmp/theirs)"
	diff /tmp/theirs /tmp/ours && [ ! -s /tmp/ours.err ] || fail "$_title: they differ: $(cat /tmp/ours.err)"
}

once() {
	_daemon=$1
	shift
	"$_daemon" -o "$@" -i vib0 -p 1 2>/tmp/once.err
	echo "status $?"
}

run() {
	have ibsrpdm srp_daemon
	[ -x $OURS/ibsrpdm ] || skip "the tools were not built (make tools)"
	ib_up
	umad=$(ib_umad vib0 1)
	compare "no target port enabled" -c -d "$umad"
	store_ram disk0 16
	target_up ib1 disk0
	compare "one target, two ports" -c -d "$umad"
	compare "for people" -d "$umad"
	compare "through the other port" -c -d "$(ib_umad vib0 2)"
	compare "default port" -c
	step "srp_daemon -o"
	for options in "-c" "-a -c" "-c -n" ""; do
		# shellcheck disable=SC2086
		once srp_daemon $options >/tmp/theirs
		# shellcheck disable=SC2086
		once $OURS/srp_daemon $options >/tmp/ours
		diff /tmp/theirs /tmp/ours || fail "srp_daemon -o $options: they differ: $(cat /tmp/once.err)"
		echo "-o $options: $(grep -c . /tmp/ours) lines"
	done
	step "logged in"
	printf 'a dgid=%s\nd' "$(ib_gid vib1 1)" >/tmp/rules	# no newline at the end: ours does not mind
	once $OURS/srp_daemon -e -l 3 -f /tmp/rules | tail -1
	wait_for 10 has_host ib1 || fail "no SCSI host: $(cat /tmp/once.err)"
	once srp_daemon -c >/tmp/theirs
	once $OURS/srp_daemon -c >/tmp/ours
	diff /tmp/theirs /tmp/ours || fail "with a connected target they differ"
	echo "still to be connected: $(grep -c id_ext /tmp/ours)"
	srp_logout ib1
	step "what is deliberately different"
	$OURS/ibsrpdm -c -k 8001 -d "$umad" 2>&1; echo "a P_Key that is not there: status $?"
	echo "-k ffff: $($OURS/ibsrpdm -c -k ffff -d "$umad" | grep -c id_ext) targets"
	$OURS/srp_daemon -i nosuch 2>&1; echo "no such device: status $?"
	$OURS/ibsrpdm --json -d "$umad" | grep -c '"login":' | sed 's/^/JSON: logins: /'
	ib_finish
}
