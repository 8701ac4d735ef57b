# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads the guest's symbols (sorted: ADDRESS TYPE NAME [MODULE]) and one file of plugin/count.c; prints, per I/O (variable ios):
#	module<TAB>NAME<TAB>instructions
#	function<TAB>NAME<TAB>instructions<TAB>entries		functions of ib_srp
#	call<TAB>NAME<TAB>times<TAB>instructions		what ib_srp calls outside itself; the instructions of that function
#							alone, whoever called it
#	posts<TAB>times, receives<TAB>times			calls of the HCA driver's post functions
# Addresses have sixteen digits each, so that they compare as strings.

function find(a,   lo, hi, mid) {
	lo = 1
	hi = symbols
	while (lo < hi) {
		mid = int((lo + hi + 1) / 2)
		if (address[mid] <= a)
			lo = mid
		else
			hi = mid - 1
	}
	return lo
}
function put(text, n) { printf "%s\t%.2f\n", text, n / ios }

NR == FNR {
	if ($3 ~ /^__pfx_/ || ($1 "") == address[symbols])
		next
	address[++symbols] = $1 ""
	name[symbols] = $3
	module[symbols] = NF > 3 ? substr($4, 2, length($4) - 2) : "vmlinux"
	next
}
$1 == "B" {
	s = find($2 "")
	insns[s] += $3 * $4
	by_module[module[s]] += $3 * $4
	if (address[s] == $2 "")
		entries[s] += $4
}
$1 == "E" {
	to = find($3 "")
	if (address[to] != $3 "")
		next
	from = find($2 "")
	if (module[from] != "ib_srp" || module[to] == "ib_srp" || name[to] ~ /^(asm_|error_|common_interrupt)/)
		next
	calls[to] += $4
	if (name[to] ~ /_post_send$/)
		posts += $4
	if (name[to] ~ /_post_(srq_)?recv$/)
		receives += $4
}
END {
	for (m in by_module)
		put("module\t" m, by_module[m])
	for (s in insns)
		if (module[s] == "ib_srp")
			printf "function\t%s\t%.2f\t%.2f\n", name[s], insns[s] / ios, entries[s] / ios
	for (s in calls)
		printf "call\t%s%s\t%.2f\t%.2f\n", name[s], module[s] == "vmlinux" ? "" : " [" module[s] "]", calls[s] / ios, insns[s] / ios
	put("posts", posts)
	put("receives", receives)
}
