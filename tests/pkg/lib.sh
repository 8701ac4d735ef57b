# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the cases of tests/pkg share. TOP is the source tree, WORK the case's own directory, which is also the current one.
# FULL is not empty if time does not matter.
# shellcheck disable=SC2034

set -euo pipefail
: "${TOP:?}" "${WORK:?}"

fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "$*"; exit 77; }
# skip_part WHAT REASON: the case goes on without it; tests/pkg/run shows and counts it.
skip_part() { echo "skip: $1  ($2)"; }

# expect WHAT WANTED FOUND: two texts have to be equal.
expect() {
	[ "$2" = "$3" ] || { echo "FAIL: $1"; diff -u --label wanted --label found <(echo "$2") <(echo "$3"); exit 1; } >&2
}
# expect_match WHAT PATTERN TEXT: TEXT has to contain PATTERN (extended regular expression).
expect_match() {
	grep -qE -e "$2" <<<"$3" || fail "$1: nothing matches '$2' in:
$3"
}
