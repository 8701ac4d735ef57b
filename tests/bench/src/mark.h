/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Marks: "nopl <32 bits>(%rax)" does nothing, no compiler emits it with these displacements, and the plugin sees it.
 */
#ifndef MARK_H
#define MARK_H

#define MARK_BEGIN	0x42505253	/* "SRPB" */
#define MARK_END	0x45505253	/* "SRPE" */

#define MARK_BYTES(m)	0x0f, 0x1f, 0x80, (m) & 255, (m) >> 8 & 255, (m) >> 16 & 255, (m) >> 24 & 255

#if defined(__x86_64__)
#define mark(m)	asm volatile("nopl %c0(%%rax)" :: "i"(m) : "memory")
#endif

#endif
