// SPDX-License-Identifier: GPL-2.0-or-later
/* plan - puts the parts of a plan together; pure. */
#include "plan/internal.h"

#include <string.h>

#include "plan/mptcp.h"

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
 * The policy by which the kernel spreads is one for all: that of sessions only
 * where every group wants it.
 */
static int32_t
hash_policy(const bal_group_list *groups)
{
	int32_t policy = BAL_HASH_POLICY_HOSTS;

	for (size_t i = 0; i < groups->n; i++) {
		if (groups->v[i].kind == BAL_BALANCE_HASH)
			return BAL_HASH_POLICY_FIELDS;
		if (groups->v[i].kind != BAL_BALANCE_SESSION)
			policy = BAL_HASH_POLICY_CONNECTIONS;
	}
	return policy;
}

static void
want_sysctls(const struct bal_world *world, struct bal_plan *plan)
{
	const int32_t policy = hash_policy(world->groups);

	plan->restore_sysctls = false;
	plan->sysctls.of[BAL_SYSCTL_HASH_POLICY] = policy;
	plan->sysctls.of[BAL_SYSCTL_HASH_FIELDS] =
		policy == BAL_HASH_POLICY_FIELDS ?
			(int32_t)world->globals->hash :
			-1;
	plan->sysctls.of[BAL_SYSCTL_ICMP_ERRORS] =
		bal_sysctls[BAL_SYSCTL_ICMP_ERRORS].ours;
	plan->six = world->globals->ipv6 == BAL_IPV6_BALANCE;
	/* Else it is put back. */
	if (plan->six)
		plan->sysctls.of[BAL_SYSCTL_HASH_POLICY6] =
			bal_sysctls[BAL_SYSCTL_HASH_POLICY6].ours;
}

int
bal_plan_make(const struct bal_world *world, struct bal_arena *arena,
	      struct bal_plan *out, struct bal_err *err)
{
	const struct bal_uplinks *ups = world->uplinks;
	struct bal_plan plan = { .sysctls = world->saved_sysctls,
				 .restore_sysctls = true };
	bool any = false;

	for (size_t i = 0; i < ups->n; i++) {
		any |= ups->v[i].admin_up;
		want_devconf(&ups->v[i], arena, &plan);
	}
	if (any) {
		want_sysctls(world, &plan);
		bal_plan_rules(world, arena, &plan.rules);
		bal_plan_rules6(world, arena, &plan.rules6);
		bal_plan_routes(world, arena, &plan.routes);
		bal_plan_routes6(world, arena, &plan.routes6);
		bal_plan_underlay_routes(world, arena, &plan.routes);
		bal_plan_firewall(world, arena, &plan.firewall);
		plan.steer = bal_plan_steer(world, arena);
		bal_plan_mptcp(world, arena, &plan.mptcp);
		bal_plan_smooth(world, arena, &plan);
	}
	if (arena->oom)
		return bal_err_nomem(err);
	*out = plan;
	return 0;
}
