// SPDX-License-Identifier: GPL-2.0-or-later
/* device - what the kernel shows of the device of an uplink; pure. */
#include "plan/device.h"

#include "base/order.h"
#include <string.h>
#include <sys/socket.h>

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

static bool
is_on(const struct bal_ifaddr *a, int ifindex, int family)
{
	return a->ifindex == ifindex && a->addr.family == family;
}

const struct bal_ifaddr **
bal_leg_addrs(const struct bal_snapshot *snap, int ifindex, int family,
	      const struct bal_addr *gateway, size_t *n,
	      struct bal_arena *arena)
{
	const struct bal_ifaddr **v;
	size_t count = 0, first = 0;

	for (size_t i = 0; i < snap->addrs.n; i++)
		if (is_on(&snap->addrs.v[i], ifindex, family))
			count++;
	v = count ? bal_arena_alloc(arena, count * sizeof(*v)) : NULL;
	*n = 0;
	if (!v)
		return NULL;
	for (size_t i = 0; i < snap->addrs.n; i++)
		if (is_on(&snap->addrs.v[i], ifindex, family))
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
	const int order = (int)a->family - (int)b->family;

	return order ? order : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
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
	bal_sort(all->v, all->n, sizeof(*all->v), by_host);
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
is_no_gateway(const struct bal_leg *leg, const struct bal_holders *all)
{
	if (bal_holders_of(all, &leg->gateway).n)
		return true;
	for (size_t i = 0; i < leg->n_addrs; i++) {
		const struct bal_ifaddr *own = leg->addrs[i];
		struct bal_addr last = bal_addr_last(&own->addr);
		struct bal_addr net = bal_addr_network(&own->addr);

		/* A /31 has neither (RFC 3021). */
		if (!own->peer &&
		    own->addr.len + 1u < bal_addr_bits(own->addr.family) &&
		    (bal_addr_same_host(&last, &leg->gateway) ||
		     bal_addr_same_host(&net, &leg->gateway)))
			return true;
	}
	return false;
}

/* @addr, or none where it is of another family. */
static struct bal_addr
of_family(const struct bal_leg *leg, const struct bal_addr *addr)
{
	return addr->family == leg->family ? *addr : (struct bal_addr){ 0 };
}

static void
take_gateway(struct bal_leg *leg, int ifindex, const struct bal_addr *gateway,
	     const struct bal_view *view)
{
	leg->gateway = of_family(leg, gateway);
	if (ifindex)
		leg->addrs = bal_leg_addrs(view->snap, ifindex, leg->family,
					   &leg->gateway, &leg->n_addrs,
					   view->arena);
	if (!bal_addr_none(&leg->gateway) && is_no_gateway(leg, &view->all))
		leg->gateway = (struct bal_addr){ 0 };
}

/* In the order in which the kernel looks for a way out by the device. */
static void
ask_others(struct bal_leg *leg, const struct bal_uplink *up,
	   const struct bal_view *view)
{
	const uint32_t tables[] = { up->table, view->balancing, BAL_TABLE_MAIN,
				    BAL_TABLE_DEFAULT };
	struct bal_addr *found = &leg->foreign_gateway;

	leg->asked_gateway = true;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct bal_addr theirs;

		if (!bal_addr_none(found))
			return;
		theirs = bal_snapshot_foreign_gateway(&view->snap->all, tables[i],
						      up->ifindex);
		*found = of_family(leg, &theirs);
	}
}

static void
find_gateway(struct bal_leg *leg, const struct bal_uplink *up,
	     const struct bal_uplink_state *us, const struct bal_view *view)
{
	const struct bal_addr asked = of_family(leg, &up->set.gateway);
	const bool said = !bal_addr_none(&asked);

	take_gateway(leg, up->ifindex, said ? &asked : &us->learned_gateway,
		     view);
	if (said || !up->admin_up || !up->up || up->no_arp ||
	    !bal_addr_none(&leg->gateway))
		return;
	ask_others(leg, up, view);
	take_gateway(leg, up->ifindex, &leg->foreign_gateway, view);
}

void
bal_leg_see(struct bal_leg *leg, const struct bal_uplink *up,
	    const struct bal_uplink_state *us, const struct bal_view *view)
{
	const struct bal_addr known = of_family(leg, &us->learned_addr);

	find_gateway(leg, up, us, view);
	if (!leg->n_addrs && !bal_addr_none(&known))
		leg->absent_addr = bal_addr_host(&known);
	leg->usable = up->admin_up && up->up && up->carrier && leg->n_addrs &&
		      (up->no_arp || !bal_addr_none(&leg->gateway));
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
		up->ipv6_off = us->ipv6_ifindex == link->ifindex;
		if (us->saved6_ifindex == link->ifindex)
			up->restore6 = us->saved6;
	}
	up->mptcp_id = (uint8_t)us->mptcp_id;
	up->mptcp_addr = us->mptcp_addr;
	up->v4.family = AF_INET;
	bal_leg_see(&up->v4, up, us, view);
}
