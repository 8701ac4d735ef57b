/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All channels of a target together: allocate, connect, stop, release.
 *
 * Everything here may sleep and is called with target->connect_mutex held, unless it
 * says otherwise.
 */
#ifndef SRP_CHANNELS_H
#define SRP_CHANNELS_H

#include "srp_target.h"

int srp_channels_init_wq(void);
void srp_channels_exit_wq(void);

/**
 * srp_channels_alloc - target->ch_count channels, not connected
 * @ops: their upcalls
 *
 * Return: 0 or -errno; srp_channels_free() is safe either way.
 */
int srp_channels_alloc(struct srp_target *target, const struct srp_ch_ops *ops);

/* Without the mutex once nobody else can see the target. The channels are released. */
void srp_channels_free(struct srp_target *target);

/**
 * srp_channels_connect - log in on every channel
 *
 * The first one ends older connections of this nexus; the others log in at the same
 * time, and those that were refused once more, one by one.
 * Return: how many of the first channels are connected, at least one; -errno of the
 * first channel; -ERESTARTSYS or as srp_target_interrupted(). The caller releases or trims.
 */
int srp_channels_connect(struct srp_target *target);

/* Release and free all channels but the first @nr; none of the others was live. */
void srp_channels_trim(struct srp_target *target, unsigned int nr);

/* Commands may be queued from here on. */
void srp_channels_go_live(struct srp_target *target);

/* True if no channel owns a command. Any context. */
bool srp_channels_idle(struct srp_target *target);

/* Nothing posts any more and the target cannot reach our memory: hand all commands back. */
void srp_channels_kill(struct srp_target *target, srp_result_fn result);

/* Down in the order disconnect, dead, idle, gone; safe whatever exists. */
void srp_channels_release(struct srp_target *target);

/* Any context while the channels exist. */
void srp_channels_each(struct srp_target *target, void (*fn)(struct srp_ch *ch));

#endif /* SRP_CHANNELS_H */
