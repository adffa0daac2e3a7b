// SPDX-License-Identifier: GPL-2.0-or-later
/* route_make - single routes of a plan, and the table of a device; pure. */
#include "plan/route_make.h"

#include <string.h>

/* Linux before 6.12 refuses more of a member of a nexthop group. */
#define WEIGHT_KERNEL 255

struct bal_route *
bal_route_add(struct bal_arena *arena, bal_route_list *out, uint32_t table,
	      const struct bal_addr *dst, uint32_t metric)
{
	struct bal_route *r = BAL_PUSH(arena, out);

	if (!r)
		return NULL;
	r->table = table;
	r->dst = *dst;
	r->metric = metric;
	r->protocol = BAL_PROTO;
	r->type = BAL_ROUTE_UNICAST;
	return r;
}

bool
bal_route_make_room(struct bal_arena *arena, struct bal_route *r, size_t n)
{
	if (r)
		r->hops = bal_arena_alloc(arena, n * sizeof(*r->hops));
	return r && r->hops;
}

void
bal_route_add_hop(struct bal_route *r, const struct bal_uplink *up, bool direct)
{
	struct bal_hop *hop = &r->hops[r->n_hops++];

	hop->ifindex = up->ifindex;
	memcpy(hop->dev, up->name, sizeof(hop->dev));
	hop->weight = up->set.weight < WEIGHT_KERNEL ? up->set.weight :
						       WEIGHT_KERNEL;
	if (!direct && !bal_addr_none(&up->v4.gateway)) {
		hop->gateway = up->v4.gateway;
		hop->onlink = true;
	}
}

void
bal_route_finish(struct bal_route *r)
{
	r->scope_link = true;
	for (size_t i = 0; i < r->n_hops; i++)
		if (r->hops[i].onlink)
			r->scope_link = false;
	/* The weight of a single hop is not in the kernel's route. */
	if (r->n_hops == 1)
		r->hops[0].weight = 1;
}

struct bal_route *
bal_route_one_hop(struct bal_arena *arena, bal_route_list *out, uint32_t table,
		  const struct bal_addr *dst, uint32_t metric,
		  const struct bal_uplink *up, bool direct)
{
	struct bal_route *r = bal_route_add(arena, out, table, dst, metric);

	if (!bal_route_make_room(arena, r, 1))
		return NULL;
	bal_route_add_hop(r, up, direct);
	bal_route_finish(r);
	return r;
}

static bool
subnet_seen(const struct bal_leg *leg, size_t upto, const struct bal_addr *net)
{
	for (size_t i = 0; i < upto; i++) {
		struct bal_addr other = bal_addr_network(&leg->addrs[i]->addr);

		if (!leg->addrs[i]->peer && bal_addr_cmp(&other, net) == 0)
			return true;
	}
	return false;
}

void
bal_route_device(const struct bal_uplink *up, const struct bal_leg *leg,
		 struct bal_arena *arena, bal_route_list *out)
{
	struct bal_addr any;
	struct bal_route *r;

	if (!up->admin_up || !up->up || !leg->n_addrs)
		return;
	for (size_t i = 0; i < leg->n_addrs; i++) {
		const struct bal_ifaddr *own = leg->addrs[i];
		struct bal_addr net = bal_addr_network(&own->addr);

		/* A /0 would stand where the default route stands. */
		if (own->peer || bal_addr_is_host(&own->addr) || !net.len ||
		    subnet_seen(leg, i, &net))
			continue;
		r = bal_route_one_hop(arena, out, up->table, &net, 0, up, true);
		if (r)
			r->src = bal_addr_host(&own->addr);
	}
	if (bal_addr_none(&leg->gateway) && !up->no_arp)
		return;
	any = bal_addr_any(leg->family);
	r = bal_route_one_hop(arena, out, up->table, &any, 0, up, false);
	if (r)
		r->src = bal_addr_host(&leg->addrs[0]->addr);
}
