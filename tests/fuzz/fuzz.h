/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SRP_TESTS_FUZZ_H
#define SRP_TESTS_FUZZ_H

#include <cstdio>
#include <cstdlib>

#include "pure.h"

/* As assert(), in every kind of build. */
#define REQUIRE(cond) do {						\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
} while (0)

#endif
