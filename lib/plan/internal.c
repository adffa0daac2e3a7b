// SPDX-License-Identifier: GPL-2.0-or-later
/* internal - which subnets uplinks share, with each other or a LAN; pure. */
#include "plan/internal.h"

#include "base/order.h"

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

/* A subnet, and the place of the uplink that has an address in it. */
struct owned {
	struct bal_addr net;
	size_t uplink, place;
	bool shared; /* set at the first one in a subnet */
};

typedef BAL_LIST(struct owned) owned_list;

static owned_list
owned_subnets(const struct bal_uplinks *ups, struct bal_arena *arena)
{
	owned_list all = { 0 };

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		for (size_t k = 0; up->admin_up && k < up->v4.n_addrs; k++) {
			struct owned o = { .uplink = i, .place = all.n };
			struct owned *slot;

			if (!has_subnet(up->v4.addrs[k], &o.net))
				continue;
			slot = BAL_PUSH(arena, &all);
			if (slot)
				*slot = o;
		}
	}
	return all;
}

static int
by_subnet(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;
	const int c = bal_addr_cmp(&x->net, &y->net);

	return c ? c : (x->place > y->place) - (x->place < y->place);
}

static int
by_place(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

static void
mark_shared(owned_list *all)
{
	struct owned *first = all->v;

	bal_sort(all->v, all->n, sizeof(*all->v), by_subnet);
	for (struct owned *o = first; o < all->v + all->n; o++) {
		if (bal_addr_cmp(&first->net, &o->net) != 0)
			first = o;
		first->shared |= o->uplink != first->uplink;
	}
	bal_sort(all->v, all->n, sizeof(*all->v), by_place);
}

/* In the order of the uplinks: priorities of rules follow it. */
void
bal_plan_shared_subnets(const struct bal_uplinks *ups, struct bal_arena *arena,
			bal_prefix_list *out)
{
	owned_list all = owned_subnets(ups, arena);

	mark_shared(&all);
	for (size_t i = 0; i < all.n; i++) {
		struct bal_addr *slot;

		slot = all.v[i].shared ? BAL_PUSH(arena, out) : NULL;
		if (slot)
			*slot = all.v[i].net;
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

/* Behind a tunnel of others is what is behind those of bal, not a LAN. */
static bool
is_lan_device(const struct bal_link *link)
{
	return link->up && link->carrier && !link->loopback && !link->no_arp;
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
		if (link && is_lan_device(link) &&
		    !(world->names && bal_tables_id(world->names, link->name)))
			return a;
	}
	return NULL;
}
