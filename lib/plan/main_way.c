// SPDX-License-Identifier: GPL-2.0-or-later
/* main_way - where the table main leads new connections; pure. */
#include "plan/main_way.h"

#include "kernel/snapshot.h"

struct looker {
	const struct bal_snapshot *snap;
	const struct bal_uplinks *ups;
};

static const struct bal_uplink *
uplink_by(const struct looker *l, int ifindex)
{
	for (size_t i = 0; i < l->ups->n; i++)
		if (l->ups->v[i].ifindex == ifindex && l->ups->v[i].admin_up)
			return &l->ups->v[i];
	return NULL;
}

/* The kernel passes over the others (fib_table_lookup()). */
static bool
is_usable(const struct looker *l, const struct bal_hop *hop)
{
	const struct bal_link *link =
		bal_snapshot_ifindex(l->snap, hop->ifindex);

	if (!link || !link->up)
		return false;
	return link->carrier ||
	       (!uplink_by(l, hop->ifindex) &&
		link->devconf[BAL_DC_IGNORE_LINKDOWN] != 1);
}

/* Does a look-up end at @r?  One without a next hop says no, and ends it. */
static bool
is_taken(const struct looker *l, const struct bal_route *r)
{
	for (size_t i = 0; i < r->n_hops; i++)
		if (is_usable(l, &r->hops[i]))
			return true;
	return !r->n_hops;
}

static bool
has_dead_hop(const struct looker *l, const struct bal_route *r)
{
	for (size_t i = 0; i < r->n_hops; i++) {
		const struct bal_uplink *up = uplink_by(l, r->hops[i].ifindex);

		if (up && !up->alive && is_usable(l, &r->hops[i]))
			return true;
	}
	return false;
}

static bool
is_for(const struct bal_route *r, const struct bal_addr *dst)
{
	return r->table == BAL_TABLE_MAIN && r->dst.len <= dst->len &&
	       bal_addr_in(dst, &r->dst);
}

/* Smaller than 0: the kernel takes @a first; 0: either. */
static int
rank(const struct bal_route *a, const struct bal_route *b)
{
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len ? -1 : 1;
	return a->metric < b->metric ? -1 : a->metric > b->metric;
}

static bool
leads_to_dead(const struct looker *l, const struct bal_addr *dst)
{
	const bal_route_list *all = &l->snap->all;
	const struct bal_route *best = NULL;
	bool dead = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct bal_route *r = &all->v[i];
		int order;

		if (!is_for(r, dst) || !is_taken(l, r))
			continue;
		order = best ? rank(r, best) : -1;
		if (order < 0)
			best = r;
		if (order <= 0)
			dead = (order == 0 && dead) || has_dead_hop(l, r);
	}
	return dead;
}

bool
bal_main_leads_to_dead(const struct bal_snapshot *snap,
		       const struct bal_uplinks *ups,
		       const struct bal_addr *dst)
{
	const struct looker l = { snap, ups };
	struct bal_addr half = *dst;

	if (dst->len)
		return leads_to_dead(&l, dst);
	half.len = 1;
	if (leads_to_dead(&l, &half))
		return true;
	half.bytes[0] = 0x80;
	return leads_to_dead(&l, &half);
}

/* The route that a look-up in main takes for all of @half; NULL: none. */
static const struct bal_route *
best_for(const struct looker *l, const struct bal_addr *half)
{
	const struct bal_route *best = NULL;

	for (size_t i = 0; i < l->snap->all.n; i++) {
		const struct bal_route *r = &l->snap->all.v[i];

		if (is_for(r, half) && is_taken(l, r) &&
		    (!best || rank(r, best) < 0))
			best = r;
	}
	return best;
}

const struct bal_route *
bal_main_end(const struct bal_snapshot *snap, const struct bal_uplinks *ups,
	     const struct bal_addr *half)
{
	const struct looker l = { snap, ups };
	const struct bal_route *r = best_for(&l, half);

	return r && !r->n_hops && r->type != BAL_ROUTE_THROW ? r : NULL;
}
