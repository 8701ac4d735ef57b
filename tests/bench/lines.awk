# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads one file of plugin/count.c and then `objdump -d -l` of a module with debug information; prints the source lines that cost
# most, per I/O: instructions<TAB>function<TAB>file:line. Variables: ios, text (where .text is in the guest, sixteen digits,
# of which the last eight are used: modules live in the last two GiB).

function hex(s,   i, n) {
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}
BEGIN { base = hex(substr(text, 9)) }
NR == FNR {
	if ($1 == "B") {
		at = hex(substr($2, 9)) - base
		# A block may start inside another one; each adds to the instructions that follow it.
		blocks[at] = blocks[at] " " $3 " " $4
	}
	next
}
/^[0-9a-f]+ <.*>:$/ {
	fn = substr($2, 2, length($2) - 3)
	active = 0
	next
}
/^Disassembly of section / { in_text = $4 == ".text:"; next }
/^[^ \t].*:[0-9]+( \(discriminator [0-9]+\))?$/ {
	sub(/ \(discriminator.*/, "")
	line = $0
	sub(/.*\/(include|kernel|compat)\//, "&", line)
	n = split($0, part, "/")
	line = (n > 1 ? part[n - 1] "/" : "") part[n]
	next
}
in_text && /^ +[0-9a-f]+:\t/ {
	sub(/:$/, "", $1)
	at = hex($1)
	if (at in blocks) {
		n = split(blocks[at], word, " ")
		for (i = 1; i < n; i += 2) {
			active++
			left[active] = word[i]
			count[active] = word[i + 1]
		}
	}
	kept = 0
	for (i = 1; i <= active; i++) {
		cost[fn "\t" line] += count[i]
		if (--left[i] > 0) {
			kept++
			left[kept] = left[i]
			count[kept] = count[i]
		}
	}
	active = kept
}
END {
	for (c in cost)
		if (cost[c] / ios >= 0.5)
			printf "%.1f\t%s\n", cost[c] / ios, c
}
