# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Bash completion for srp_daemon, ibsrpdm and srpctl. Options come from the program's own --help, so they are never out of date.

# One line per option of a program: "-d --umad DEVICE".
_srp_options() { "$1" --help 2>/dev/null | sed -n 's/^ \{2,6\}-/-/p' | sed 's/  .*//; s/,//'; }

_srp_ports() {
	local dir device
	for dir in "${SYSFS_PATH:-/sys}"/class/infiniband/*/ports/*; do
		[ -d "$dir" ] || continue
		device=${dir%/ports/*}
		echo "${device##*/}:${dir##*/}"
	done
}

_srp_pkeys() { cat "${SYSFS_PATH:-/sys}"/class/infiniband/*/ports/*/pkeys/* 2>/dev/null | sed -n '/^0x0000$/!s/^0x//p' | sort -u; }

_srp_tools() {
	local line=${COMP_LINE:0:COMP_POINT} words cur prev='' value='' option word choices=''

	read -r -a words <<<"$line"
	cur=${line##*[[:blank:]]}
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*}
	elif [ -z "$cur" ]; then
		prev=${words[-1]}
	elif [ ${#words[@]} -gt 1 ]; then
		prev=${words[-2]}
	fi
	while read -r -a option; do
		[[ " ${option[*]} " != *" $prev "* || ${option[-1]} == -* ]] || value=${option[-1]}
		for word in "${option[@]}"; do [[ $word != -* ]] || choices+=" $word"; done
	done < <(_srp_options "${words[0]}")
	case $value in
	FILE) mapfile -t COMPREPLY < <(compgen -f -- "${cur#--*=}"); return ;;
	DEVICE) choices=$(printf '%s ' /dev/infiniband/umad*) ;;
	NAME) choices=$(_srp_ports | sed 's/:.*//' | sort -u) ;;
	NAME:NUMBER) choices=$(_srp_ports) ;;
	P_KEY) choices=$(_srp_pkeys) ;;
	?*) COMPREPLY=(); return ;;
	esac
	[ -z "$value" ] || cur=${cur#--*=}
	mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
	# Bash replaces only what follows the last : of a word.
	cur=${cur%"${cur##*:}"}
	COMPREPLY=("${COMPREPLY[@]#"$cur"}")
}

complete -F _srp_tools srp_daemon ibsrpdm srpctl
