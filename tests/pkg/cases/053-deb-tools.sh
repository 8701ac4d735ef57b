# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Debian 12: all packages, lintian, and the tools in the place of srptools
# full
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/deb.sh"

need_root
root=$WORK/root
# shellcheck disable=SC2046
clean_root bookworm "$root" $(root_packages bookworm) $(tools_packages) lintian srptools
# shellcheck source=/dev/null
version=$(. "$TOP/META" && echo "$VERSION")
TOOLS=yes build_debs "$root" "$WORK/debs" "$version"
in_root "$root" su builder -c 'cd ~/src/build/deb && lintian -I --pedantic --fail-on error,warning,info,pedantic *.changes' ||
	fail "lintian has findings that debian/*lintian-overrides do not explain"

echo "== the tools take the place of srptools"
for wanted in 'rdma-core (>= 15)' udev; do
	expect_match "depends" "(^|, )${wanted//[()]/.}(,|\$)" "$(dpkg -f "$WORK/debs/ib-srp-backport-tools_$version-1_amd64.deb" Depends)"
done
dpkg -e "$WORK/debs/ib-srp-backport-tools_$version-1_amd64.deb" "$WORK/control"
for script in 'postinst try-restart .srp_daemon.service' 'postinst daemon-reload' 'prerm stop srp_daemon.service' 'postrm daemon-reload' \
	'postrm deb-systemd-helper purge .srp_daemon.service'; do
	expect_match "${script%% *}" "${script#* }" "$(cat "$WORK/control/${script%% *}")"
done
expect_match "srptools is there" '^ii ' "$(in_root "$root" dpkg -l srptools | tail -n 1)"
mkdir "$root/debs"
cp "$WORK"/debs/*.deb "$root/debs/"
in_root "$root" apt-get -y -o APT::Install-Recommends=false install "/debs/ib-srp-backport-tools_$version-1_amd64.deb"
expect "srptools is gone" 0 "$(in_root "$root" dpkg -l srptools | grep -c '^ii ' || true)"
expect "who owns srp_daemon" ib-srp-backport-tools "$(in_root "$root" dpkg -S /usr/sbin/srp_daemon | cut -d: -f1)"
expect_match "version" "$version" "$(in_root "$root" srp_daemon --version 2>&1)"
expect "ibsrpdm" srp_daemon "$(readlink "$root/usr/sbin/ibsrpdm")"
expect "run_srp_daemon" srp_daemon "$(readlink "$root/usr/sbin/run_srp_daemon")"
expect "the service of srptools" srp_daemon.service "$(readlink "$root/lib/systemd/system/srptools.service")"
expect "its manual page" yes "$([ -e "$root/usr/share/man/man8/run_srp_daemon.8.gz" ] && echo yes)"

echo "== and give it back"
in_root "$root" apt-get -y -o APT::Install-Recommends=false install srptools
expect "ours is gone" 0 "$(in_root "$root" dpkg -l ib-srp-backport-tools | grep -c '^ii ' || true)"
expect "who owns srp_daemon" srptools "$(in_root "$root" dpkg -S /usr/sbin/srp_daemon | cut -d: -f1)"
