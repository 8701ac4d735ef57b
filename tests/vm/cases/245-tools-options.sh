# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Option by option: what our ibsrpdm and srp_daemon print and log in with, beside the distribution's. The differences are in the manual page.
# timeout: 180
# check: 6.12

OURS=/srp/tools

# both PROGRAM OPTION...: into /tmp/theirs and /tmp/ours (and .err), with the exit status as the last line.
both() {
	_program=$1
	shift
	"$_program" "$@" >/tmp/theirs 2>/tmp/theirs.err; echo "status $?" >>/tmp/theirs
	"$OURS/$_program" "$@" >/tmp/ours 2>/tmp/ours.err; echo "status $?" >>/tmp/ours
}
# same PROGRAM OPTION...: not a byte is different, and ours has nothing to complain about.
same() {
	both "$@"
	diff /tmp/theirs /tmp/ours && [ ! -s /tmp/ours.err ] || fail "$*: they differ: $(cat /tmp/ours.err)"
	echo "$*: the same, $(grep -c . /tmp/ours) lines" | sed "s|$umad|UMAD|"
}
# configuration OPTION...: of the report that srp_daemon -v prints first: the lines that differ.
configuration() {
	both srp_daemon -o -v "$@"
	diff -U 0 /tmp/theirs /tmp/ours | sed -n '1,2d; /^[-+] Current pid/d; s/^-/theirs: /p; s/^+/ours: /p' | tr -s '\t ' ' '
	echo "srp_daemon -o -v $*: $(grep -c . /tmp/ours) lines, slots: $(grep -c 'controller\[ *[0-9]*\]: ' /tmp/ours)"
}
# login PROGRAM OPTION...: what it printed, and what the kernel then says of the login.
login() {
	"$@" -o -e -i vib0 -p 1 -f /tmp/rules 2>/tmp/login.err
	echo "status $?"
	wait_for 10 has_host ib1 || fail "$*: no SCSI host: $(cat /tmp/login.err)"
	for _file in id_ext ioc_guid service_id pkey dgid orig_dgid tl_retry_count cmd_sg_entries; do
		echo "$_file $(host_attr ib1 $_file)"
	done
	rport_get ib1 roles
	srp_logout ib1
}

run() {
	have ibsrpdm srp_daemon
	[ -x $OURS/ibsrpdm ] || skip "the tools were not built (make tools)"
	ib_up
	umad=$(ib_umad vib0 1)
	store_ram disk0 16
	target_up ib1 disk0
	printf 'a dgid=%s,cmd_sg_entries=33\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	step "the same"
	same ibsrpdm
	same ibsrpdm -c
	same ibsrpdm -c -d "$umad"
	same srp_daemon -o -a -c -n -i vib0 -p 1
	same srp_daemon -o -c -n -j vib0:2 -f /tmp/rules
	same srp_daemon -o -c -l 3 -d "$umad"
	same srp_daemon -o -a -t 2000 -r 2 -R 30 -T 5 -i vib0
	same srp_daemon --systemd -o -c -n -j vib0:1 -f /tmp/rules
	step "deliberately not the same"
	both ibsrpdm -c -v -d "$umad"
	grep -v -e '^id_ext=' -e '^status' /tmp/ours && fail "ibsrpdm -v writes between the login strings"
	grep -e '^id_ext=' -e '^status' /tmp/theirs | diff - /tmp/ours || fail "ibsrpdm -c -v: other targets"
	echo "ibsrpdm -c -v: the same targets; lines in between, theirs: $([ "$(grep -vc '^id_ext=' /tmp/theirs)" -gt 1 ] && echo yes), ours: no"
	sed 's/[0-9][0-9]* MADs/N MADs/' /tmp/ours.err
	configuration -i vib0 -p 1
	configuration -c -n -a -R 30 -T 5 -t 700 -r 2 -f /tmp/rules -j vib0:2
	configuration -T 0 -f /nowhere -i vib0
	step "logins"
	login srp_daemon -c -n -l 3 >/tmp/theirs
	login $OURS/srp_daemon -c -n -l 3 >/tmp/ours
	diff /tmp/theirs /tmp/ours || fail "-e -c -n -l 3: they differ"
	sed "s/$(ib_gid vib1 1)/GID/; s/$(ib_guid vib1 1)/GUID/g; s/$(target_guid)/TARGET/g" /tmp/ours | grep -e '^id_ext=' -e status -e tl_retry -e cmd_sg
	login srp_daemon >/tmp/theirs
	login $OURS/srp_daemon >/tmp/ours
	diff /tmp/theirs /tmp/ours || fail "-e: they differ"
	echo "-e: the same login"
	ib_finish
}
