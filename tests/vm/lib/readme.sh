# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The commands of README.md's nine tests, taken from that file and run as they stand there, with the names of this guest.

README=/srp/README.md

# readme TEST [BLOCK]: the BLOCK-th (1) commands of a test; test 0 is what stands before the first one.
readme() {
	awk -v test="$1" -v block="${2:-1}" '
		/^## / { section = /^## Nine tests/; at = 0 }
		section && /^\*\*[0-9]+\. / { at = substr($1, 3) + 0; n = 0 }
		section && at == test && /^```/ { inside = !inside; n += inside; next }
		section && at == test && inside && n == block' $README
}

# readme_commands TEST BLOCK [OLD NEW]...: the same with other names: those of path ib1 where they occur, and those given.
readme_commands() {
	_text=$(readme "$1" "$2")
	[ -n "$_text" ] || fail "README.md has no block $2 in test $1"
	shift 2
	_s="s|srp-mlx5_0-|srp-vib0-|g; s|<port>|$(target_wwn ib1)|g"
	case $_text in */dev/sdc*) _s="$_s; s|/dev/sdc|$(disk ib1)|g" ;; esac
	case $_text in */port-8:1*) _s="$_s; s|port-8:1|$(basename "$(rport ib1)")|g" ;; esac
	while [ $# -gt 1 ]; do
		_s="s|$1|$2|g; $_s"
		shift 2
	done
	printf '%s\n' "$_text" | sed "$_s"
}

# readme_run TEST BLOCK [OLD NEW]...: runs them, with our tools if those were built, up to the first that fails. Status and output are theirs.
readme_run() {
	readme_commands "$@" >/tmp/readme.cmd || exit 1
	while IFS= read -r _line; do step "  # $_line"; done </tmp/readme.cmd
	PATH=/srp/tools:$PATH sh -e /tmp/readme.cmd
}
