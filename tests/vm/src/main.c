// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "srptest.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "put", cmd_put, "FILE STRING: one write(2); prints OK or the name of the error" },
	{ "nth", cmd_nth, "FILE STRING N: one write(2) whose N-th allocation fails; prints OK or the error's name, and \"injected\" or \"untouched\" and how many there were" },
	{ "table", cmd_table, "FILE TABLE: writes the strings of a table, compares each error with the expected one" },
	{ "io", cmd_io, "[options] DEVICE: verified reads and writes by several threads" },
	{ "sg", cmd_sg, "[options] DEVICE: verified SG_IO with scatter lists of odd shape" },
	{ "cdb", cmd_cdb, "DEVICE in|out BYTES HEX: one command by SG_IO; prints its status and residual" },
	{ "tsc", cmd_tsc, "frequency of the time stamp counter in kHz; this one runs on the host" },
};

static const struct {
	int number;
	const char *name;
} errno_names[] = {
#define E(name) { name, #name }
	{ 0, "OK" },
	E(EPERM), E(ENOENT), E(EINTR), E(EIO), E(ENXIO), E(EAGAIN), E(ENOMEM), E(EACCES), E(EBUSY), E(EEXIST), E(ENODEV),
	E(EINVAL), E(ENOSPC), E(ERANGE), E(ENOSYS), E(EADDRNOTAVAIL), E(ENETUNREACH), E(ECONNRESET), E(ETIMEDOUT),
	E(ECONNREFUSED), E(EHOSTUNREACH), E(ENOTCONN), E(EREMOTEIO), E(E2BIG), E(EFAULT), E(EOPNOTSUPP), E(ENOLINK),
	E(EPROTO), E(ECONNABORTED), E(ENETDOWN),
#undef E
};

const char *errno_name(int err)
{
	static char unnamed[16];
	size_t i;

	for (i = 0; i < sizeof(errno_names) / sizeof(errno_names[0]); i++)
		if (errno_names[i].number == err)
			return errno_names[i].name;
	snprintf(unnamed, sizeof(unnamed), "E%d", err);
	return unnamed;
}

uint64_t rng_next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x;
}

uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	switch (*end) {
	case 'g': case 'G':
		value <<= 10; /* fall through */
	case 'm': case 'M':
		value <<= 10; /* fall through */
	case 'k': case 'K':
		value <<= 10;
		end++;
	}
	if (end == text || *end) {
		fprintf(stderr, "srptest: not a size: %s\n", text);
		exit(2);
	}
	return value;
}

void *aligned_buffer(size_t size)
{
	void *p;

	if (posix_memalign(&p, 4096, size)) {
		fprintf(stderr, "srptest: no memory for %zu bytes\n", size);
		exit(2);
	}
	memset(p, 0, size);
	return p;
}

void *zeroed(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p) {
		fprintf(stderr, "srptest: no memory for %zu times %zu bytes\n", count, size);
		exit(2);
	}
	return p;
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(stderr, "srptest %s %s\n", commands[i].name, commands[i].help);
	return 2;
}
