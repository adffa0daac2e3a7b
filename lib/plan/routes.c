// SPDX-License-Identifier: GPL-2.0-or-later
/* routes - the routes of a plan: tables of groups. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"
#include "plan/route_make.h"
#include "plan/routes_last.h"

struct maker {
	const struct bal_world *world;
	bal_prefix_list shared;
	const struct bal_group *group; /* whose members it is about */
	uint32_t table;		       /* the one that is made */
	uint32_t base;		       /* of metrics in it */
	struct bal_arena *arena;
	bal_route_list *out;
};

static struct bal_route *
add(struct maker *m, const struct bal_addr *dst, uint32_t metric)
{
	return bal_route_add(m->arena, m->out, m->table, dst, metric);
}

static struct bal_route *
one_hop(struct maker *m, const struct bal_addr *dst, uint32_t metric,
	const struct bal_uplink *up, bool direct)
{
	return bal_route_one_hop(m->arena, m->out, m->table, dst, metric, up,
				 direct);
}

/* Is the member @up one of those that @net is spread over?  No @net: all are. */
static bool
takes_part(const struct bal_uplink *up, const struct bal_addr *net)
{
	const struct bal_ifaddr *own;

	if (!up->alive || !bal_uplink_addr(up))
		return false;
	return !net ||
	       (bal_uplink_is_tunnel(up) && bal_plan_is_in(up, net, &own));
}

static bool
better(const struct maker *m, const struct bal_uplink *a,
       const struct bal_uplink *b)
{
	return !b || bal_group_metric(m->group, a) <
			     bal_group_metric(m->group, b);
}

/*
 * @prefix in the group's table: over all that take part by weight or, in solo,
 * over the best; and below it each of them alone, for the kernel to fall back on.
 * False: none takes part.
 */
static bool
balance(struct maker *m, const struct bal_addr *prefix,
	const struct bal_addr *net)
{
	const struct bal_group *g = m->group;
	const struct bal_uplink *best = NULL;
	struct bal_route *top;
	size_t n = 0;

	for (size_t i = 0; i < g->members.n; i++) {
		if (!takes_part(g->members.v[i], net))
			continue;
		n++;
		if (better(m, g->members.v[i], best))
			best = g->members.v[i];
	}
	if (!best)
		return false;
	top = add(m, prefix, m->base + BAL_METRIC_WEIGHTED);
	if (!bal_route_make_room(m->arena, top, n))
		return true;
	for (size_t i = 0; i < g->members.n; i++)
		if (takes_part(g->members.v[i], net) &&
		    bal_plan_shares(g->mode, g->members.v[i], best))
			bal_route_add_hop(top, g->members.v[i], net != NULL);
	bal_route_finish(top);
	for (size_t i = 0; i < g->members.n; i++)
		if (takes_part(g->members.v[i], net))
			one_hop(m, prefix,
				m->base + BAL_METRIC_SINGLE +
					bal_group_metric(g, g->members.v[i]),
				g->members.v[i], net != NULL);
	return true;
}

/*
 * May traffic that no balanced uplink takes fall out of `balancing`?  Without
 * a last resort never, as long as there is an uplink: the one that has a share
 * may be down for now, or come later.
 */
static bool
is_closed(const struct maker *m)
{
	const struct bal_globals *g = m->world->globals;
	const struct bal_uplinks *ups = m->world->uplinks;
	bool alive = false;

	if (!g->last_resort || g->when_all_dead != BAL_ALL_DEAD_UNREACHABLE)
		return !g->last_resort;
	for (size_t i = 0; i < ups->n; i++)
		alive |= ups->v[i].alive;
	return m->group->members.n && !alive;
}

/* A route without a next hop. */
static void
no_hop(struct maker *m, enum bal_route_type type, const struct bal_addr *prefix,
       uint32_t metric)
{
	struct bal_route *r = add(m, prefix, metric);

	if (r)
		r->type = type;
}

static bool
is_shared(const struct maker *m, const struct bal_addr *prefix)
{
	for (size_t i = 0; i < m->shared.n; i++)
		if (bal_addr_cmp(&m->shared.v[i], prefix) == 0)
			return true;
	return false;
}

/* What uplinks share is balanced already. */
static void
balance_all(struct maker *m, const struct bal_addr *prefix)
{
	if (!is_shared(m, prefix))
		balance(m, prefix, NULL);
}

static void
balance_destination(struct maker *m, const struct bal_addr *dst)
{
	if (!is_shared(m, dst) && !balance(m, dst, NULL) && !is_closed(m))
		bal_route_before_main(m->world, m->table, dst, m->arena,
				      m->out);
	if (is_closed(m))
		no_hop(m, BAL_ROUTE_UNREACHABLE, dst, BAL_METRIC_CLOSED);
}

/* A LAN that has that subnet as well wins; modems are asked by device. */
static void
lan_subnet(struct maker *m, const struct bal_addr *net)
{
	const struct bal_ifaddr *own = bal_plan_lan(m->world, net);
	struct bal_uplink lan = { 0 };
	struct bal_route *r;

	if (!own)
		return;
	lan.ifindex = own->ifindex;
	memcpy(lan.name, bal_snapshot_ifindex(m->world->snap, own->ifindex)->name,
	       sizeof(lan.name));
	r = one_hop(m, net, 0, &lan, true);
	if (r)
		r->src = bal_addr_host(&own->addr);
}

static bool
is_of_tunnels(const struct bal_uplinks *ups, const struct bal_addr *net)
{
	const struct bal_ifaddr *own;

	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].admin_up && bal_uplink_is_tunnel(&ups->v[i]) &&
		    bal_plan_is_in(&ups->v[i], net, &own))
			return true;
	return false;
}

static bool
is_rest(const struct maker *m)
{
	return m->group == &m->world->groups->v[0];
}

/*
 * May @net be reached by @up?  A further group takes none but its living
 * members for it; the first one, behind which nothing comes, any that is up.
 */
static bool
reaches(const struct maker *m, const struct bal_uplink *up,
	const struct bal_addr *net, const struct bal_ifaddr **own)
{
	if (!up->admin_up || !up->up || !bal_plan_is_in(up, net, own))
		return false;
	return is_rest(m) || (up->alive && bal_group_has(m->group, up));
}

static const struct bal_uplink *
best_living(const struct maker *m, const struct bal_addr *net)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	const struct bal_uplink *best = NULL;
	const struct bal_ifaddr *own;

	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].alive && reaches(m, &ups->v[i], net, &own) &&
		    better(m, &ups->v[i], best))
			best = &ups->v[i];
	return best;
}

/*
 * @net of several uplinks: tunnels spread it by weight.  Of lines it is the
 * modems' own, and the best living one has it; behind it stand the others, for
 * the kernel to go on by.  The dead are last: better than the default.
 */
static void
shared_subnet(struct maker *m, const struct bal_addr *net)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	const bool tunnels = is_of_tunnels(ups, net);
	const struct bal_uplink *best = best_living(m, net);

	if (!m->base)
		lan_subnet(m, net);
	if (tunnels)
		balance(m, net, net);
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		uint32_t metric = m->base + bal_group_metric(m->group, up);
		const struct bal_ifaddr *own;
		struct bal_route *r;

		if (!reaches(m, up, net, &own) ||
		    (tunnels && bal_group_has(m->group, up) &&
		     takes_part(up, net)))
			continue;
		metric += up->alive ? BAL_METRIC_SINGLE :
				      BAL_METRIC_LAST_RESORT;
		if (!tunnels && up == best)
			metric = m->base + BAL_METRIC_WEIGHTED;
		r = one_hop(m, net, metric, up, true);
		if (r)
			r->src = bal_addr_host(&own->addr);
	}
}

/* @make for the destinations of @group, for the default if it has none. */
static void
all_of(struct maker *m, const struct bal_group *group,
       void (*make)(struct maker *m, const struct bal_addr *prefix))
{
	struct bal_addr any = bal_addr_any(AF_INET);
	size_t n = group->n_destinations;
	const struct bal_addr *list =
		bal_prefixes_of(group->destinations, &n, AF_INET);

	for (size_t i = 0; i < n; i++)
		make(m, &list[i]);
	if (!group->n_destinations)
		make(m, &any);
}

/* Behind all members: the end of a group that is not left to the next rule. */
static void
end_all(struct maker *m, const struct bal_addr *prefix)
{
	static const enum bal_route_type types[] = {
		[BAL_FALLBACK_UNREACHABLE] = BAL_ROUTE_UNREACHABLE,
		[BAL_FALLBACK_PROHIBIT] = BAL_ROUTE_PROHIBIT,
		[BAL_FALLBACK_BLACKHOLE] = BAL_ROUTE_BLACKHOLE,
	};

	if (!is_shared(m, prefix))
		no_hop(m, types[m->group->fallback], prefix, BAL_METRIC_LEAVE);
}

/*
 * A further group has a way to everywhere, but a subnet that no member is in
 * is none of its own: what follows has it.  Behind its members come those of
 * the groups that it falls back to, each with metrics of its own, so that the
 * kernel goes on by them by itself.
 */
static void
further_table(struct maker *m, const struct bal_group *group)
{
	for (;;) {
		for (size_t i = 0; i < m->shared.n; i++) {
			shared_subnet(m, &m->shared.v[i]);
			if (!m->base)
				no_hop(m, BAL_ROUTE_THROW, &m->shared.v[i],
				       BAL_METRIC_LEAVE);
		}
		all_of(m, group, balance_all);
		if (m->group->fallback != BAL_FALLBACK_GROUP)
			break;
		m->group = &m->world->groups->v[m->group->fallback_at];
		m->base += BAL_METRIC_FALLBACK;
	}
	if (m->group->fallback > BAL_FALLBACK_MAIN)
		all_of(m, group, end_all);
}

/* The table of whatever no rule leads to another. */
static void
rest_table(struct maker *m)
{
	const struct bal_globals *g = m->world->globals;
	struct bal_addr any = bal_addr_any(AF_INET);
	size_t n = g->n_destinations;
	const struct bal_addr *list =
		bal_prefixes_of(g->destinations, &n, AF_INET);

	for (size_t i = 0; i < m->shared.n; i++)
		shared_subnet(m, &m->shared.v[i]);
	for (size_t i = 0; i < n; i++)
		balance_destination(m, &list[i]);
	if (!g->n_destinations)
		balance_destination(m, &any);
}

static void
group_table(struct maker *m, const struct bal_group *group)
{
	m->group = group;
	m->table = group->table;
	m->base = 0;
	if (is_rest(m))
		rest_table(m);
	else
		further_table(m, group);
}

void
bal_plan_routes(const struct bal_world *world, struct bal_arena *arena,
		bal_route_list *out)
{
	struct maker m = { .world = world, .arena = arena, .out = out };

	bal_plan_shared_subnets(world->uplinks, arena, &m.shared);
	for (size_t i = 0; i < world->uplinks->n; i++)
		bal_route_device(&world->uplinks->v[i],
				 &world->uplinks->v[i].v4, arena, out);
	for (size_t i = 0; i < world->groups->n; i++)
		group_table(&m, &world->groups->v[i]);
	bal_route_last_resort(world, arena, out);
}
