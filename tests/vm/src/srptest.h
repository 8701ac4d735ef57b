/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cases' helper program: one static binary, one file per subcommand.
 * Every subcommand prints one line of key=value pairs or one word, and exits 0 if everything was as expected.
 */
#ifndef SRPTEST_H
#define SRPTEST_H

#include <stddef.h>
#include <stdint.h>

int cmd_put(int argc, char **argv);
int cmd_nth(int argc, char **argv);
int cmd_table(int argc, char **argv);
int cmd_io(int argc, char **argv);
int cmd_sg(int argc, char **argv);
int cmd_cdb(int argc, char **argv);
int cmd_tsc(int argc, char **argv);

/* "EINVAL" for EINVAL, "OK" for 0, "E<number>" for what has no name here. */
const char *errno_name(int err);

/* A fast generator; never returns to 0 as long as the state was not 0. */
uint64_t rng_next(uint64_t *state);

/* Number with an optional suffix k, m or g; exits with a message if it is not one. */
uint64_t parse_size(const char *text);

void *aligned_buffer(size_t size);
/* As calloc(3); ends the program if there is no memory. */
void *zeroed(size_t count, size_t size);

#endif
