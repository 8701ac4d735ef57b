# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The spec file as RHEL 6, SLES 11, SLES 15 and the others read it
. "$TOP/tests/pkg/lib.sh"

command -v rpmspec >/dev/null || skip "rpmspec is not installed (scripts/install-deps pkg)"
# parsed MACRO...: the spec file with these defined ("NAME VALUE"), each macro expanded.
parsed() {
	local macro
	local -a define=()
	for macro in 'srp_version 3.0.0' 'kversion 1.2.3' 'kdir /nowhere' "$@"; do define+=(--define "$macro"); done
	rpmspec -P "${define[@]}" "$TOP/rpm/ib_srp-backport.spec"
}
# package SPEC NAME: its Requires without versions, and its architecture, in one line.
package() {
	awk -v name="$2" '/^%package/ { on = $NF == name; next } /^%description/ { on = 0 } on && /^(Requires|BuildArch)/ { print $2 }' <<<"$1" | sort -u | xargs
}
# scriptlet SPEC NAME...: its commands.
scriptlet() { awk -v name="%$2 $3" '/^%(post|preun|postun|files|changelog)/ { on = $0 == name; next } on && !/^(#|$)/' <<<"$1"; }

now=$(parsed) el6=$(parsed 'el6 1' 'rhel 6') sles11=$(parsed 'suse_version 1110') sles15=$(parsed 'suse_version 1500')
expect "macros that are left" "" "$(grep -nE '%\{|%(if|else|endif|global|define)' <<<"$now$el6$sles11$sles15" || true)"

expect "common" "kmod noarch" "$(package "$now" common)"
expect "common on RHEL 6" "module-init-tools noarch" "$(package "$el6" common)"
expect "common on SLES 11" "module-init-tools" "$(package "$sles11" common)"
expect "dkms on SLES 11" "dkms gcc ib_srp-backport-common make" "$(package "$sles11" dkms)"
expect "dkms" "dkms gcc ib_srp-backport-common make noarch" "$(package "$sles15" dkms)"
expect "tools" rdma-core "$(package "$now" tools)"
expect "tools on SLES 15" rdma-core "$(package "$sles15" tools)"
expect "tools on RHEL 6" /sbin/chkconfig "$(package "$el6" tools)"
expect "tools on SLES 11" /sbin/chkconfig "$(package "$sles11" tools)"
expect "an upgrade of common leaves the modules of other kernels" "Requires: ib_srp-backport-common >= 3.0.0" \
	"$(grep -h '^Requires: ib_srp-backport-common' <<<"$now" | sort -u)"
for spec in "$now" "$sles11"; do expect_match "build root" '^BuildRoot: ' "$spec"; done

for spec in "$el6" "$sles11"; do
	expect_match "init script" '-DSRP_SYSTEMD_DIR= -DSRP_INIT_DIR=/etc/init.d$' "$spec"
	expect_match "stop at removal" '^/sbin/service srpd stop' "$(scriptlet "$spec" preun tools)"
	expect_match "stop at removal" '^/sbin/chkconfig --del srpd' "$(scriptlet "$spec" preun tools)"
	expect "no systemd" "" "$(grep systemctl <<<"$spec" || true)"
done
expect_match "RHEL 6 knows the service" 'chkconfig --add srpd' "$(scriptlet "$el6" post tools)"
expect "SLES 11 does not enable it" "" "$(grep chkconfig <<<"$(scriptlet "$sles11" post tools)" || true)"
for spec in "$now" "$sles15"; do
	expect_match "units" '-DSRP_SYSTEMD_DIR=/usr/lib/systemd/system$' "$spec"
	for name in post postun; do expect_match "%$name" 'daemon-reload' "$(scriptlet "$spec" $name tools)"; done
	expect "no init script" "" "$(grep -E 'chkconfig|service srpd' <<<"$spec" || true)"
done

for spec in "$el6" "$now"; do expect_match "modules" '^/lib/modules/1.2.3/extra/ib_srp-backport$' "$spec"; done
for spec in "$sles11" "$sles15"; do expect_match "modules" '^/lib/modules/1.2.3/updates/ib_srp-backport$' "$spec"; done
expect_match "the list of modules that go" '>/var/run/ib_srp-backport-1.2.3.modules' "$now"
expect_match "after the last DKMS package" 'modules-changed .* removed' "$(scriptlet "$now" postun dkms)"

echo "== each scriptlet is a shell script"
for spec in "$now" "$el6" "$sles11"; do
	for name in 'post dkms' 'preun dkms' 'postun dkms' 'post tools' 'preun tools' 'post -n ib_srp-backport-1.2.3' 'postun -n ib_srp-backport-1.2.3'; do
		# shellcheck disable=SC2086
		text=$(awk -v name="%$name" '/^%(post|preun|postun|files|changelog)/ { on = $0 == name; next } on' <<<"$spec")
		[ -n "$text" ] || fail "%$name is empty"
		sh -n <<<"$text" || fail "%$name"
	done
done
