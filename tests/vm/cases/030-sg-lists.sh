# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# SG_IO with small and huge scatter lists at odd addresses: what is written with one list is read back with another.
# timeout: 120

try() {
	_what=$1
	shift
	_out=$(srptest sg "$@") || fail "$_what: $_out"
	echo "$_what: $_out"
}

run() {
	login_to_ram 1 32 cmd_sg_entries=255,sg_tablesize=2048,max_sect=8192
	a=$(disk 1)
	step "small lists"
	try "one element, one sector" -b 512 -e 1 -n 20 "$a"
	try "one element, odd address" -b 512:4k -e 1 -o 3 -n 30 "$a"
	try "few elements, odd lengths" -b 512:32k -e 2:12 -o 1 -n 40 "$a"
	try "few elements, packed with gaps of 7" -b 512:32k -e 2:12 -P -o 7 -n 40 "$a"
	try "sectors at a page's last one" -b 4k:64k -e 2:16 -g 512 -o 3584 -n 40 "$a"
	try "elements of 4 bytes and more" -b 512:8k -e 64:128 -g 4 -o 4 -n 20 "$a"
	step "huge lists"
	try "128 elements" -b 256k:1m -e 100:128 -g 512 -o 512 -n 20 "$a"
	try "256 pages" -b 1m -e 256 -g 4096 -o 0 -n 10 "$a"
	try "1000 elements, odd lengths" -b 512k:1m -e 1000 -o 5 -n 6 "$a"
	try "4 MiB in 1024 pages" -b 4m -e 1024 -g 4096 -n 4 -s 8m "$a"
	try "4 MiB in one piece" -b 4m -e 1 -n 4 -s 8m "$a"
	echo "state: $(rport_state 1)"
	srp_logout 1
	step "few descriptors allowed"
	srp_login 1 cmd_sg_entries=2
	a=$(disk 1)
	try "odd lists through 2 descriptors" -b 512:16k -e 1:16 -o 1 -n 30 "$a"
	srp_logout 1
}
