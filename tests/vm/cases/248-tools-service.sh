# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The udev rules ask for a service per port that has something to do, while srp_daemon.service is active; the daemon needs no capability.
# timeout: 180
# check: 6.12

TOOLS=/srp/tools
LOG=/tmp/daemon

# Services that udev would ask for, with the files of one umad device.
wanted() { udevadm test "$(readlink -f "/sys/class/infiniband_mad/${1##*/}")" 2>/tmp/udev.err | sed -n 's/^SYSTEMD_WANTS=//p'; }

run() {
	have udevadm setpriv
	[ -x $TOOLS/srp_daemon ] || skip "the tools were not built (make tools)"
	libexec=$(sed -n 's/.*PROGRAM=="\([^ ]*\)\/port_is_served .*/\1/p' $TOOLS/60-srp_daemon.rules)
	[ -n "$libexec" ] || fail "no program in the rules"
	mkdir -p "$libexec" /etc/udev/rules.d
	cp $TOOLS/60-srp_daemon.rules /etc/udev/rules.d/
	cp $TOOLS/port_is_served $TOOLS/start_on_all_ports "$libexec/"
	chmod 755 "$libexec"/*
	ib_up
	step "udev"
	echo "service is not active:$(wanted "$(ib_umad vib0 1)")"
	mkdir /run/srp_daemon.active
	for port in "vib0 1" "vib0 2" "vib1 1"; do
		# shellcheck disable=SC2086
		echo "$port: $(wanted "$(ib_umad $port)")"
	done
	SYSTEMCTL='echo' "$libexec/start_on_all_ports"
	rmdir /run/srp_daemon.active
	step "no capability"
	store_ram disk0 16
	target_up ib1 disk0
	printf 'a dgid=%s\nd\n' "$(ib_gid vib1 1)" >/tmp/rules
	setpriv --bounding-set=-all --inh-caps=-all --no-new-privs $TOOLS/srp_daemon --systemd -e -c -n -j vib0:1 -R 60 -f /tmp/rules >$LOG 2>&1 &
	daemon=$!
	wait_for 20 has_host ib1 || fail "no login: $(cat $LOG)"
	sed -n 's/^Cap\(Eff\|Bnd\):[[:blank:]]*/Cap\1 /p' /proc/$daemon/status
	echo "connected: $(rport_state ib1)"
	! grep -i -e cannot -e denied -e permitted -e unable $LOG || fail "it complains"
	kill -TERM $daemon
	wait $daemon
	echo "status $?"
	srp_logout ib1
	ib_finish
}
