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
	const struct bal_group *rest;
	uint32_t table;
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

static void
default_by(struct maker *m, uint32_t metric, const struct bal_uplink *up)
{
	const struct bal_addr any = bal_addr_any(AF_INET6);

	one_hop(m, &any, metric, up, false);
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
		default_by(m, METRIC_USUAL, up);
}

static const struct bal_uplink *
best_of(const struct bal_group *g)
{
	const struct bal_uplink *best = NULL;

	for (size_t i = 0; i < g->members.n; i++) {
		const struct bal_uplink *up = g->members.v[i];

		if (up->alive6 && (!best || bal_group_metric(g, up) <
						    bal_group_metric(g, best)))
			best = up;
	}
	return best;
}

static void
balance(struct maker *m, const struct bal_uplink *best)
{
	const struct bal_addr any = bal_addr_any(AF_INET6);
	const struct bal_group *g = m->rest;
	struct bal_route *top = bal_route_add(m->arena, m->out, m->table, &any,
					      BAL_METRIC_WEIGHTED);

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
			default_by(m,
				   BAL_METRIC_SINGLE +
					   bal_group_metric(g, g->members.v[i]),
				   g->members.v[i]);
}

static bool
is_way_out(const struct bal_uplink *up, bool dead)
{
	return up->six && up->base && up->capped != BAL_CAPPED_HARD &&
	       (dead ? up->v6.usable : up->alive6);
}

/* Lines without a share, @dead ones instead of living ones. */
static void
ways_out(struct maker *m, bool dead)
{
	const struct bal_uplinks *ups = m->world->uplinks;

	for (size_t i = 0; i < ups->n; i++)
		if (is_way_out(&ups->v[i], dead))
			default_by(m,
				   BAL_METRIC_LAST_RESORT +
					   bal_uplink_metric(&ups->v[i]),
				   &ups->v[i]);
}

/* The one table that all who are bound to nothing come to. */
static void
rest_table(struct maker *m)
{
	const struct bal_uplink *best = best_of(m->rest);
	const struct bal_addr any = bal_addr_any(AF_INET6);
	struct bal_route *end;

	m->table = m->rest->table;
	if (best)
		balance(m, best);
	/* Of several routers in main the kernel takes one that may be dead. */
	if (!bal_plan_closes6(m->world)) {
		if (!best)
			ways_out(m, false);
		return;
	}
	end = bal_route_add(m->arena, m->out, m->table, &any,
			    BAL_METRIC_CLOSED);
	if (end)
		end->type = BAL_ROUTE_UNREACHABLE;
}

static void
last_resort(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	bool dead = true;

	m->table = BAL_TABLE_DEFAULT;
	for (size_t i = 0; i < ups->n; i++)
		dead &= !is_way_out(&ups->v[i], false);
	ways_out(m, dead);
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
			   .rest = &world->groups->v[0],
			   .arena = arena,
			   .out = out };
	const struct bal_uplinks *ups = world->uplinks;

	if (world->globals->ipv6 != BAL_IPV6_BALANCE)
		return;
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].six)
			device_table(&m, &ups->v[i]);
	rest_table(&m);
	if (!bal_plan_closes6(world))
		last_resort(&m);
}
