// SPDX-License-Identifier: GPL-2.0-or-later
/* plan - puts the parts of a plan together; pure. */
#include "plan/internal.h"

#include <string.h>

/*
 * KERNEL.md 1 and 3: arp_ignore=1 alone ends ARP flux, arp_announce=2 asks
 * with the right sender, arp_filter=1 would deafen all but the first of
 * several devices in a subnet, rp_filter=2 accepts replies by any uplink,
 * promote_secondaries survives a DHCP renumbering, and the kernel itself
 * leaves an uplink without carrier.
 */
static const int32_t ours[BAL_DC_MAX] = {
	[BAL_DC_ARP_IGNORE] = 1,	  [BAL_DC_ARP_ANNOUNCE] = 2,
	[BAL_DC_ARP_FILTER] = 0,	  [BAL_DC_RP_FILTER] = 2,
	[BAL_DC_PROMOTE_SECONDARIES] = 1, [BAL_DC_IGNORE_LINKDOWN] = 1,
};

/* What the administrator set since then is not ours to put back. */
static void
restore_devconf(const struct bal_uplink *up, struct bal_devconf_set *set)
{
	set->restore = true;
	memcpy(set->value, up->restore, sizeof(set->value));
	for (int i = 0; i < BAL_DC_MAX; i++) {
		int32_t now = up->link->devconf[i];

		if ((up->restore_mask & (1u << i)) &&
		    (now == ours[i] || (i == BAL_DC_RP_FILTER && now == 0)))
			set->mask |= 1u << i;
	}
}

static void
want_devconf(const struct bal_uplink *up, struct bal_arena *arena,
	     struct bal_plan *plan)
{
	struct bal_devconf_set *set;

	if (!up->ifindex || (!up->admin_up && !up->restore_mask))
		return;
	set = BAL_PUSH(arena, &plan->devconf);
	if (!set)
		return;
	set->ifindex = up->ifindex;
	memcpy(set->dev, up->name, sizeof(set->dev));
	if (!up->admin_up) {
		restore_devconf(up, set);
		return;
	}
	set->mask = (1u << BAL_DC_MAX) - 1;
	memcpy(set->value, ours, sizeof(set->value));
	/*
	 * Two devices with one address: the source check cannot tell them
	 * apart and drops probe replies (KERNEL.md 14).
	 */
	if (up->v4.shared_addr)
		set->value[BAL_DC_RP_FILTER] = 0;
}

bool
bal_plan_wants_names(const struct bal_world *world, struct bal_arena *arena)
{
	bal_prefix_list shared = { 0 };

	bal_plan_shared_subnets(world->uplinks, arena, &shared);
	for (size_t i = 0; i < shared.n; i++)
		if (bal_plan_lan(world, &shared.v[i]))
			return true;
	return false;
}

/*
 * The policy by which the kernel spreads is one for all: that of sessions, which
 * was there before us, only where every group wants it.
 */
static bool
spreads_connections(const bal_group_list *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		if (groups->v[i].kind == BAL_GROUP_CONNECTION)
			return true;
	return false;
}

int
bal_plan_make(const struct bal_world *world, struct bal_arena *arena,
	      struct bal_plan *out, struct bal_err *err)
{
	const struct bal_uplinks *ups = world->uplinks;
	struct bal_plan plan = { .sysctls = world->saved_sysctls };
	bool any = false;

	for (size_t i = 0; i < ups->n; i++) {
		any |= ups->v[i].admin_up;
		want_devconf(&ups->v[i], arena, &plan);
	}
	if (any) {
		for (int i = 0; i < BAL_SYSCTL_MAX; i++)
			if (i != BAL_SYSCTL_HASH_POLICY ||
			    spreads_connections(world->groups))
				plan.sysctls.of[i] = bal_sysctls[i].ours;
		bal_plan_rules(world, arena, &plan.rules);
		bal_plan_routes(world, arena, &plan.routes);
		bal_plan_firewall(world, arena, &plan.firewall);
	}
	if (arena->oom)
		return bal_err_nomem(err);
	*out = plan;
	return 0;
}
