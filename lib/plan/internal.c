// SPDX-License-Identifier: GPL-2.0-or-later
/* internal - which subnets uplinks share, with each other or a LAN; pure. */
#include "plan/internal.h"

/* The network of an address that has one.  A /0 would be the default route. */
static bool
has_subnet(const struct bal_ifaddr *a, struct bal_addr *net)
{
	*net = bal_addr_network(&a->addr);
	return !a->peer && !bal_addr_is_host(&a->addr) && net->len;
}

bool
bal_plan_is_in(const struct bal_uplink *up, const struct bal_addr *net,
	       const struct bal_ifaddr **own)
{
	struct bal_addr theirs;

	for (size_t i = 0; i < up->v4.n_addrs; i++) {
		*own = up->v4.addrs[i];
		if (has_subnet(up->v4.addrs[i], &theirs) &&
		    bal_addr_cmp(&theirs, net) == 0)
			return true;
	}
	return false;
}

static bool
is_known(const bal_prefix_list *list, const struct bal_addr *net)
{
	for (size_t i = 0; i < list->n; i++)
		if (bal_addr_cmp(&list->v[i], net) == 0)
			return true;
	return false;
}

static bool
has_another(const struct bal_uplinks *ups, size_t from,
	    const struct bal_addr *net)
{
	const struct bal_ifaddr *own;

	for (size_t i = from; i < ups->n; i++)
		if (ups->v[i].admin_up && bal_plan_is_in(&ups->v[i], net, &own))
			return true;
	return false;
}

void
bal_plan_shared_subnets(const struct bal_uplinks *ups, struct bal_arena *arena,
			bal_prefix_list *out)
{
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		for (size_t k = 0; up->admin_up && k < up->v4.n_addrs; k++) {
			struct bal_addr net, *slot;

			if (!has_subnet(up->v4.addrs[k], &net) ||
			    is_known(out, &net) ||
			    !has_another(ups, i + 1, &net))
				continue;
			slot = BAL_PUSH(arena, out);
			if (slot)
				*slot = net;
		}
	}
}

static bool
is_uplink(const struct bal_uplinks *ups, int ifindex)
{
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].ifindex == ifindex)
			return true;
	return false;
}

const struct bal_ifaddr *
bal_plan_lan(const struct bal_world *world, const struct bal_addr *net)
{
	const struct bal_snapshot *snap = world->snap;

	for (size_t i = 0; snap && i < snap->addrs.n; i++) {
		const struct bal_ifaddr *a = &snap->addrs.v[i];
		const struct bal_addr theirs = bal_addr_network(&a->addr);
		const struct bal_link *link;

		if (a->peer || bal_addr_cmp(&theirs, net) != 0 ||
		    is_uplink(world->uplinks, a->ifindex))
			continue;
		link = bal_snapshot_ifindex(snap, a->ifindex);
		if (link && link->up && link->carrier && !link->loopback &&
		    !(world->names && bal_tables_id(world->names, link->name)))
			return a;
	}
	return NULL;
}
