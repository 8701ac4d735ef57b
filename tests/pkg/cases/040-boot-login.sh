# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# srp-boot-login on trees that look like an initramfs
. "$TOP/tests/pkg/lib.sh"

login=$TOP/system/srp-boot-login
# port DIR DEVICE PORT STATE
port() {
	mkdir -p "$1/sys/class/infiniband_srp/srp-$2-$3" "$1/sys/class/infiniband/$2/ports/$3" "$1/proc" "$1/run" "$1/etc"
	echo "$4" >"$1/sys/class/infiniband/$2/ports/$3/state"
	: >"$1/sys/class/infiniband_srp/srp-$2-$3/add_target"
	echo "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet" >"$1/proc/cmdline"
}
run() { for shell in sh bash 'busybox sh'; do ! command -v "${shell%% *}" >/dev/null || break; done; $shell "$login" --root "$@" 2>&1; }

port a mlx5_0 1 '4: ACTIVE'
port a rocep1s0-x 2 '4: ACTIVE'
expect "nothing wanted" "" "$(run a)"
cp "$TOP/system/ib_srp-boot.conf" a/etc/
expect "the file as it is delivered" "" "$(run a)"
printf '# comment\n\nalways\nmlx5_0-1:id_ext=1,ioc_guid=2,dest=[fe80::1%%ib0]:5555' >>a/etc/ib_srp-boot.conf
sed -i 's/$/ rd.srp=rocep1s0-x-2:id_ext=3,ioc_guid=4,dgid=5/' a/proc/cmdline
wanted='rocep1s0-x-2:id_ext=3,ioc_guid=4,dgid=5
mlx5_0-1:id_ext=1,ioc_guid=2,dest=[fe80::1%ib0]:5555'
expect "--list" "$wanted" "$(run a --list)"
expect "logins" "srp-boot-login: logged in over rocep1s0-x-2
srp-boot-login: logged in over mlx5_0-1" "$(run a)"
expect "written" "id_ext=3,ioc_guid=4,dgid=5" "$(cat a/sys/class/infiniband_srp/srp-rocep1s0-x-2/add_target)"
expect "written" "id_ext=1,ioc_guid=2,dest=[fe80::1%ib0]:5555" "$(cat a/sys/class/infiniband_srp/srp-mlx5_0-1/add_target)"
expect "--once leaves out what is done" "" "$(run a --once)"

# refused STATUS PATTERN ARGUMENT...
refused() {
	local status=0 text wanted_status=$1 pattern=$2
	shift 2
	text=$(run "$@") || status=$?
	expect "status of $*" "$wanted_status" "$status"
	expect_match "$*" "$pattern" "$text"
}
# host DIR NUMBER DEVICE PORT ID_EXT IOC_GUID: one that is logged in.
host() {
	local dir=$1/sys/class/scsi_host/host$2
	mkdir -p "$dir"
	echo "$3" >"$dir/local_ib_device"
	echo "$4" >"$dir/local_ib_port"
	echo "$5" >"$dir/id_ext"
	echo "$6" >"$dir/ioc_guid"
}
# A port on which each write fails, with what the shell happens to say.
port e mlx5_0 1 '4: ACTIVE'
rm e/sys/class/infiniband_srp/srp-mlx5_0-1/add_target
ln -s /dev/full e/sys/class/infiniband_srp/srp-mlx5_0-1/add_target
echo 'mlx5_0-1:id_ext=200100E08B000001,ioc_guid=2c90300a02d50,dest=3' >e/etc/ib_srp-boot.conf
refused 1 'the kernel refused it' e --once
host e 1 mlx5_0 2 0x200100e08b000001 0x0002c90300a02d50
host e 2 mlx4_0 1 0x200100e08b000001 0x0002c90300a02d50
host e 3 mlx5_0 1 0xa00100e08b000001 0x0002c90300a02d50
host e 4 mlx5_0 1 0x200100e08b000001 0x0002c90300a02d51
mkdir e/sys/class/scsi_host/host5 # another driver's
refused 1 'the kernel refused it' e --once
host e 6 mlx5_0 1 0x200100e08b000001 0x0002c90300a02d50
expect "the target is there already" "srp-boot-login: logged in over mlx5_0-1" "$(run e --once)"

# A dead path does not hold up the others, and --missing fetches it later.
port f mlx5_0 1 '1: DOWN'
port f mlx5_0 2 '4: ACTIVE'
sed -i 's/$/ rd.srp.timeout=1/' f/proc/cmdline
printf 'mlx5_0-1:id_ext=1,ioc_guid=2,dest=3\nmlx5_0-2:id_ext=1,ioc_guid=2,dest=4\n' >f/etc/ib_srp-boot.conf
expect "in turn" "srp-boot-login: logged in over mlx5_0-2
srp-boot-login: no login over mlx5_0-1 after 1 s: port mlx5_0-1 is not active (1: DOWN)" "$(run f)"
echo '4: ACTIVE' >f/sys/class/infiniband/mlx5_0/ports/1/state
expect "--missing" "srp-boot-login: logged in over mlx5_0-1" "$(run f --missing)"
expect "nothing is missing" "" "$(run f --missing)"

port b mlx5_0 1 '1: DOWN'
echo 'mlx5_0-1:id_ext=1,ioc_guid=2,dest=3' >b/etc/ib_srp-boot.conf
refused 1 'no login over mlx5_0-1 after 0 s: port mlx5_0-1 is not active \(1: DOWN\)' b --once
sed -i 's/$/ rd.srp.timeout=2/' b/proc/cmdline
refused 1 'after 2 s: port mlx5_0-1 is not active' b
{ sleep 1; echo '4: ACTIVE' >b/sys/class/infiniband/mlx5_0/ports/1/state; } &
expect "a port that comes up in time" "srp-boot-login: logged in over mlx5_0-1" "$(run b)"
wait
echo 'mlx4_0-1:id_ext=1,ioc_guid=2,dest=3' >b/etc/ib_srp-boot.conf
refused 1 'there is no .*srp-mlx4_0-1' b --once
echo 'id_ext=1,ioc_guid=2,dest=3' >b/etc/ib_srp-boot.conf
refused 2 "cannot understand 'id_ext=1,ioc_guid=2,dest=3': it has to be DEVICE-PORT:LOGIN" b
