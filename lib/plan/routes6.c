// SPDX-License-Identifier: GPL-2.0-or-later
/* routes6 - the routes of IPv6 in a plan; pure. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"
#include "plan/route_make.h"

/* The kernel makes this of 0. */
#define METRIC_USUAL 1024

/*
 * Each route is of one hop or a set of them ("siblings"), never of a nexthop
 * group: of that the kernel takes the first member's address for all unbound
 * sockets.  And none has a source: the kernel would drop it for good with the
 * address, and refuse one that is tentative.
 */
struct maker {
	const struct bal_world *world;
	const struct bal_group *group; /* whose members it is about */
	uint32_t table;
	uint32_t base; /* of metrics in it */
	struct bal_arena *arena;
	bal_route_list *out;
};

static void
add_hop(struct bal_route *r, const struct bal_uplink *up, bool direct)
{
	struct bal_hop *hop = &r->hops[r->n_hops++];

	*hop = (struct bal_hop){ .ifindex = up->ifindex,
				 .weight = up->set.weight };
	memcpy(hop->dev, up->name, sizeof(hop->dev));
	if (direct)
		return;
	hop->gateway = up->v6.gateway;
	hop->onlink = true;
}

static void
one_hop(struct maker *m, const struct bal_addr *dst, uint32_t metric,
	const struct bal_uplink *up, bool direct)
{
	struct bal_route *r =
		bal_route_add(m->arena, m->out, m->table, dst, metric);

	if (!bal_route_make_room(m->arena, r, 1))
		return;
	add_hop(r, up, direct);
	r->hops[0].weight = 1;
}

static bool
subnet_seen(const struct bal_leg *leg, size_t upto, const struct bal_addr *net)
{
	for (size_t i = 0; i < upto; i++) {
		struct bal_addr other = bal_addr_network(&leg->addrs[i]->addr);

		if (bal_addr_cmp(&other, net) == 0)
			return true;
	}
	return false;
}

/* The table of one device: its subnets, and its default. */
static void
device_table(struct maker *m, const struct bal_uplink *up)
{
	const struct bal_leg *leg = &up->v6;
	const struct bal_addr any = bal_addr_any(AF_INET6);

	if (!up->up || !leg->n_addrs)
		return;
	m->table = up->table;
	for (size_t i = 0; i < leg->n_addrs; i++) {
		struct bal_addr net = bal_addr_network(&leg->addrs[i]->addr);

		if (!bal_addr_is_host(&net) && net.len &&
		    !subnet_seen(leg, i, &net))
			one_hop(m, &net, METRIC_USUAL, up, true);
	}
	if (!bal_addr_none(&leg->gateway))
		one_hop(m, &any, METRIC_USUAL, up, false);
}

/* @prefix over the living members by weight, and below it by each alone. */
static void
balance(struct maker *m, const struct bal_addr *prefix)
{
	const struct bal_group *g = m->group;
	const struct bal_uplink *best = bal_group_best6(g);
	struct bal_route *top;

	if (!best)
		return;
	top = bal_route_add(m->arena, m->out, m->table, prefix,
			    m->base + BAL_METRIC_WEIGHTED);
	if (!bal_route_make_room(m->arena, top, g->members.n))
		return;
	for (size_t i = 0; i < g->members.n; i++)
		if (g->members.v[i]->alive6 &&
		    bal_plan_shares(g->mode, g->members.v[i], best))
			add_hop(top, g->members.v[i], false);
	if (top->n_hops == 1)
		top->hops[0].weight = 1;
	for (size_t i = 0; i < g->members.n; i++)
		if (g->members.v[i]->alive6)
			one_hop(m, prefix,
				m->base + BAL_METRIC_SINGLE +
					bal_group_metric(g, g->members.v[i]),
				g->members.v[i], false);
}

static void
no_hop(struct maker *m, enum bal_route_type type, const struct bal_addr *prefix,
       uint32_t metric)
{
	struct bal_route *r =
		bal_route_add(m->arena, m->out, m->table, prefix, metric);

	if (r)
		r->type = type;
}

static bool
is_way_out(const struct bal_uplink *up, bool dead)
{
	return up->six && up->base && up->capped != BAL_CAPPED_HARD &&
	       (dead ? up->v6.usable : up->alive6);
}

/* Lines without a share, @dead ones instead of living ones. */
static void
ways_out(struct maker *m, const struct bal_addr *prefix, bool dead)
{
	const struct bal_uplinks *ups = m->world->uplinks;

	for (size_t i = 0; i < ups->n; i++)
		if (is_way_out(&ups->v[i], dead))
			one_hop(m, prefix,
				BAL_METRIC_LAST_RESORT +
					bal_uplink_metric(&ups->v[i]),
				&ups->v[i], false);
}

static void
balance_rest(struct maker *m, const struct bal_addr *prefix)
{
	balance(m, prefix);
	/* Of several routers in main the kernel takes one that may be dead. */
	if (bal_plan_closes6(m->world))
		no_hop(m, BAL_ROUTE_UNREACHABLE, prefix, BAL_METRIC_CLOSED);
	else if (!bal_group_best6(m->group))
		ways_out(m, prefix, false);
}

static void
end_all(struct maker *m, const struct bal_addr *prefix)
{
	static const enum bal_route_type types[] = {
		[BAL_FALLBACK_UNREACHABLE] = BAL_ROUTE_UNREACHABLE,
		[BAL_FALLBACK_PROHIBIT] = BAL_ROUTE_PROHIBIT,
		[BAL_FALLBACK_BLACKHOLE] = BAL_ROUTE_BLACKHOLE,
	};

	no_hop(m, types[m->group->fallback], prefix, BAL_METRIC_LEAVE);
}

/* @make for those of @list, of @n, that are of IPv6; without a list for all. */
static void
all_of(struct maker *m, const struct bal_addr *list, size_t n,
       void (*make)(struct maker *m, const struct bal_addr *prefix))
{
	const struct bal_addr any = bal_addr_any(AF_INET6);
	size_t n6 = n;
	const struct bal_addr *six = bal_prefixes_of(list, &n6, AF_INET6);

	for (size_t i = 0; i < n6; i++)
		make(m, &six[i]);
	if (!n)
		make(m, &any);
}

/* Behind its members stand those of the groups that it falls back to. */
static void
further_table(struct maker *m, const struct bal_group *group)
{
	const struct bal_addr *list = group->destinations;
	const size_t n = group->n_destinations;

	m->table = group->table;
	m->group = group;
	m->base = 0;
	all_of(m, list, n, balance);
	while (m->group->fallback == BAL_FALLBACK_GROUP) {
		m->group = &m->world->groups->v[m->group->fallback_at];
		m->base += BAL_METRIC_FALLBACK;
		all_of(m, list, n, balance);
	}
	if (m->group->fallback > BAL_FALLBACK_MAIN)
		all_of(m, list, n, end_all);
}

/* The one table that all come to whom no rule leads to another. */
static void
rest_table(struct maker *m)
{
	const struct bal_globals *g = m->world->globals;

	m->table = m->group->table;
	all_of(m, g->destinations, g->n_destinations, balance_rest);
}

static void
last_resort(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	const struct bal_addr any = bal_addr_any(AF_INET6);
	bool dead = true;

	m->table = BAL_TABLE_DEFAULT;
	for (size_t i = 0; i < ups->n; i++)
		dead &= !is_way_out(&ups->v[i], false);
	ways_out(m, &any, dead);
}

/*
 * A tunnel that has no IPv6 is no reason for IPv6 to leave beside it in clear:
 * with a tunnel among the uplinks nothing leaves by a line without a share.
 */
bool
bal_plan_closes6(const struct bal_world *world)
{
	const struct bal_uplinks *ups = world->uplinks;

	if (!world->globals->last_resort ||
	    world->globals->when_all_dead == BAL_ALL_DEAD_UNREACHABLE)
		return true;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up && !ups->v[i].base)
			return true;
	return false;
}

void
bal_plan_routes6(const struct bal_world *world, struct bal_arena *arena,
		 bal_route_list *out)
{
	struct maker m = { .world = world,
			   .group = &world->groups->v[0],
			   .arena = arena,
			   .out = out };
	const struct bal_uplinks *ups = world->uplinks;

	if (world->globals->ipv6 != BAL_IPV6_BALANCE)
		return;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].six)
			device_table(&m, &ups->v[i]);
	rest_table(&m);
	for (size_t i = 1; i < world->groups->n; i++)
		further_table(&m, &world->groups->v[i]);
	if (!bal_plan_closes6(world))
		last_resort(&m);
}
