// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Knobs, and the last lines of what happened. */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "vib_verbs.h"

#define VIB_TRACE_LINES	4096	/* a power of two */
#define VIB_TRACE_CHARS	112

struct vib_knobs vib_knobs = { .strict = true };

struct vib_trace_line {
	u64 ns;
	char text[VIB_TRACE_CHARS];
};

static DEFINE_SPINLOCK(trace_lock);
static struct vib_trace_line trace[VIB_TRACE_LINES];	/* trace_lock */
static u32 trace_tail;					/* trace_lock; lines ever written */

void vib_trace_add(const char *fmt, ...)
{
	struct vib_trace_line *line;
	unsigned long flags;
	va_list args;

	va_start(args, fmt);
	spin_lock_irqsave(&trace_lock, flags);
	line = &trace[trace_tail++ & (VIB_TRACE_LINES - 1)];
	line->ns = ktime_get_ns();
	vscnprintf(line->text, sizeof(line->text), fmt, args);
	spin_unlock_irqrestore(&trace_lock, flags);
	va_end(args);
}

void vib_trace_show(struct seq_file *s)
{
	struct vib_trace_line line;
	u32 i, tail;

	spin_lock_irq(&trace_lock);
	tail = trace_tail;
	spin_unlock_irq(&trace_lock);
	for (i = tail > VIB_TRACE_LINES ? tail - VIB_TRACE_LINES : 0; i != tail; i++) {
		spin_lock_irq(&trace_lock);
		line = trace[i & (VIB_TRACE_LINES - 1)];
		spin_unlock_irq(&trace_lock);
		seq_printf(s, "%llu.%06llu %s\n", line.ns / NSEC_PER_SEC, line.ns % NSEC_PER_SEC / NSEC_PER_USEC, line.text);
	}
}

void vib_trace_clear(void)
{
	spin_lock_irq(&trace_lock);
	trace_tail = 0;
	spin_unlock_irq(&trace_lock);
}
