/* recover - a lost state, read back from our tagged objects; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_RECOVER_H
#define BAL_RECOVER_H

#include "config/conf.h"
#include "kernel/snapshot.h"
#include "state/state.h"

/*
 * What a lost state lacks from our tagged objects in @snap: uplinks, slots,
 * tables, addresses, gateways, weights, priorities, mode.  What @state has
 * stays, and what the objects do not hold (saved sysctls, `over`, history) is
 * not known.
 */
int bal_state_recover(struct bal_state *state, const struct bal_conf *conf,
		      const struct bal_snapshot *snap, struct bal_err *err);

#endif
