# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The scripted SRP target (tests/target): a correct one until a rule says otherwise. On each path it is a port of its own, with the
# path's name, and with one disk that all paths share. Paths of the InfiniBand fabric (ib.sh) work as well, through IB/CM.
#	peer_load; peer_up 1 2; peer_login 1; peer_rule 1 "on read do hold"; ...; peer_unload

PEER=/sys/kernel/debug/srp_peer
PEER_PORT=5556
PEER_ID=5053525045455200

# peer_load [PARAMETER...]: a peer left over by another case goes first.
peer_load() {
	[ -e /srp/modules/srp_peer.ko ] || skip "tests/target was not built for this kernel"
	[ ! -d /sys/module/srp_peer ] || rmmod srp_peer || fail "an old peer cannot be unloaded"
	insmod /srp/modules/srp_peer.ko "$@" || fail "the peer cannot be loaded"
}
peer_unload() {
	for _s in $PEER/*/state; do [ ! -e "$_s" ] || peer_expect_fair "$_s"; done
	rmmod srp_peer || fail "the peer cannot be unloaded"
}
# peer_expect_fair STATE: the initiator neither sent more requests than it had credits for, nor a tag that was still in use.
peer_expect_fair() {
	grep -qx 'overdrawn 0' "$1" && grep -qx 'tag_reuses 0' "$1" || fail "credits or tags misused: $(grep -e overdrawn -e tag_reuses "$1" | xargs)"
}

# The ports of one HCA listen under different service ids.
peer_service() { printf '%x' $((0x$PEER_ID + ${1#ib})); }
peer_where() { case $1 in ib*) echo "ib:vib1:$(peer_service "$1")" ;; *) echo "$(addr_t "$1"):$PEER_PORT" ;; esac; }

# peer_up PATH...: listens. peer_down PATH: ends all connections and does not listen any more.
peer_up() {
	for _p in "$@"; do
		path_needed "$_p"
		expect OK $PEER/control "add $_p $(peer_where "$_p")"
	done
}
peer_down() {
	peer_expect_fair "$PEER/$1/state"
	expect OK $PEER/control "del $1"
}

peer_string() {
	printf 'id_ext=%s,ioc_guid=%s,' $PEER_ID $PEER_ID
	case $1 in
	ib*) echo "dgid=$(ib_gid vib1 "${1#ib}"),pkey=ffff,service_id=$(peer_service "$1")" ;;
	*) echo "dest=$(addr_t "$1"):$PEER_PORT,src=$(addr_i "$1")" ;;
	esac
}
# peer_try_login PATH [EXTRA]: prints OK or the error's name. peer_login PATH [EXTRA]: must succeed.
peer_try_login() { put "$(add_target "$1")" "$(peer_string "$1")${2:+,$2}"; }
peer_login() { srp_login_as "$1" "$(peer_string "$1")${2:+,$2}"; }

# peer_rule PATH LINE: adds a rule. peer_clear PATH: no rules. peer_send PATH ACTION: now.
peer_rule() { expect OK "$PEER/$1/rules" "$2"; }
peer_clear() { expect OK "$PEER/$1/rules" clear; }
peer_send() { expect OK "$PEER/$1/send" "$2"; }

# peer_count PATH NAME: a line of its state. peer_hits PATH: how often the rules matched, all together.
peer_count() { while read -r _k _v; do [ "$_k" = "$2" ] && echo "$_v" && return; done <"$PEER/$1/state"; }
peer_hits() { sed 's/.* hits //' "$PEER/$1/rules" | awk '{ n += $1 } END { print n + 0 }'; }
peer_count_is() { [ "$(peer_count "$1" "$2")" = "$3" ]; }
peer_count_over() { [ "$(peer_count "$1" "$2")" -gt "$3" ]; }

# The target itself must have had nothing to complain about.
peer_expect_content() {
	for _c in bad_ius unknown_ius; do
		[ "$(peer_count "$1" $_c)" = 0 ] || fail "the peer counts $(peer_count "$1" $_c) $_c on path $1"
	done
}

# peer_logins PORT N: how many logins there were. rxe of Linux 6.1 carries out a registration again when it repeats a request, and fails it
# ("not free"), under every initiator; the logins after such a failure are not counted against ours: N is printed.
peer_logins() {
	_n=$(peer_count "$1" logins)
	if [ "$_n" != "$2" ] && klog_has 'rxe_reg_fast_mr: .* not free'; then
		measure "port $1: rxe repeated a registration, $_n logins"
		_n=$2
	fi
	echo "$_n"
}
