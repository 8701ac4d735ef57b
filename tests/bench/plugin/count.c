// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A QEMU plugin that counts what the guest's kernel executes between two marks.
 *
 * A mark is a no-op with a magic displacement that a program in the guest executes (../src/mark.h). At "begin" all counts become
 * zero; at "end" they are written to the file PREFIX.<n>, n = 0, 1, ...:
 *
 *	B <address> <instructions> <count>	a translated block of so many instructions was entered so often
 *	E <from> <to> <count>			the block whose last instruction is <from>, in a module, was followed by block <to>
 *
 * The plugin knows nothing about modules and symbols; whoever reads the file has the guest's kallsyms.
 *
 * A block is straight-line code that is entered at its start only, so that blocks * instructions is exact, but for
 * blocks that a fault leaves half way: there are next to none in kernel code without user access. One virtual CPU only: the counters
 * are not atomic.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/mark.h"
#include "qemu_plugin_abi.h"

#define KERNEL_START	0xffffffff80000000ull
#define MODULES_START	0xffffffffc0000000ull
#define BUCKETS		65536

#define EXPORT __attribute__((visibility("default")))

struct edge {
	struct block *to;
	uint64_t count;
	struct edge *next;
};

struct block {
	uint64_t start, last;	/* addresses of the first and the last instruction */
	uint64_t shape;		/* of the instructions' lengths: another module may be loaded at the same address */
	unsigned int insns;
	uint64_t count;
	struct edge *edges;
	struct block *next;
};

EXPORT int qemu_plugin_version = PLUGIN_API;

static struct block *buckets[BUCKETS];
static struct block *previous;
static const char *prefix = "count";
static unsigned int dumps;
static bool counting;

static void *zeroed(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

static struct block *block_get(uint64_t start, uint64_t last, unsigned int insns, uint64_t shape)
{
	struct block **head = &buckets[(start ^ start >> 16 ^ shape) % BUCKETS];
	struct block *b;

	for (b = *head; b; b = b->next)
		if (b->start == start && b->insns == insns && b->shape == shape && b->last == last)
			return b;
	b = zeroed(sizeof(*b));
	b->start = start;
	b->last = last;
	b->insns = insns;
	b->shape = shape;
	b->next = *head;
	*head = b;
	return b;
}

static void count_edge(struct block *from, struct block *to)
{
	struct edge *e, **at = &from->edges;

	for (; (e = *at); at = &e->next) {
		if (e->to != to)
			continue;
		*at = e->next;	/* to the front: the next one is likely the same */
		break;
	}
	if (!e) {
		e = zeroed(sizeof(*e));
		e->to = to;
	}
	e->next = from->edges;
	from->edges = e;
	e->count++;
}

static void on_block(unsigned int vcpu, void *data)
{
	struct block *b = data;

	(void)vcpu;
	if (counting) {
		b->count++;
		if (previous && previous->start >= MODULES_START)
			count_edge(previous, b);
	}
	previous = b;
}

static void on_begin(unsigned int vcpu, void *data)
{
	struct block *b;
	struct edge *e;
	unsigned int i;

	(void)vcpu;
	(void)data;
	for (i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next) {
			b->count = 0;
			for (e = b->edges; e; e = e->next)
				e->count = 0;
		}
	counting = true;
}

static void on_end(unsigned int vcpu, void *data)
{
	char name[4096];
	struct block *b;
	struct edge *e;
	unsigned int i;
	FILE *f;

	(void)vcpu;
	(void)data;
	counting = false;
	snprintf(name, sizeof(name), "%s.%u", prefix, dumps++);
	f = fopen(name, "w");
	if (!f) {
		perror(name);
		return;
	}
	for (i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next) {
			if (b->count)
				fprintf(f, "B %016" PRIx64 " %u %" PRIu64 "\n", b->start, b->insns, b->count);
			for (e = b->edges; e; e = e->next)
				if (e->count)
					fprintf(f, "E %016" PRIx64 " %016" PRIx64 " %" PRIu64 "\n", b->last, e->to->start, e->count);
		}
	fclose(f);
}

static void insn_bytes(const struct qemu_plugin_insn *insn, unsigned char *bytes, size_t size)
{
#if PLUGIN_API >= 3
	qemu_plugin_insn_data(insn, bytes, size);
#else
	memcpy(bytes, qemu_plugin_insn_data(insn), size);
#endif
}

static void look_for_mark(struct qemu_plugin_insn *insn)
{
	static const unsigned char begin[] = { MARK_BYTES(MARK_BEGIN) }, end[] = { MARK_BYTES(MARK_END) };
	unsigned char bytes[sizeof(begin)];

	if (qemu_plugin_insn_size(insn) != sizeof(bytes))
		return;
	insn_bytes(insn, bytes, sizeof(bytes));
	if (!memcmp(bytes, begin, sizeof(bytes)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, PLUGIN_NO_REGS, NULL);
	else if (!memcmp(bytes, end, sizeof(bytes)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, PLUGIN_NO_REGS, NULL);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, 0);
	uint64_t start = qemu_plugin_insn_vaddr(insn), shape = 0;

	(void)id;
	if (start < KERNEL_START) {
		for (i = 0; i < n; i++)
			look_for_mark(qemu_plugin_tb_get_insn(tb, i));
		return;
	}
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		shape = shape * 31 + qemu_plugin_insn_size(insn);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, PLUGIN_NO_REGS,
					     block_get(start, qemu_plugin_insn_vaddr(insn), (unsigned int)n, shape));
}

EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_host *host, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "prefix=", 7))
			prefix = strdup(argv[i] + 7);
	if (host->system_emulation && host->system.smp_vcpus != 1) {
		fprintf(stderr, "count: one virtual CPU only\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
