/* use6 - which uplinks hold connections of IPv6, and what is due of others. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_USE6_H
#define BAL_USE6_H

#include "actions/outcome.h"
#include "actions/use_internal.h"

/*
 * As bal_use_conclude(), of IPv6, where an uplink holds connections or does not:
 * one that is dead or gone is flushed, and its sockets closed, once another one is
 * alive by IPv6.  Events and releases go to @out.
 */
void bal_use6_conclude(const struct bal_outcome_from *from,
		       struct bal_state *state, struct bal_arena *arena,
		       struct bal_outcome *out);

/* As bal_use_release(), of IPv6, for all addresses of @up. */
void bal_use6_release(const struct bal_use_maker *m,
		      const struct bal_uplink *up, enum bal_use_cause cause);

#endif
