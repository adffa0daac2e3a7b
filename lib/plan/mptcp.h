/* mptcp - which uplinks have an endpoint of MPTCP, and which are ours; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PLAN_MPTCP_H
#define BAL_PLAN_MPTCP_H

#include "plan/plan.h"

/* The limit of subflows is ours as long as an uplink is wanted. */
bool bal_plan_limits_mptcp(const struct bal_world *world);

/*
 * The endpoints that the uplinks of @world are to have, first those that come
 * first in order: of living ones that take new connections, one for each
 * address, as many as others leave room for.  Appended to @out in @arena.
 * Nothing where the kernel was not looked at, or has no MPTCP.
 */
void bal_plan_mptcp(const struct bal_world *world, struct bal_arena *arena,
		    bal_mptcp_list *out);

/*
 * The uplink whose endpoint @e is, or NULL: one of another program.  It has both
 * the number and the address that are on record; or, without a record, those
 * that the uplink would get.
 */
const struct bal_uplink *
bal_plan_mptcp_owner(const struct bal_uplinks *ups,
		     const struct bal_mptcp_endpoint *e);

/* Does @e have the number that the uplink of @us gets, where it is free? */
bool bal_plan_mptcp_numbers(const struct bal_uplink_state *us,
			    const struct bal_mptcp_endpoint *e);

/* The endpoint of @list that has the number and address of @e, or NULL. */
const struct bal_mptcp_endpoint *
bal_plan_mptcp_find(const bal_mptcp_list *list,
		    const struct bal_mptcp_endpoint *e);

#endif
