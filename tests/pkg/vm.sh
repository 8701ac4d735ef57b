# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Boots a clean root in QEMU, with its own kernel and initramfs. Needs lib.sh.

need_vm() {
	local program
	for program in qemu-system-x86_64 mke2fs; do
		command -v $program >/dev/null || skip "$program is not installed (scripts/install-deps vm pkg)"
	done
}

# target_commands TYPE ATTRIBUTES: shell commands that export a back store of that type (iblock, rd_mcp), made with these attributes, on
# the software RDMA device rxe0, address 10.1.0.1, port 5555. Its GUID follows from the MAC address.
target_commands() {
	cat <<-COMMANDS
		set -x
		for module in dummy rdma_rxe target_core_mod target_core_iblock configfs; do modprobe \$module; done
		mount -t configfs none /sys/kernel/config
		ip link set lo up
		ip link add d0 address 02:00:00:00:00:01 type dummy
		ip addr add 10.1.0.1/24 dev d0
		ip link set d0 up
		rdma link add rxe0 type rxe netdev d0
		modprobe ib_srpt
		cd /sys/kernel/config/target
		mkdir -p core/$1_0/disk srpt
		echo $2 >core/$1_0/disk/control
		echo 1 >core/$1_0/disk/enable
		echo 5555 >srpt/discovery_auth/rdma_cm_port
		read -r gid </sys/class/infiniband/rxe0/ports/1/gids/0
		wwn=\${gid#*:*:*:*:}
		tpg=srpt/\$wwn/\$wwn
		mkdir -p \$tpg/lun/lun_0 \$tpg/acls/10.1.0.1/lun_0
		ln -s /sys/kernel/config/target/core/$1_0/disk \$tpg/lun/lun_0/store
		ln -s /sys/kernel/config/target/\$tpg/lun/lun_0 \$tpg/acls/10.1.0.1/lun_0/lun
		echo 1 >\$tpg/enable
	COMMANDS
}

# target_in_initramfs ROOT: the initramfs exports /dev/vda.
target_in_initramfs() {
	local script=$1/etc/initramfs-tools/scripts/init-premount/test-target
	cat >"$1/etc/initramfs-tools/hooks/test-target" <<-'HOOK'
		#!/bin/sh
		[ "$1" != prereqs ] || exit 0
		. /usr/share/initramfs-tools/hook-functions
		manual_add_modules dummy rdma_rxe crc32_generic ib_srpt target_core_mod target_core_iblock virtio_blk virtio_pci ext4
		copy_exec /usr/bin/rdma
		copy_exec /usr/sbin/ip
	HOOK
	cat >"$script" <<-'SCRIPT'
		#!/bin/sh
		[ "$1" != prereqs ] || exit 0
		for module in virtio_pci virtio_blk; do modprobe $module; done
		for i in 1 2 3 4 5 6 7 8 9 10; do [ ! -e /dev/vda ] || break; sleep 1; done
	SCRIPT
	target_commands iblock udev_path=/dev/vda >>"$script"
	chmod 755 "$1/etc/initramfs-tools/hooks/test-target" "$script"
}

# target_service ROOT: a service that exports a RAM disk of 16 MiB before srp_daemon starts.
target_service() {
	printf '%s\n' virtio_pci virtio_blk ext4 >>"$1/etc/initramfs-tools/modules"
	{ echo '#!/bin/sh'; target_commands rd_mcp rd_pages=4096; } >"$1/usr/local/sbin/test-target"
	chmod 755 "$1/usr/local/sbin/test-target"
	cat >"$1/etc/systemd/system/test-target.service" <<-UNIT
		[Unit]
		After=systemd-modules-load.service systemd-udevd.service
		Before=srp_daemon.service
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/usr/local/sbin/test-target
		StandardOutput=journal+console
		StandardError=journal+console
	UNIT
	mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
	ln -sf ../test-target.service "$1/etc/systemd/system/multi-user.target.wants/test-target.service"
}

# report_at_boot ROOT <SCRIPT: what it prints at the end of the boot reaches boot_root's file report; then the machine stops.
report_at_boot() {
	{ echo '#!/bin/sh'; echo 'exec >/dev/ttyS1 2>&1'; cat; echo 'echo end'; echo 'sync; sleep 1; echo o >/proc/sysrq-trigger'; } >"$1/usr/local/sbin/test-report"
	chmod 755 "$1/usr/local/sbin/test-report"
	cat >"$1/etc/systemd/system/test-report.service" <<-UNIT
		[Unit]
		After=multi-user.target
		[Service]
		Type=oneshot
		ExecStart=/usr/local/sbin/test-report
		TimeoutStartSec=infinity
	UNIT
	mkdir -p "$1/etc/systemd/system/default.target.wants"
	mkdir -p "$1/etc/systemd/system/graphical.target.wants"
	ln -sf ../test-report.service "$1/etc/systemd/system/graphical.target.wants/test-report.service"
	ln -sf /dev/null "$1/etc/systemd/system/systemd-networkd-wait-online.service"
}

# boot_root ROOT KERNEL SECONDS WORD...: boots it with these words on the kernel's command line. Leaves console.log and report.
boot_root() {
	local root=$1 kernel=$2 limit=$3 accel=(-accel 'tcg,thread=multi' -cpu max)
	shift 3
	[ "${SRP_VM_ACCEL:-tcg}" != kvm ] || accel=(-accel kvm -cpu host)
	rm -f disk.img
	truncate -s 4G disk.img
	mke2fs -q -t ext4 -E root_owner=0:0 -d "$root" disk.img
	: >report.raw
	timeout "$limit" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -machine pc,usb=off "${accel[@]}" -smp 2 -m 2048 \
		-serial file:console.log -serial file:report.raw -drive file=disk.img,format=raw,if=virtio,cache=unsafe \
		-kernel "$root/boot/vmlinuz-$kernel" -initrd "$root/boot/initrd.img-$kernel" \
		-append "console=ttyS0 panic=-1 mitigations=off audit=0 systemd.mask=getty@tty1.service $*" </dev/null ||
		{ tail -n 60 console.log; cat report.raw; fail "the machine did not come to its end within $limit s"; }
	tr -d '\r' <report.raw | sed '/^end$/d' >report
	grep -q '^end' report.raw || { tail -n 60 console.log; fail "no report; the machine stopped before"; }
	rm -f disk.img
}
