// SPDX-License-Identifier: GPL-2.0-or-later
/* underlay - the lines that carry a tunnel over any of them; pure. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "plan/internal.h"
#include "plan/over.h"
#include "plan/route_make.h"

/* From this one on: no rule of the kernel has a range with the last port. */
#define NO_PORT UINT16_MAX

/* Was there an earlier tunnel of the same table, or with the same server, too? */
static bool
is_repeated(const struct bal_uplinks *ups, size_t upto, bool server)
{
	const struct bal_uplink *up = &ups->v[upto];

	for (size_t i = 0; i < upto; i++) {
		const struct bal_uplink *other = &ups->v[i];

		if (other->admin_up && other->underlay == up->underlay &&
		    (!server ||
		     bal_addr_same_host(&other->server, &up->server)))
			return true;
	}
	return false;
}

static bool
has_underlay(const struct bal_uplink *up)
{
	return up->admin_up && up->over_any && up->underlay;
}

/* The next port of @server, from @from on, that is a smoothed WireGuard's. */
static uint32_t
pinned_port(const struct bal_uplinks *ups, const struct bal_addr *server,
	    uint32_t from)
{
	uint32_t next = NO_PORT;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_smoothing *s = &ups->v[i].smoothing;

		if (s->own_port && s->port >= from && s->port < next &&
		    bal_addr_same_host(&s->server, server))
			next = s->port;
	}
	return next;
}

static void
add_rule(const struct bal_world *world, struct bal_arena *arena,
	 const struct bal_uplink *up, uint8_t proto, struct bal_ports to,
	 bal_rule_list *out)
{
	struct bal_rule *r = BAL_PUSH(arena, out);

	if (!r)
		return;
	*r = (struct bal_rule){
		.priority = world->globals->rule_priority + BAL_RULE_UNDERLAY,
		.family = AF_INET,
		.protocol = BAL_PROTO,
		.action = BAL_RULE_LOOKUP,
		.dst = bal_addr_host(&up->server),
		.iif = "lo",
		.ip_proto = proto,
		.dport = to,
		.table = up->underlay,
		.suppress_prefixlen = -1,
	};
}

/*
 * What is sent to the server of @up, but for what another tunnel has a rule for in
 * the same place: the kernel asks whichever was made first.  Not by the client's
 * own port: it may go to another one without a word.
 */
static void
lead(const struct bal_world *world, struct bal_arena *arena,
     const struct bal_uplink *up, bal_rule_list *out)
{
	const struct bal_ports all = { 0 };
	uint32_t from = 1, to = pinned_port(world->uplinks, &up->server, from);

	add_rule(world, arena, up, to < NO_PORT ? IPPROTO_TCP : 0, all, out);
	if (to == NO_PORT)
		return;
	for (; from < NO_PORT; from = to + 1) {
		struct bal_ports some = { .first = (uint16_t)from };

		to = pinned_port(world->uplinks, &up->server, from);
		some.last = (uint16_t)(to - 1);
		if (from < to)
			add_rule(world, arena, up, IPPROTO_UDP, some, out);
	}
}

/*
 * Ahead of main: the client of another tunnel may have put a route to that
 * server there.
 */
void
bal_plan_underlay_rules(const struct bal_world *world, struct bal_arena *arena,
			bal_rule_list *out)
{
	const struct bal_uplinks *ups = world->uplinks;

	for (size_t i = 0; i < ups->n; i++)
		if (has_underlay(&ups->v[i]) &&
		    !bal_addr_none(&ups->v[i].server) &&
		    !is_repeated(ups, i, true))
			lead(world, arena, &ups->v[i], out);
}

/*
 * Those that live in order, then all that are up: better a chance than none.
 * Never the tunnel itself, whatever comes behind.
 */
static void
table_of(const struct bal_world *world, const struct bal_uplink *tun,
	 struct bal_arena *arena, bal_route_list *out)
{
	const struct bal_uplinks *ups = world->uplinks;
	const char *over = *tun->over_group ? tun->over_group : BAL_OVER_ANY;
	const struct bal_addr any = bal_addr_any(AF_INET);
	struct bal_route *end;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *line = &ups->v[i];
		const int64_t place =
			bal_over_place(world->policy, over, line);

		if (place < 0)
			continue;
		if (line->alive)
			bal_route_one_hop(arena, out, tun->underlay, &any,
					  BAL_METRIC_SINGLE + (uint32_t)place,
					  line, false);
		if (line->v4.usable)
			bal_route_one_hop(arena, out, tun->underlay, &any,
					  BAL_METRIC_LAST_RESORT +
						  (uint32_t)place,
					  line, false);
	}
	end = bal_route_add(arena, out, tun->underlay, &any, BAL_METRIC_LEAVE);
	if (end)
		end->type = BAL_ROUTE_UNREACHABLE;
}

void
bal_plan_underlay_routes(const struct bal_world *world,
			 struct bal_arena *arena, bal_route_list *out)
{
	const struct bal_uplinks *ups = world->uplinks;

	for (size_t i = 0; world->policy && i < ups->n; i++)
		if (has_underlay(&ups->v[i]) && !is_repeated(ups, i, false))
			table_of(world, &ups->v[i], arena, out);
}
