// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The three time-outs of a remote port: text form, rules, growth of the reconnect delay.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "srp_tmo.h"

/* Failed attempts in a row that leave the delay as it is, and how far it then grows. */
#define SRP_RECONNECT_CONST_FAILURES	11
#define SRP_RECONNECT_MAX_FACTOR	100

int srp_tmo_parse(const char *text, int *secs)
{
	int res, val;

	/* Whatever follows "off" was always accepted; scripts write "off\n" and "off ". */
	if (strncmp(text, "off", 3) == 0) {
		*secs = SRP_TMO_OFF;
		return 0;
	}
	res = kstrtoint(text, 0, &val);
	if (res)
		return res;
	*secs = val < 0 ? SRP_TMO_OFF : val;
	return 0;
}

int srp_tmo_format(char *buf, size_t size, int secs)
{
	if (secs < 0)
		return snprintf(buf, size, "off");
	return snprintf(buf, size, "%d", secs);
}

static const char all_off[] =
	"reconnect_delay, fast_io_fail_tmo and dev_loss_tmo must not all be off; set one of them";
static const char delay_zero[] =
	"reconnect_delay must not be 0; use at least 1 second, or off";
static const char fast_too_long[] =
	"fast_io_fail_tmo must not exceed 600 seconds; lower it, or set it to off";
static const char loss_too_long[] =
	"dev_loss_tmo must not exceed 600 seconds while fast_io_fail_tmo is off; change either";
static const char loss_overflow[] =
	"dev_loss_tmo is longer than a kernel timer can run; lower it, or set it to off";
static const char fast_above_loss[] =
	"fast_io_fail_tmo must not exceed dev_loss_tmo; lower the former or raise the latter";

const char *srp_tmo_check(const struct srp_tmo *tmo, long max_secs)
{
	bool fast = tmo->fast_io_fail >= 0;
	bool loss = tmo->dev_loss >= 0;

	if (tmo->reconnect_delay < 0 && !fast && !loss)
		return all_off;
	if (tmo->reconnect_delay == 0)
		return delay_zero;
	if (tmo->fast_io_fail > SRP_MAX_BLOCK_SECS)
		return fast_too_long;
	if (!fast && tmo->dev_loss > SRP_MAX_BLOCK_SECS)
		return loss_too_long;
	if (loss && tmo->dev_loss >= max_secs)
		return loss_overflow;
	if (fast && loss && tmo->fast_io_fail > tmo->dev_loss)
		return fast_above_loss;
	return NULL;
}

int srp_tmo_reconnect_delay(int reconnect_delay, unsigned int failed)
{
	unsigned int factor = 1;

	if (reconnect_delay <= 0)
		return SRP_TMO_OFF;
	if (failed > SRP_RECONNECT_CONST_FAILURES)
		factor = min_t(unsigned int, failed - SRP_RECONNECT_CONST_FAILURES + 1,
			       SRP_RECONNECT_MAX_FACTOR);
	if (reconnect_delay > INT_MAX / (int)factor)
		return INT_MAX;
	return reconnect_delay * (int)factor;
}
