# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# scripts/spread-mlx4-ib-interrupts on trees that look like /proc and /sys
. "$TOP/tests/pkg/lib.sh"

script=$TOP/scripts/spread-mlx4-ib-interrupts

# machine DIR NODES CPUS: CPUs dealt out to the nodes in turn, as firmware often numbers them; no interrupts yet.
machine() {
	local cpu node dir=$1
	mkdir -p "$dir/proc/irq"
	echo '            CPU0       CPU1' >"$dir/proc/interrupts"
	for ((cpu = 0; cpu < $3; cpu++)); do
		node=$((cpu % $2))
		on_node "$dir" $cpu $node
	done
}
# on_node DIR CPU NODE: one CPU and, the way sysfs has it, the links between both.
on_node() {
	mkdir -p "$1/sys/devices/system/cpu/cpu$2" "$1/sys/devices/system/node/node$3"
	ln -s "../../node/node$3" "$1/sys/devices/system/cpu/cpu$2/node$3"
	ln -s "../../cpu/cpu$2" "$1/sys/devices/system/node/node$3/cpu$2"
}
# interrupt DIR IRQ NAME [LIST-FILE]
interrupt() {
	printf '%4s:  %9s %9s  IR-PCI-MSI-edge      %s\n' "$2" 17 0 "$3" >>"$1/proc/interrupts"
	mkdir -p "$1/proc/irq/$2"
	echo 0-1 >"$1/proc/irq/$2/${4:-smp_affinity_list}"
}
# mlx4_port DIR FIRST-IRQ PORT COUNT BUS
mlx4_port() {
	local i
	for ((i = 0; i < $4; i++)); do
		interrupt "$1" $(($2 + i)) "mlx4-ib-$3-$i@PCI Bus $5"
	done
}
# pci DIR ADDRESS NODE: a PCI device of which the kernel knows the node.
pci() {
	mkdir -p "$1/sys/bus/pci/devices/$2"
	echo "$3" >"$1/sys/bus/pci/devices/$2/numa_node"
}
# cpus_of OUTPUT: the CPUs in order, in one line.
cpus_of() { sed 's/.*: CPU *\([0-9]*\).*/\1/' <<<"$1" | xargs; }
# written DIR: what the kernel was told, in the order of the interrupts.
written() { for f in "$1"/proc/irq/*; do echo "$(basename "$f") $(cat "$f/smp_affinity_list")"; done | sort -n; }

# Two dual-port adapters, two sockets, twelve cores per socket: the example of the ib_srp-backport README.
machine two 2 24
interrupt two 84 'mlx4-async@PCI Bus 0000:0d'
mlx4_port two 85 1 8 0000:0d
mlx4_port two 93 2 8 0000:0d
interrupt two 101 eth0
mlx4_port two 107 1 8 0000:21
mlx4_port two 115 2 8 0000:21
wanted=$(cat "$TOP/tests/pkg/cases/010-spread-interrupts.out")
expect "number of lines" 32 "$(wc -l <<<"$wanted")"
before=$(written two)
expect "--dry-run says the same" "$wanted" "$("$script" --dry-run --root two)"
expect "--dry-run writes nothing" "$before" "$(written two)"
expect "the README's example" "$wanted" "$("$script" --root two)"
expect "what was written" "$({
	echo 84 0-1
	echo 101 0-1
	sed 's/^IRQ *\([0-9]*\) .*: CPU *\([0-9]*\) .*/\1 \2/' <<<"$wanted"
} | sort -n)" "$(written two)"
pci two 0000:0d:00.0 0
pci two 0000:21:00.0 1
expect "what divides goes to both nodes wherever the adapter is" "$wanted" "$("$script" --dry-run --root two)"

# Counts that do not divide: shares as whole numbers, the larger one for the node next to the adapter.
machine seven 2 8
mlx4_port seven 30 1 7 0000:0d
expect "7 interrupts, 2 nodes" "0 2 4 1 3 5 7" "$(cpus_of "$("$script" --root seven)")"
pci seven 0000:0d:00.0 0
expect "7 interrupts, adapter at node 0" "0 2 4 6 1 3 5" "$(cpus_of "$("$script" --root seven)")"
pci seven 0000:0d:00.0 1
expect "7 interrupts, adapter at node 1" "0 2 4 1 3 5 7" "$(cpus_of "$("$script" --root seven)")"
expect "--local" "1 3 5 7 1 3 5" "$(cpus_of "$("$script" --local --root seven)")"
pci seven 0000:0d:00.0 -1
expect "--local without a known node" "0 2 4 1 3 5 7" "$(cpus_of "$("$script" --local --root seven)")"

machine one 2 4
mlx4_port one 30 1 1 0000:0d
pci one 0000:0d:00.0 0
expect "a single interrupt stays near the adapter" 0 "$(cpus_of "$("$script" --root one)")"

machine four 4 8
mlx4_port four 30 1 6 0000:0d
expect "6 interrupts, 4 nodes" "0 1 5 2 3 7" "$(cpus_of "$("$script" --root four)")"

# Nodes of unequal size: each CPU gets its share, and each node wraps after its own CPUs.
mkdir -p unequal/proc
echo CPU0 >unequal/proc/interrupts
for cpu in 0 1 2 3 4 5; do on_node unequal $cpu 0; done
for cpu in 6 7; do on_node unequal $cpu 1; done
mkdir unequal/sys/devices/system/node/node2 # memory only
mlx4_port unequal 40 1 8 0000:0d
mlx4_port unequal 50 2 4 0000:0d
output=$("$script" --root unequal)
expect "nodes with 6 and 2 CPUs" "0 1 2 3 4 5 6 7 0 1 2 6" "$(cpus_of "$output")"
expect "a node without CPUs gets nothing" "" "$(grep 'node 2' <<<"$output" || true)"

# Offline CPUs, as each of the three places in sysfs says it.
machine offline 2 8
rm offline/sys/devices/system/cpu/cpu2/node0 offline/sys/devices/system/node/node0/cpu2 # the kernel removes the links
echo 0 >offline/sys/devices/system/cpu/cpu2/online
echo 0 >offline/sys/devices/system/cpu/cpu5/online
echo 1 >offline/sys/devices/system/cpu/cpu1/online
mlx4_port offline 60 1 8 0000:0d
expect "offline CPUs" "0 4 6 0 1 3 7 1" "$(cpus_of "$("$script" --root offline)")"
rm offline/sys/devices/system/cpu/cpu[0-9]/online
echo '0-1,3-4,6-7' >offline/sys/devices/system/cpu/online
expect "the list of CPUs that are online" "0 4 6 0 1 3 7 1" "$(cpus_of "$("$script" --root offline)")"

# Nodes that only list their CPUs.
machine listed 2 8
rm listed/sys/devices/system/cpu/cpu*/node* listed/sys/devices/system/node/node*/cpu*
echo 0-3 >listed/sys/devices/system/node/node0/cpulist
echo 4-7 >listed/sys/devices/system/node/node1/cpulist
mlx4_port listed 60 1 4 0000:0d
expect "cpulist" "0 1 4 5" "$(cpus_of "$("$script" --root listed)")"

# No NUMA: no node in the output. Names of other drivers' generations.
mkdir -p uma/proc uma/sys/devices/system/cpu/cpu{0,1,10}
echo CPU0 >uma/proc/interrupts
interrupt uma 7 mlx5_async@pci:0000:08:00.0
interrupt uma 8 mlx5_comp0@pci:0000:08:00.0
interrupt uma 9 mlx5_comp1@pci:0000:08:00.0
interrupt uma 10 mlx5_comp0@pci:0000:08:00.1
interrupt uma 11 mlx4-1@0000:09:00.0
interrupt uma 12 mlx4-async@pci:0000:09:00.0
expect "one node, mlx5 and newer mlx4" \
"IRQ  8 (mlx5_comp0@pci:0000:08:00.0): CPU  0
IRQ  9 (mlx5_comp1@pci:0000:08:00.0): CPU  1
IRQ 10 (mlx5_comp0@pci:0000:08:00.1): CPU 10
IRQ 11 (mlx4-1@0000:09:00.0): CPU  0" "$("$script" --root uma)"

machine mlx5 2 8
for i in 0 1 2; do interrupt mlx5 $((70 + i)) mlx5_comp$i@pci:0000:08:00.0; done
for i in 0 1 2; do interrupt mlx5 $((80 + i)) mlx5_comp$i@pci:0000:82:00.0; done
pci mlx5 0000:08:00.0 0
pci mlx5 0000:82:00.0 1
expect "each mlx5 adapter has its own near node" "0 2 1 4 3 5" "$(cpus_of "$("$script" --root mlx5)")"

# Linux before 3.0 takes a mask only.
mkdir -p mask/proc mask/sys/devices/system/cpu/cpu{0,33,70}
echo CPU0 >mask/proc/interrupts
for i in 0 1 2; do interrupt mask $((90 + i)) "mlx4-ib-1-$i@PCI Bus 0000:0d" smp_affinity; done
"$script" --root mask >/dev/null
expect "masks" "1 2,00000000 40,00000000,00000000" "$(cat mask/proc/irq/9[012]/smp_affinity | xargs)"

# The kernel takes each write for a whole mask. It does so with the name of a process, too, which stands in for IRQ 91 here; at the
# pipe in the place of IRQ 92 the script waits until that was looked at.
ln -sf /proc/self/comm mask/proc/irq/91/smp_affinity
rm mask/proc/irq/92/smp_affinity
mkfifo mask/proc/irq/92/smp_affinity
for shell in sh bash; do
	$shell "$script" --root mask >/dev/null &
	for ((i = 0; i < 200; i++)); do
		read -r name <"/proc/$!/comm"
		case $name in *sh) ;; *) break ;; esac
		sleep 0.05
	done
	cat mask/proc/irq/92/smp_affinity >third &
	wait
	expect "a mask in one write, by $shell" "2,00000000" "$name"
	expect "the one in the pipe" "40,00000000,00000000" "$(cat third)"
done

# Errors name the thing and the next step.
# refused STATUS PATTERN ARGUMENT...
refused() {
	local status=0 text wanted_status=$1 pattern=$2
	shift 2
	text=$("$@" 2>&1) || status=$?
	expect "status of $*" "$wanted_status" "$status"
	expect_match "$*" "$pattern" "$text"
}
refused 2 'unknown argument: --fast' "$script" --fast
refused 2 'usage:' "$script" --root
refused 1 'cannot read nowhere/proc/interrupts: is /proc mounted' "$script" --root nowhere
mkdir -p none/sys/devices/system/cpu/cpu0 none/proc
echo CPU0 >none/proc/interrupts
interrupt none 5 eth0
refused 1 'no completion interrupts of mlx4 or mlx5 adapters: load mlx4_ib or mlx5_ib' "$script" --root none
mkdir -p empty/proc
cp two/proc/interrupts empty/proc/
refused 1 'no online CPU found in empty/sys' "$script" --root empty
machine broken 1 2
mlx4_port broken 30 1 2 0000:0d
rm -r broken/proc/irq/30
refused 1 'IRQ 30 could not be moved to CPU 0.*' "$script" --root broken
expect "the others are moved all the same" 1 "$(cat broken/proc/irq/31/smp_affinity_list)"
mkdir broken/proc/4711
echo irqbalance >broken/proc/4711/comm
expect_match "irqbalance" 'irqbalance is running' "$("$script" --root broken 2>&1 || true)"
if [ "$(id -u)" = 0 ]; then
	cp "$script" spread && chmod 755 spread . "$WORK"
	refused 1 'only root may move interrupts: use sudo, or --dry-run' setpriv --reuid 65534 --clear-groups sh -c "cat '$script' | sh -s --"
else
	refused 1 'only root may move interrupts: use sudo, or --dry-run' "$script"
fi
