/* routes_last - the last resort: routes of uplinks without a share; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ROUTES_LAST_H
#define BAL_ROUTES_LAST_H

#include "plan/plan.h"

/*
 * The routes of the table `default`, for what finds no other one, into @out, of
 * @arena; memory that runs out shows there.
 */
void bal_route_last_resort(const struct bal_world *world,
			   struct bal_arena *arena, bal_route_list *out);

/*
 * The same ones in @table, for @dst, of which nothing else is there: only where
 * main, which comes next, would lead to a dead uplink though a base uplink is
 * alive.
 */
void bal_route_before_main(const struct bal_world *world, uint32_t table,
			   const struct bal_addr *dst, struct bal_arena *arena,
			   bal_route_list *out);

#endif
