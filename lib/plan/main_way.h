/* main_way - where the table main leads new connections; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MAIN_WAY_H
#define BAL_MAIN_WAY_H

#include "plan/uplink.h"

/*
 * Would `lookup main`, as @snap has that table, lead new connections to @dst
 * (or a part of them, length 0 being all the world) to one of @ups that is up
 * and not alive?  Routes to a part of @dst do not count, but for the two halves
 * of the world, which OpenVPN's redirect-gateway takes instead of a default
 * route.  Of several next hops, or routes of one metric, the kernel may take
 * any.
 */
bool bal_main_leads_to_dead(const struct bal_snapshot *snap,
			    const struct bal_uplinks *ups,
			    const struct bal_addr *dst);

/*
 * The route of main that ends a look-up for all of @half, a half of the world
 * (length 1), with no way out: of type blackhole, unreachable or prohibit, or
 * over a nexthop object that is a blackhole.  The kernel does not suppress such
 * a route as it does others, so no rule behind `lookup main` is asked.  NULL:
 * none, or a way comes before it.
 */
const struct bal_route *bal_main_end(const struct bal_snapshot *snap,
				     const struct bal_uplinks *ups,
				     const struct bal_addr *half);

#endif
