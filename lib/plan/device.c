// SPDX-License-Identifier: GPL-2.0-or-later
/* device - what the kernel shows of the device of an uplink; pure. */
#include "plan/device.h"

#include <stdlib.h>
#include <string.h>

/* Does @a come before @b as the A of a device behind @gateway? */
static bool
ranks_before(const struct bal_ifaddr *a, const struct bal_ifaddr *b,
	     const struct bal_addr *gateway)
{
	struct bal_addr net_a = bal_addr_network(&a->addr);
	struct bal_addr net_b = bal_addr_network(&b->addr);
	bool in_a = bal_addr_in(gateway, &net_a);
	bool in_b = bal_addr_in(gateway, &net_b);

	if (in_a != in_b)
		return in_a;
	return !a->secondary && b->secondary;
}

const struct bal_ifaddr **
bal_uplink_addrs(const struct bal_snapshot *snap, int ifindex,
		 const struct bal_addr *gateway, size_t *n,
		 struct bal_arena *arena)
{
	const struct bal_ifaddr **v;
	size_t count = 0, first = 0;

	for (size_t i = 0; i < snap->addrs.n; i++)
		if (snap->addrs.v[i].ifindex == ifindex)
			count++;
	v = count ? bal_arena_alloc(arena, count * sizeof(*v)) : NULL;
	*n = 0;
	if (!v)
		return NULL;
	for (size_t i = 0; i < snap->addrs.n; i++)
		if (snap->addrs.v[i].ifindex == ifindex)
			v[(*n)++] = &snap->addrs.v[i];
	for (size_t i = 1; i < count; i++)
		if (ranks_before(v[i], v[first], gateway))
			first = i;
	/* The others stay in the kernel's order. */
	for (const struct bal_ifaddr *a = v[first]; first > 0; first--) {
		v[first] = v[first - 1];
		v[first - 1] = a;
	}
	return v;
}

static int
host_cmp(const struct bal_addr *a, const struct bal_addr *b)
{
	struct bal_addr x = bal_addr_host(a), y = bal_addr_host(b);

	return bal_addr_cmp(&x, &y);
}

static int
by_host(const void *a, const void *b)
{
	const struct bal_ifaddr *const *x = a, *const *y = b;

	return host_cmp(&(*x)->addr, &(*y)->addr);
}

bool
bal_holders_sort(struct bal_holders *all, const struct bal_snapshot *snap,
		 struct bal_arena *arena)
{
	all->n = snap->addrs.n;
	all->v = bal_arena_alloc(arena, (all->n + 1) * sizeof(*all->v));
	if (!all->v)
		return false;
	for (size_t i = 0; i < all->n; i++)
		all->v[i] = &snap->addrs.v[i];
	qsort(all->v, all->n, sizeof(*all->v), by_host);
	return true;
}

struct bal_holders
bal_holders_of(const struct bal_holders *all, const struct bal_addr *addr)
{
	struct bal_holders some = { 0 };
	size_t low = 0, high = all->n;

	if (bal_addr_none(addr))
		return some;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (host_cmp(&all->v[mid]->addr, addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	some.v = all->v + low;
	while (low + some.n < all->n &&
	       host_cmp(&some.v[some.n]->addr, addr) == 0)
		some.n++;
	return some;
}

/* This box, or all of a subnet: it leads nowhere, and the kernel refuses. */
static bool
is_no_gateway(const struct bal_uplink *up, const struct bal_holders *all)
{
	if (bal_holders_of(all, &up->gateway).n)
		return true;
	for (size_t i = 0; i < up->n_addrs; i++) {
		const struct bal_ifaddr *own = up->addrs[i];
		struct bal_addr last = bal_addr_last(&own->addr);
		struct bal_addr net = bal_addr_network(&own->addr);

		/* A /31 has neither (RFC 3021). */
		if (!own->peer &&
		    own->addr.len + 1u < bal_addr_bits(own->addr.family) &&
		    (bal_addr_same_host(&last, &up->gateway) ||
		     bal_addr_same_host(&net, &up->gateway)))
			return true;
	}
	return false;
}

static void
take_gateway(struct bal_uplink *up, const struct bal_addr *gateway,
	     const struct bal_view *view)
{
	up->gateway = *gateway;
	if (up->ifindex)
		up->addrs = bal_uplink_addrs(view->snap, up->ifindex, gateway,
					     &up->n_addrs, view->arena);
	if (!bal_addr_none(gateway) && is_no_gateway(up, &view->all))
		up->gateway = (struct bal_addr){ 0 };
}

/* In the order in which the kernel looks for a way out by the device. */
static void
ask_others(struct bal_uplink *up, const struct bal_view *view)
{
	const uint32_t tables[] = { up->table, view->balancing, BAL_TABLE_MAIN,
				    BAL_TABLE_DEFAULT };
	struct bal_addr *found = &up->foreign_gateway;

	up->asked_gateway = true;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (bal_addr_none(found))
			*found = bal_snapshot_foreign_gateway(
				view->snap, tables[i], up->ifindex);
}

static void
find_gateway(struct bal_uplink *up, const struct bal_uplink_state *us,
	     const struct bal_view *view)
{
	const bool said = !bal_addr_none(&up->set.gateway);

	take_gateway(up, said ? &up->set.gateway : &us->learned_gateway, view);
	if (said || !up->admin_up || !up->up || up->no_arp ||
	    !bal_addr_none(&up->gateway))
		return;
	ask_others(up, view);
	take_gateway(up, &up->foreign_gateway, view);
}

void
bal_uplink_see_device(struct bal_uplink *up, const struct bal_uplink_state *us,
		      const struct bal_view *view)
{
	const struct bal_link *link = bal_snapshot_link(view->snap, us->name);

	if (link) {
		up->link = link;
		up->ifindex = link->ifindex;
		up->up = link->up;
		up->carrier = link->carrier;
		up->no_arp = link->no_arp;
		if (us->saved_ifindex == link->ifindex) {
			up->restore_mask = us->saved_mask;
			up->restore = us->saved;
		}
	}
	find_gateway(up, us, view);
	if (!up->n_addrs)
		up->absent_addr = bal_addr_host(&us->learned_addr);
	up->usable = up->admin_up && up->up && up->carrier && up->n_addrs &&
		     (up->no_arp || !bal_addr_none(&up->gateway));
}
