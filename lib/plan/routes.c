// SPDX-License-Identifier: GPL-2.0-or-later
/* routes - the routes of a plan: tables of devices, groups, last resort. */
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

struct maker {
	const struct bal_world *world;
	bal_prefix_list shared;
	const struct bal_group *group; /* whose table is made */
	struct bal_arena *arena;
	bal_route_list *out;
};

static struct bal_route *
add(struct maker *m, uint32_t table, const struct bal_addr *dst,
    uint32_t metric)
{
	struct bal_route *r = BAL_PUSH(m->arena, m->out);

	if (!r)
		return NULL;
	r->table = table;
	r->dst = *dst;
	r->metric = metric;
	r->protocol = BAL_PROTO;
	r->type = BAL_ROUTE_UNICAST;
	return r;
}

/* Room for @n hops; n_hops is counted up by add_hop(). */
static bool
make_room(struct maker *m, struct bal_route *r, size_t n)
{
	if (r)
		r->hops = bal_arena_alloc(m->arena, n * sizeof(*r->hops));
	return r && r->hops;
}

static void
add_hop(struct bal_route *r, const struct bal_uplink *up, bool direct)
{
	struct bal_hop *hop = &r->hops[r->n_hops++];

	hop->ifindex = up->ifindex;
	memcpy(hop->dev, up->name, sizeof(hop->dev));
	hop->weight = up->set.weight;
	if (!direct && !bal_addr_none(&up->v4.gateway)) {
		hop->gateway = up->v4.gateway;
		hop->onlink = true;
	}
}

/* A route whose next hops are all devices reaches no further than the link. */
static void
finish(struct bal_route *r)
{
	r->scope_link = true;
	for (size_t i = 0; i < r->n_hops; i++)
		if (r->hops[i].onlink)
			r->scope_link = false;
	/* The weight of a single hop is not in the kernel's route. */
	if (r->n_hops == 1)
		r->hops[0].weight = 1;
}

static struct bal_route *
one_hop(struct maker *m, uint32_t table, const struct bal_addr *dst,
	uint32_t metric, const struct bal_uplink *up, bool direct)
{
	struct bal_route *r = add(m, table, dst, metric);

	if (!make_room(m, r, 1))
		return NULL;
	add_hop(r, up, direct);
	finish(r);
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

/* The table of one device: its own subnets directly, the rest by G. */
static void
device_table(struct maker *m, const struct bal_uplink *up,
	     const struct bal_leg *leg)
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
		r = one_hop(m, up->table, &net, 0, up, true);
		if (r)
			r->src = bal_addr_host(&own->addr);
	}
	if (bal_addr_none(&leg->gateway) && !up->no_arp)
		return;
	any = bal_addr_any(leg->family);
	r = one_hop(m, up->table, &any, 0, up, false);
	if (r)
		r->src = bal_addr_host(&leg->addrs[0]->addr);
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
better(const struct bal_uplink *a, const struct bal_uplink *b)
{
	return !b || bal_uplink_metric(a) < bal_uplink_metric(b);
}

/*
 * @prefix in the group's table: over all that take part by weight or, in solo,
 * over the best; and below it each of them alone, for the kernel to fall back on.
 */
static void
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
		if (better(g->members.v[i], best))
			best = g->members.v[i];
	}
	if (!best)
		return;
	top = add(m, g->table, prefix, BAL_METRIC_WEIGHTED);
	if (!make_room(m, top, n))
		return;
	for (size_t i = 0; i < g->members.n; i++)
		if (takes_part(g->members.v[i], net) &&
		    bal_plan_shares(g->mode, g->members.v[i], best))
			add_hop(top, g->members.v[i], net != NULL);
	finish(top);
	for (size_t i = 0; i < g->members.n; i++)
		if (takes_part(g->members.v[i], net))
			one_hop(m, g->table, prefix,
				BAL_METRIC_SINGLE +
					bal_uplink_metric(g->members.v[i]),
				g->members.v[i], net != NULL);
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
	struct bal_route *r = add(m, m->group->table, prefix, metric);

	if (r)
		r->type = type;
}

/* What uplinks share is balanced already. */
static void
balance_destination(struct maker *m, const struct bal_addr *dst)
{
	bool is_shared = false;

	for (size_t k = 0; k < m->shared.n; k++)
		is_shared |= bal_addr_cmp(&m->shared.v[k], dst) == 0;
	if (!is_shared)
		balance(m, dst, NULL);
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
	r = one_hop(m, m->group->table, net, 0, &lan, true);
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
		    better(&ups->v[i], best))
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

	lan_subnet(m, net);
	if (tunnels)
		balance(m, net, net);
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];
		uint32_t metric = bal_uplink_metric(up);
		const struct bal_ifaddr *own;
		struct bal_route *r;

		if (!reaches(m, up, net, &own) ||
		    (tunnels && bal_group_has(m->group, up) &&
		     takes_part(up, net)))
			continue;
		metric += up->alive ? BAL_METRIC_SINGLE :
				      BAL_METRIC_LAST_RESORT;
		if (!tunnels && up == best)
			metric = BAL_METRIC_WEIGHTED;
		r = one_hop(m, m->group->table, net, metric, up, true);
		if (r)
			r->src = bal_addr_host(&own->addr);
	}
}

/*
 * A further group has a way to everywhere, but a subnet that no member is in
 * is none of its own: what follows has it.
 */
static void
group_table(struct maker *m, const struct bal_group *group)
{
	const struct bal_globals *g = m->world->globals;
	struct bal_addr any = bal_addr_any(AF_INET);

	m->group = group;
	for (size_t i = 0; i < m->shared.n; i++) {
		shared_subnet(m, &m->shared.v[i]);
		if (!is_rest(m))
			no_hop(m, BAL_ROUTE_THROW, &m->shared.v[i],
			       BAL_METRIC_LEAVE);
	}
	if (!is_rest(m)) {
		balance(m, &any, NULL);
		return;
	}
	for (size_t i = 0; i < g->n_destinations; i++)
		balance_destination(m, &g->destinations[i]);
	if (!g->n_destinations)
		balance_destination(m, &any);
}

/*
 * Behind everything: the base uplinks, so that OpenVPN can look its server's
 * name up while no tunnel lives.  The dead among them only while all are.
 */
static void
last_resort(struct maker *m)
{
	const struct bal_uplinks *ups = m->world->uplinks;
	struct bal_addr any = bal_addr_any(AF_INET);
	bool alive = false;

	if (!m->world->globals->last_resort)
		return;
	for (size_t i = 0; i < ups->n; i++)
		alive |= ups->v[i].base && ups->v[i].alive;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (up->base && up->v4.usable && (up->alive || !alive))
			one_hop(m, BAL_TABLE_DEFAULT, &any,
				BAL_METRIC_LAST_RESORT + bal_uplink_metric(up),
				up, false);
	}
}

void
bal_plan_routes(const struct bal_world *world, struct bal_arena *arena,
		bal_route_list *out)
{
	struct maker m = { .world = world, .arena = arena, .out = out };

	bal_plan_shared_subnets(world->uplinks, arena, &m.shared);
	for (size_t i = 0; i < world->uplinks->n; i++)
		device_table(&m, &world->uplinks->v[i],
			     &world->uplinks->v[i].v4);
	for (size_t i = 0; i < world->groups->n; i++)
		group_table(&m, &world->groups->v[i]);
	last_resort(&m);
}
