# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# External RDMA stacks, and kernels that are not supported. Sourced by run: result() and installed_headers() are its.

stacks_dir=build/kapi/stacks
# said TEXT COMMAND...: it fails, and says TEXT in one line.
said() {
	local text=$1 log
	shift
	! log=$("$@" 2>&1) && grep -qF -- "$text" <<<"$log" && [ "$(grep -c . <<<"$log")" = 1 ] || { echo "wanted: $text"; echo "said: $log"; return 1; }
}
# A stack of RELEASE in DIR as MLNX_OFED has it: the kernel's own headers, of which one function is gone, other versions of the
# symbols, and a header that everything includes.
make_stack() {
	local release=$1 dir=$2 headers=$3
	mkdir -p "$dir/include/linux"
	cp -r "$headers/include/rdma" "$dir/include/"
	sed -i 's/ib_get_vector_affinity/not_this_one/' "$dir/include/rdma/ib_verbs.h"
	echo '#define COMPAT_2_6_H_SEEN 1' >"$dir/include/linux/compat-2.6.h"
	sed -i '1i #ifndef COMPAT_2_6_H_SEEN\n#error compat-2.6.h comes first\n#endif' "$dir/include/rdma/ib_verbs.h"
	sed -n 's,^0x[0-9a-f]*\tib_register_client\t,0xbadc0ffe\tib_register_client\t/usr/src/,p' "/lib/modules/$release/build/Module.symvers" \
		>"$dir/Module.symvers"
	echo "KVERSION=$release" >"$dir/configure.mk.kernel"
}
# Which stack is found: stack_for OFED RELEASE
stack_for() { compat/find-ofed "$1" "$2" "$stacks_dir/out" "$stacks_dir/src" && sed -n 's/^OFED_DIR := //p' "$stacks_dir/out/ofed.mk"; }
check_found() {
	local release=$1 mofed=$stacks_dir/src/ofa_kernel/default
	mofed=$(cd "$mofed" && pwd)
	[ "$(stack_for '' "$release")" = "RDMA stack: $mofed (OFED=no: the kernel's own one)"$'\n'"$mofed" ] ||
		{ echo "$mofed was not found, or not named"; return 1; }
	[ -z "$(stack_for no "$release")" ] || { echo "OFED=no found one"; return 1; }
	[ "$(stack_for "$stacks_dir/src/compat-rdma" "$release" | tail -n 1)" = "${mofed%/ofa*}/compat-rdma" ] || { echo "OFED=directory did not find it"; return 1; }
	[ "$(stack_for '' 4.18.0-other 2>&1 | tail -n 1)" = "${mofed%/ofa*}/compat-rdma" ] || { echo "a stack of another kernel was used"; return 1; }
	said "is for Linux $release, not for 4.18.0-other" compat/find-ofed "$mofed" 4.18.0-other "$stacks_dir/out" || return
	said 'there is no such directory. Install' compat/find-ofed /nowhere "$release" "$stacks_dir/out" || return
	rm "$stacks_dir/src/compat-rdma/Module.symvers"
	said "compat-rdma: it has no Module.symvers. Install its development package" \
		compat/find-ofed "$stacks_dir/src/compat-rdma" "$release" "$stacks_dir/out"
}
# A tree like ours, of one small module that needs the stack's function and few probes, is built with its headers and for its symbols.
check_built() {
	local release=$1 tree=$stacks_dir/tree log=$stacks_dir/log
	mkdir -p "$tree/kernel" "$tree/compat/probes"
	cp Makefile META "$tree/"
	cp compat/run-probes compat/find-ofed "$tree/compat/"
	cp "$stacks_dir"/few/* compat/probes/vector_affinity.c "$tree/compat/probes/"
	{ sed '/^obj-m/,$d' Kbuild; printf '%s\n' 'obj-m := stacks.o' 'stacks-y := kernel/client.o'; } >"$tree/Kbuild"
	cat >"$tree/kernel/client.c" <<-'SOURCE'
		#include <linux/module.h>
		#include <rdma/ib_verbs.h>
		static int add(struct ib_device *dev)
		{
			return not_this_one(dev, 0) ? 0 : -ENODEV;
		}
		static struct ib_client client = { .name = "stacks", .add = add };
		static int __init client_init(void)
		{
			return ib_register_client(&client);
		}
		module_init(client_init);
		MODULE_LICENSE("Dual BSD/GPL");
	SOURCE
	make --no-print-directory -C "$tree" modules "KVER=$release" KBUILD_DIR=out OFED_SOURCES="$PWD/$stacks_dir/src" >"$log" 2>&1 ||
		{ tail -n 20 "$log"; return 1; }
	grep -qF "RDMA stack: $PWD/$stacks_dir/src/ofa_kernel/default" "$log" || { echo 'the stack is not named'; return 1; }
	grep -qx 'no  vector_affinity' "$tree/out/answers" || { echo "headers: answers are not the stack's"; return 1; }
	grep -q '0xbadc0ffe.*"ib_register_client"' "$tree/out/stacks.mod.c" || { echo "symbols: versions are not the stack's"; return 1; }
}
# Few probes, for the messages of those that have to compile.
few_probes() { KCFLAGS=${2-} compat/run-probes "$stacks_dir/few" "/lib/modules/$1/build" "$stacks_dir/out-few" '2.6.32 to 7.2'; }
check_broken() {
	local release=$1 dir=$stacks_dir/src/ofa_kernel/default
	dir=$(cd "$dir" && pwd)
	rm "$dir/include/rdma/ib_cm.h"
	echo '#error broken' >"$dir/include/rdma/ib_cm.h"
	compat/find-ofed "$dir" "$release" "$stacks_dir/out-few" >/dev/null || return
	said "with the RDMA stack in $dir is not supported: the headers of its RDMA stack do not compile. Supported are Linux 2.6.32 to 7.2; OFED=no" \
		few_probes "$release"
}
check_unsupported() {
	local release=$1
	: >"$stacks_dir/out-few/ofed.mk"
	# As a kernel without RDMA configures it.
	printf '#undef CONFIG_INFINIBAND%s\n' '' _MODULE _ADDR_TRANS >"$stacks_dir/no-rdma.h"
	said "Linux $release is not supported: its configuration lacks CONFIG_INFINIBAND or CONFIG_INFINIBAND_ADDR_TRANS. Supported are Linux 2.6.32 to 7.2." \
		few_probes "$release" "-include $PWD/$stacks_dir/no-rdma.h" || return
	few_probes "$release" || { echo 'but a kernel that has it is not supported either'; return 1; }
}

check_stacks() {
	local release headers what log
	release=$(basename "$(dirname "$(installed_headers 6.12)")")
	headers=$(sed -n 's/^include \(.*\)\/Makefile$/\1/p' "/lib/modules/$release/build/Makefile" 2>/dev/null)
	[ -n "$headers" ] || { result skip stacks 'no headers of Linux 6.12 are installed; scripts/install-deps build'; return; }
	rm -rf "$stacks_dir"
	mkdir -p "$stacks_dir/out" "$stacks_dir/out-few" "$stacks_dir/few"
	cp compat/probes/need_* compat/probes/sanity_* "$stacks_dir/few/"
	make_stack "$release" "$stacks_dir/src/ofa_kernel/x86_64/other" "$headers"
	ln -s x86_64/other "$stacks_dir/src/ofa_kernel/default"
	cp -r "$stacks_dir/src/ofa_kernel/default/" "$stacks_dir/src/compat-rdma"
	rm "$stacks_dir/src/compat-rdma/configure.mk.kernel"
	for what in found built broken unsupported; do
		if log=$("check_$what" "$release" 2>&1); then
			result pass "stacks: $what"
		else
			result fail "stacks: $what"
			sed 's/^/       /' <<<"$log"
		fi
	done
}
