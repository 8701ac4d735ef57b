/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The three time-outs of a remote port: how they are written and which
 * combinations make sense. Pure: no kernel service is used, any context.
 */
#ifndef SRP_TMO_H
#define SRP_TMO_H

#include <linux/types.h>

/* A time-out that is switched off. */
#define SRP_TMO_OFF	(-1)

/* Longest time that SCSI devices may stay blocked, seconds. */
#define SRP_MAX_BLOCK_SECS	600

/* Seconds, or SRP_TMO_OFF. */
struct srp_tmo {
	int reconnect_delay;
	int fast_io_fail;
	int dev_loss;
};

/**
 * srp_tmo_parse - text to seconds
 * @text: number in base 0, negative for off, or text that starts with "off";
 *	one trailing newline is allowed
 * @secs: result, seconds or SRP_TMO_OFF
 *
 * Return: 0, -EINVAL for text that is no number, -ERANGE for one that does not fit an int.
 */
int srp_tmo_parse(const char *text, int *secs);

/**
 * srp_tmo_format - seconds to "off" or a decimal number, without newline
 *
 * Return: number of characters, as snprintf().
 */
int srp_tmo_format(char *buf, size_t size, int secs);

/**
 * srp_tmo_check - are these three compatible?
 * @max_secs: longest time that the caller's timers can count (LONG_MAX / HZ)
 *
 * Rules: not all three off; reconnect_delay not 0; fast_io_fail at most 600;
 * dev_loss at most 600 if fast_io_fail is off; dev_loss below @max_secs;
 * fast_io_fail not above dev_loss if both are set (equal is fine).
 *
 * Return: NULL if they are, else a sentence that names the rule and what to change.
 */
const char *srp_tmo_check(const struct srp_tmo *tmo, long max_secs);

/**
 * srp_tmo_reconnect_delay - seconds to wait before the next reconnect attempt
 * @reconnect_delay: the configured delay
 * @failed: attempts that failed in a row
 *
 * Constant for the first 11 failures, then growing linearly up to 100 times.
 *
 * Return: seconds (saturated at INT_MAX), or SRP_TMO_OFF.
 */
int srp_tmo_reconnect_delay(int reconnect_delay, unsigned int failed);

#endif /* SRP_TMO_H */
