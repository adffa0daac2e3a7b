// SPDX-License-Identifier: GPL-2.0-or-later
/* lookup - the route of a packet in one table, as fib_table_lookup() finds it. */
#include "explain/internal.h"

struct looker {
	const struct bal_snapshot *snap;
	const struct bal_packet *packet;
	struct bal_arena *arena;
};

/*
 * Its routes are dead, or passed over where the device says so; but the box
 * keeps its own addresses.
 */
static bool
is_usable(const struct looker *l, const struct bal_route *r,
	  const struct bal_hop *hop)
{
	const struct bal_link *link =
		bal_snapshot_ifindex(l->snap, hop->ifindex);

	if (!link || !link->up ||
	    (!link->carrier && r->type != BAL_ROUTE_LOCAL &&
	     link->devconf[BAL_DC_IGNORE_LINKDOWN] == 1))
		return false;
	return !l->packet->oif || l->packet->oif->ifindex == hop->ifindex;
}

static void
take_hops(const struct looker *l, const struct bal_route *r,
	  struct bal_found *out)
{
	for (size_t i = 0; i < r->n_hops; i++) {
		const struct bal_hop **slot;

		if (!is_usable(l, r, &r->hops[i]))
			continue;
		/* Bound to a device: the first one that has it. */
		if (l->packet->oif && out->hops.n)
			return;
		slot = BAL_PUSH(l->arena, &out->hops);
		if (slot)
			*slot = &r->hops[i];
	}
}

/* Of two: the longer prefix, then the smaller metric, then the kernel's order. */
static bool
comes_before(const struct bal_route *a, const struct bal_route *b)
{
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	if (a->metric != b->metric)
		return a->metric < b->metric;
	return a < b;
}

/* The next one for the packet behind @than, or the first one. */
static const struct bal_route *
next_of(const struct looker *l, uint32_t table, const struct bal_route *than,
	unsigned longest)
{
	const bal_route_list *all = &l->snap->all;
	const struct bal_route *best = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct bal_route *r = &all->v[i];

		if (r->table == table && r->dst.len <= longest &&
		    bal_addr_in(&l->packet->dst, &r->dst) &&
		    (!than || comes_before(than, r)) &&
		    (!best || comes_before(r, best)))
			best = r;
	}
	return best;
}

/* Has it one nexthop, a gateway? */
static bool
is_by_gateway(const struct looker *l, const struct bal_route *r)
{
	return r->type == BAL_ROUTE_UNICAST && r->n_hops == 1 &&
	       !bal_addr_none(&r->hops[0].gateway) &&
	       is_usable(l, r, &r->hops[0]);
}

/*
 * For a socket of this box that is bound to no device; what is forwarded has the
 * first one, and so has what is hashed over several nexthops.
 */
static void
add_rivals(const struct looker *l, struct bal_found *out)
{
	const struct bal_route *first = out->route, *r = first, **slot;

	if (l->packet->iif || l->packet->oif || first->dst.len ||
	    !is_by_gateway(l, first))
		return;
	while ((r = next_of(l, first->table, r, 0)) &&
	       r->metric == first->metric) {
		slot = is_by_gateway(l, r) ? BAL_PUSH(l->arena, &out->rivals) :
					     NULL;
		if (slot)
			*slot = r;
	}
}

void
bal_explain_lookup(const struct bal_snapshot *snap,
		   const struct bal_packet *packet, uint32_t table,
		   struct bal_arena *arena, struct bal_found *out)
{
	const struct looker l = { snap, packet, arena };
	unsigned longest = bal_addr_bits(packet->dst.family);
	const struct bal_route *r = NULL;

	*out = (struct bal_found){ 0 };
	while ((r = next_of(&l, table, r, longest))) {
		take_hops(&l, r, out);
		/* One that has no hop to begin with ends the search. */
		if (out->hops.n || !r->n_hops) {
			out->route = r;
			add_rivals(&l, out);
			return;
		}
		/*
		 * Behind one of a nexthop object the kernel goes on with
		 * shorter prefixes, not with further metrics.
		 */
		if (r->nhid && !r->dst.len)
			return;
		if (r->nhid)
			longest = r->dst.len - 1u;
	}
}
