// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Why a target is not connected. */
#include "srp_log.h"
#include "srp_target.h"

__printf(3, 0)
static void srp_say(struct srp_target *target, bool cause, const char *fmt, va_list args)
{
	char text[SRP_ERROR_LEN];
	unsigned long flags;

	vsnprintf(text, sizeof(text), fmt, args);
	srp_err(target->shost, "%s\n", text);
	spin_lock_irqsave(&target->lock, flags);
	if (cause || !target->error_told)
		memcpy(target->last_error, text, sizeof(text));
	target->error_told = true;
	spin_unlock_irqrestore(&target->lock, flags);
}

void srp_path_err(struct srp_target *target, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	srp_say(target, true, fmt, args);
	va_end(args);
}

void srp_outcome_err(struct srp_target *target, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	srp_say(target, false, fmt, args);
	va_end(args);
}

void srp_path_begin(struct srp_target *target)
{
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	target->error_told = false;
	spin_unlock_irqrestore(&target->lock, flags);
}

void srp_path_good(struct srp_target *target)
{
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	target->last_error[0] = '\0';
	spin_unlock_irqrestore(&target->lock, flags);
}

void srp_last_error(struct srp_target *target, char text[SRP_ERROR_LEN])
{
	unsigned long flags;

	spin_lock_irqsave(&target->lock, flags);
	memcpy(text, target->last_error, SRP_ERROR_LEN);
	spin_unlock_irqrestore(&target->lock, flags);
}
