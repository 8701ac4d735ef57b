# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The story on InfiniBand: subnets with opensm, discovery with ibsrpdm, login by its output, two kinds of pulled cables.
# timeout: 300
# shellcheck disable=SC2034,SC2154

# shellcheck disable=SC1091
. /srp/data/story.sh
PATH1=ib1 PATH2=ib2

pull_here() { vib link "vib0 1 down"; }
plug_here() { vib link "vib0 1 up"; }
pull_there() { vib link "vib1 1 down"; }
plug_there() { vib link "vib1 1 up"; }

show_subnets() {
	say "SUBNET two fabrics of two switches, an opensm in each; the initiator has vib0, the target vib1"
	_at=$(now_ms)
	ib_up_fabrics
	say "       all ports active after $(($(now_ms) - _at)) ms:"
	for _p in 1 2; do
		ibtracert -C vib0 -P $_p "$(ib_lid vib0 $_p)" "$(ib_lid vib1 $_p)" | sed 's/{[^}]*}//g; s/  */ /g' | quote
	done
}

# Whoever has ibsrpdm built here sees it at work, others see the distribution's.
find_targets() {
	ibsrpdm=/srp/tools/ibsrpdm
	[ -x $ibsrpdm ] || ibsrpdm=$(command -v ibsrpdm) || fail "no ibsrpdm"
	for _p in 1 2; do
		_umad=$(ib_umad vib0 $_p)
		wait_for 10 eval "$ibsrpdm -c -d $_umad | grep '$(ib_gid vib1 $_p)' >/tmp/found.ib$_p" || fail "port $_p: the target is not found"
		say "FIND   ${ibsrpdm##*/} -c -d $_umad    ($([ $ibsrpdm = /srp/tools/ibsrpdm ] && echo ours || echo "the distribution's"))"
		quote </tmp/found.ib$_p
	done
}

run() {
	have ibtracert
	show_subnets
	store_ram disk0 64
	ib_target_both disk0
	find_targets
	for p in $PATH1 $PATH2; do show_login $p "$(cat /tmp/found.$p)"; done
	show_disks

	fault pull_here "the cable of the initiator's port 1 is pulled"
	repair plug_here "it is plugged in again; the subnet manager makes the port active"
	here=$outcome

	fault pull_there "the cable of the target's port 1 is pulled; no port of the initiator notices (fast_io_fail_tmo is 5 s)"
	repair plug_there "it is plugged in again; the subnet manager makes the port active"
	there=$outcome

	show_logout
	ib_finish
	say ""
	say "SUMMARY  verified transfers: $total, errors: 0, miscompares: 0; no queue pair and no memory region is left in the adapters"
	say "         initiator's cable pulled: $here"
	say "         target's cable pulled:    $there"
	echo "the story is told"
}
