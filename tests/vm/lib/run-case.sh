# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The process of one case: modules under test loaded, library and case read, run() called.
CASE=$1
export CASE
trap "exit 1" USR1
. /srp/lib/base.sh
. /srp/lib/net.sh
. /srp/lib/target.sh
. /srp/lib/initiator.sh
. /srp/lib/io.sh
. /srp/lib/ib.sh
. /srp/lib/peer.sh
. /srp/lib/multipath.sh
. /srp/lib/readme.sh
# shellcheck disable=SC1090
. "/srp/cases/$CASE.sh"
# A case with the line "# load: no" loads them itself.
if ! grep -q '^# load: no$' "/srp/cases/$CASE.sh"; then
	srp_load || fail "the modules under test cannot be loaded"
fi
run
