# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The virtual InfiniBand fabric notices every mistake of a verbs client that it is said to notice; in strict mode, and without.
# load: no

mistake() {
	printf %s "$1" >/sys/module/vib_client/parameters/only
	cat /sys/kernel/debug/vib_client
}

run() {
	ib_up
	insmod /srp/modules/vib_client.ko || fail "vib_client cannot be loaded"
	cat /sys/kernel/debug/vib_client
	echo N >$VIB/strict
	echo "not strict:"
	mistake "SEND, wrong L_Key"
	mistake "R_Key for all memory"
	echo Y >$VIB/strict
	rmmod vib_client || fail "vib_client cannot be unloaded"
	ib_finish
}
