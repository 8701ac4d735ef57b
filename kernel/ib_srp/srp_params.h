/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Module parameters. Logins take a copy of what they need, so that a change
 * never reaches a target that exists.
 */
#ifndef SRP_PARAMS_H
#define SRP_PARAMS_H

#include <srp_transport.h>
#include "srp_options.h"

/* Validated, in force for new logins. */
extern struct srp_tmo srp_param_tmo;
extern bool srp_param_topspin_workarounds;
extern bool srp_param_register_always;
extern bool srp_param_never_register;
extern unsigned int srp_param_ch_count;		/* 0 = automatic */

/* Bytes of immediate data to ask for, 0 = none. */
unsigned int srp_param_imm_data(void);

/* What keys that a login string leaves out default to. */
void srp_param_option_defaults(struct srp_option_defaults *def);

/* Called once at module load: clamps and reports. */
void srp_params_init(void);

#endif /* SRP_PARAMS_H */
