# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Residuals as SG_IO shows them: the target moved less or more than was asked for, in either direction, and says so.

# count TEXT in|out FIELDS: a READ(10) or WRITE(10) of 4 KiB that is answered so.
count() {
	step "$1"
	case $2 in in) _event=read _op=28 ;; *) _event=write _op=2a ;; esac
	peer_clear 1
	peer_rule 1 "on $_event do set $3"
	echo "$1: $(srptest cdb "$a" "$2" 4096 ${_op}000000000000000800)"
	[ "$(peer_hits 1)" = 1 ] || fail "$1: the rule did not match"
}

run() {
	peer_load
	peer_up 1
	peer_login 1 ch_count=1
	a=$(disk 1)
	# The first read of a disk that was just found may still be on its way.
	verified_io -j 1 -b 4k -n 10 -s 8m "$a"
	echo "all of INQUIRY's 36 bytes: $(srptest cdb "$a" in 36 120000002400)"
	echo "INQUIRY into 200 bytes: $(srptest cdb "$a" in 200 12000000c800)"
	count "read, nothing said" in "flags=0"
	count "read, one sector less" in "flags=0x20 in_res=512"
	count "read, nothing at all" in "flags=0x20 in_res=4096"
	count "read, less than nothing" in "flags=0x20 in_res=0xffffffff"
	count "read, the target had 512 more" in "flags=0x10 in_res=512"
	count "read, the target had 4 GiB - 1 more" in "flags=0x10 in_res=0xffffffff"
	count "read, the other direction's flag" in "flags=0x08 out_res=512"
	count "read, a residual without flag" in "flags=0 in_res=512"
	count "write, one sector less" out "flags=0x08 out_res=512"
	count "write, nothing at all" out "flags=0x08 out_res=4096"
	count "write, less than nothing" out "flags=0x08 out_res=0x80000000"
	count "write, the target wanted 512 more" out "flags=0x04 out_res=512"
	count "write, the other direction's flag" out "flags=0x20 in_res=512"
	count "write, both" out "flags=0x28 in_res=1024 out_res=512"
	step "short reads and writes of a file system"
	peer_clear 1
	for n in 5 10 20 25; do
		peer_rule 1 "on read $n do set flags=0x20 in_res=512"
		peer_rule 1 "on write $n do set flags=0x08 out_res=512"
	done
	verified_io -j 1 -b 4k -n 60 -s 8m "$a"
	echo "the rest is asked for again: $(peer_hits 1) short transfers, state $(rport_state 1)"
	srp_logout 1
	peer_expect_content 1
	peer_unload
}
