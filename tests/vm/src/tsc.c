// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Frequency of the time stamp counter in kHz, for a guest that sees the host's (QEMU's TCG): on a busy host the guest's own
 * calibration against an emulated timer can be wrong by any factor, and its clock with it.
 */
#include <stdio.h>
#include <time.h>

#include "srptest.h"

#if defined(__x86_64__) || defined(__i386__)
struct sample {
	uint64_t ns;
	uint64_t ticks;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Of many tries the one that was interrupted least. */
static struct sample take_sample(void)
{
	struct sample best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t before = now_ns();
		uint64_t ticks = __builtin_ia32_rdtsc();
		uint64_t took = now_ns() - before;

		if (took < shortest) {
			shortest = took;
			best.ns = before + took / 2;
			best.ticks = ticks;
		}
	}
	return best;
}

int cmd_tsc(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	struct sample from, to;

	(void)argc;
	(void)argv;
	from = take_sample();
	nanosleep(&pause, NULL);
	to = take_sample();
	printf("%.0f\n", (double)(to.ticks - from.ticks) * 1e6 / (double)(to.ns - from.ns));
	return 0;
}
#else
int cmd_tsc(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}
#endif
