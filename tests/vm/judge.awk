# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads a kernel log as the console showed it and prints what should never be in one, case by case:
#	CASE<TAB>line
# Variable allow: an ERE of lines that are all right (empty: none); only: this case alone (empty: all).

BEGIN {
	bad = "WARNING: |BUG: |BUG at |Oops|general protection|Kernel panic|KASAN|KCSAN|UBSAN|KFENCE:|Unable to handle kernel"
	bad = bad "|possible recursive locking|possible circular locking|possible irq lock|inconsistent lock state|suspicious RCU"
	bad = bad "|suspicious rcu|sleeping function called from invalid|scheduling while atomic|held lock freed|held when returning"
	bad = bad "|lock held at|INFO: task .* blocked for more|hung_task|soft lockup|hard LOCKUP|rcu.*detected stall|rcu.*self-detected"
	bad = bad "|refcount_t|kmemleak: [1-9][0-9]* new suspected|DMA-API: .*(device driver|leak|exceeded|cacheline)|ODEBUG|list_add corruption|list_del corruption|Call Trace:"
	bad = bad "|ib_srp: leak:|workqueue lockup|Slab.*still has objects|objects remaining"
	bad = bad "|unable to handle page fault|stack-protector|invalid opcode|divide error|kernel BUG"
	name = "boot"
}
{
	sub(/\r$/, "")
	sub(/^\[[ 0-9.]*\](\[[ TC0-9]*\])? /, "")
}
/^srp-test: begin / { name = $3; context = 0 }
/^srp-test: time limit of / { limit = 1 }
/^srp-test: end / { last = $3; name = "after-" last; limit = 0; context = 0; next }
only != "" && name != only { next }
limit && /Call Trace:|<TASK>/ { next }	# the harness asked for these
$0 ~ bad && !(allow != "" && $0 ~ allow) { context = 14 }
context > 0 { print name "\t" $0; context-- }
