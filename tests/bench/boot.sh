# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Boots the guest of tests/vm with both sets of modules and one script of cases/ in it.
# shellcheck disable=SC2154 # variables of run

# build_tools: builds what runs in the guest and in QEMU.
build_tools() {
	local api
	srpbench=$out/srpbench
	"${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Wshadow -static -pthread -o "$srpbench" "$bench"/src/srpbench.c ||
		die "cannot build tests/bench/src"
	api=$("$qemu" --version | sed -n 's/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p;q' |
		awk '{ print $1 < 9 ? 1 : $1 == 9 && $2 == 0 ? 2 : 3 }')
	plugin=$out/count.so
	"${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra -Wshadow -fPIC -shared -fvisibility=hidden -DPLUGIN_API="$api" \
		-o "$plugin" "$bench"/plugin/count.c || die "cannot build tests/bench/plugin"
}

# boot CASE QEMU-WORD...: one guest that runs cases/CASE.sh. Lines "R ..." of the guest end up in $out/CASE.result.
boot() {
	local name=$1 kind rest line fd pid status='' limit clock='' tree=$out/overlay
	shift
	# With -icount the guest has a time stamp counter of its own.
	case " $* " in *' -icount '*) clock=norandmaps ;; *) clock=$(emulation_words) ;; esac
	rm -rf "$tree"
	mkdir -p "$tree/srp/cases" "$tree/srp/modules" "$tree/srp/data" "$tree/usr/bin"
	cp "$here/guest/init" "$tree/init"
	chmod 755 "$tree/init"
	cp -r "$here/lib" "$tree/srp/lib"
	cp "$(guest_helper)" "$tree/usr/bin/srptest"
	cp "$srpbench" "$tree/usr/bin/srpbench"
	cp "$modules_dir/ib_srp.ko" "$modules_dir/scsi_transport_srp.ko" "$tree/srp/modules/"
	[ ! -e "$top/build/vib-$K_RELEASE/vib.ko" ] || cp "$top/build/vib-$K_RELEASE/vib.ko" "$tree/srp/modules/"
	strip --strip-debug "$tree"/srp/modules/*.ko
	cp "$bench/cases/$name.sh" "$tree/srp/cases/"
	cp "$bench/lib.sh" "$bench/loss.sh" "$tree/srp/data/"
	printf '%s\n' "${bench_config[@]}" >"$tree/srp/data/config"
	limit=$(sed -n 's/^# timeout: //p' "$bench/cases/$name.sh")
	echo "$name $limit" >"$tree/srp/order"
	echo "MODULES=ours KERNEL=$kernel SLOW=1 RXE=1" >"$tree/srp/config"
	cp "$(base_initramfs)" "$out/initramfs"
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >>"$out/initramfs"
	: >"$out/$name.result"
	exec {fd}< <(exec "$qemu" -nodefaults -no-user-config -display none -no-reboot -machine pc,usb=off -cpu max -m 2048 \
		-serial "file:$out/$name.console" -chardev file,id=verdict,path=/dev/fd/1 -serial chardev:verdict \
		-chardev "file,id=debug,path=$out/$name.debug" -device isa-debugcon,iobase=0xe9,chardev=debug \
		-kernel "$K_IMAGE" -initrd "$out/initramfs" \
		-append "console=ttyS0 ignore_loglevel log_buf_len=8M panic=-1 oops=panic nokaslr tsc=nowatchdog random.trust_cpu=on scsi_mod.scan=sync mitigations=off audit=0 $clock ${SRP_VM_APPEND-}" \
		"$@" </dev/null 2>"$out/$name.qemu")
	pid=$!
	# shellcheck disable=SC2064
	trap "kill -KILL $pid 2>/dev/null || true" EXIT
	while IFS= read -r -t "$((limit + 120))" -u "$fd" line; do
		read -r kind rest <<<"$line" || true
		case $kind in
		R) printf '%s\n' "$rest" >>"$out/$name.result" ;;
		L) note "${line#L }" ;;
		E|T|O|ERR) echo "guest: ${line#* }" ;;
		END) status=${rest#* } status=${status%% *} ;;
		DONE) break ;;
		esac
	done
	kill -KILL "$pid" 2>/dev/null || true
	exec {fd}<&-
	trap - EXIT
	rm -rf "$tree" "$out/initramfs"
	sed 's/^/qemu: /' "$out/$name.qemu"
	[ "$status" = 0 ] || die "$name: status ${status:-none}; see ${out#"$top"/}/$name.console"
}
