// SPDX-License-Identifier: GPL-2.0-or-later
/* routes_last - the last resort: routes of uplinks without a share; pure. */
#include <sys/socket.h>

#include "plan/main_way.h"
#include "plan/route_make.h"
#include "plan/routes_last.h"

static bool
is_way_out(const struct bal_uplink *up)
{
	return up->base && up->capped != BAL_CAPPED_HARD;
}

static bool
is_alive(const struct bal_uplink *up)
{
	return is_way_out(up) && up->alive;
}

static bool
any_alive(const struct bal_uplinks *ups)
{
	for (size_t i = 0; i < ups->n; i++)
		if (is_alive(&ups->v[i]))
			return true;
	return false;
}

static void
resort_by(const struct bal_uplink *up, uint32_t table,
	  const struct bal_addr *dst, struct bal_arena *arena,
	  bal_route_list *out)
{
	bal_route_one_hop(arena, out, table, dst,
			  BAL_METRIC_LAST_RESORT + bal_uplink_metric(up), up,
			  false);
}

/*
 * Behind everything: the base uplinks, so that OpenVPN can look its server's
 * name up while no tunnel lives.  The dead among them only while all are.
 */
void
bal_route_last_resort(const struct bal_world *world, struct bal_arena *arena,
		      bal_route_list *out)
{
	const struct bal_uplinks *ups = world->uplinks;
	struct bal_addr any = bal_addr_any(AF_INET);
	const bool alive = any_alive(ups);

	if (!world->globals->last_resort)
		return;
	for (size_t i = 0; i < ups->n; i++)
		if (is_alive(&ups->v[i]) ||
		    (!alive && is_way_out(&ups->v[i]) && ups->v[i].v4.usable))
			resort_by(&ups->v[i], BAL_TABLE_DEFAULT, &any, arena,
				  out);
}

/*
 * DHCP's default route knows nothing of probes.  One by a device that is no
 * uplink is left its place before the last resort: nothing says that it is dead.
 */
void
bal_route_before_main(const struct bal_world *world, uint32_t table,
		      const struct bal_addr *dst, struct bal_arena *arena,
		      bal_route_list *out)
{
	const struct bal_uplinks *ups = world->uplinks;

	if (!world->globals->last_resort || !world->snap ||
	    !bal_main_leads_to_dead(world->snap, ups, dst))
		return;
	for (size_t i = 0; i < ups->n; i++)
		if (is_alive(&ups->v[i]))
			resort_by(&ups->v[i], table, dst, arena, out);
}
