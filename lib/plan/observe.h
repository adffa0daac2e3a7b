/* observe - what the kernel shows of the uplinks, into the state; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OBSERVE_H
#define BAL_OBSERVE_H

#include "config/conf.h"
#include "kernel/snapshot.h"
#include "state/state.h"

/*
 * What the kernel shows of the uplinks, into @state: device index, address,
 * sysctls from before us, traffic rates.
 */
void bal_state_observe(struct bal_state *state, const struct bal_conf *conf,
		     const struct bal_snapshot *snap, struct bal_arena *arena);

#endif
