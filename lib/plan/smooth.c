// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth - which second line a tunnel's datagrams are copied to; pure. */
#include "plan/smooth.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "plan/internal.h"

bool
bal_smooth_is_on(const struct bal_uplink *up)
{
	return up->smoothing.lack == BAL_SMOOTH_LACKS_NOTHING;
}

bool
bal_smooth_uses(const struct bal_uplinks *ups, const struct bal_uplink *line)
{
	for (size_t i = 0; i < ups->n; i++)
		if (bal_smooth_is_on(&ups->v[i]) &&
		    (strcmp(ups->v[i].set.over, line->name) == 0 ||
		     strcmp(ups->v[i].smoothing.copy, line->name) == 0))
			return true;
	return false;
}

/* Does a target's answer come from beyond the modem of @line? */
static bool
asks_beyond(const struct bal_uplink *line)
{
	const struct bal_ifaddr *own = bal_uplink_addr(line);

	for (size_t i = 0; i < line->set.n_targets; i++) {
		const struct bal_target *t = &line->set.targets[i];

		if (t->kind != BAL_TARGET_ARP && t->kind != BAL_TARGET_EXEC &&
		    !bal_addr_none(&t->addr) &&
		    !(own && bal_addr_in(&t->addr, &own->addr)))
			return true;
	}
	return false;
}

/* What keeps its own line from telling silence from rest. */
static enum bal_smooth_lack
find_silence(const struct bal_uplink *line, uint32_t *silence_ms)
{
	const uint32_t ms = line->set.interval_ms;

	/* A line that was found dead is not heard of any more. */
	*silence_ms = line->alive ? ms + ms / 4 + BAL_SMOOTH_SILENCE_MS : 0;
	if (line->set.interval_ms > BAL_SMOOTH_INTERVAL_MAX_MS)
		return BAL_SMOOTH_SLOW_PROBES;
	if (line->set.budget)
		return BAL_SMOOTH_BUDGET;
	return asks_beyond(line) ? BAL_SMOOTH_LACKS_NOTHING :
				   BAL_SMOOTH_NO_PROBES;
}

static bool
is_fit(const struct bal_uplink *copy, bool degraded)
{
	return copy->alive && copy->v4.n_addrs &&
	       copy->capped == BAL_CAPPED_NONE && (degraded || !copy->degraded);
}

/* Its place in the list, the first being 0; -1: not listed.  auto lists all. */
static int
place_of(const struct bal_settings *set, const char *name)
{
	if (!set->smooth_over[0][0])
		return 0;
	for (int i = 0; i < BAL_SMOOTH_OVER_MAX; i++)
		if (strcmp(set->smooth_over[i], name) == 0)
			return i;
	return -1;
}

static bool
is_better(const struct bal_settings *set, const struct bal_uplink *a,
	  const struct bal_uplink *b)
{
	const int x = place_of(set, a->name), y = place_of(set, b->name);

	if (a->degraded != b->degraded)
		return b->degraded;
	return x != y ? x < y : bal_uplink_metric(a) < bal_uplink_metric(b);
}

/* @s->copy, or what it lacks. */
static void
choose(const struct bal_uplinks *ups, const struct bal_uplink *line,
       const struct bal_settings *set, struct bal_smoothing *s)
{
	const struct bal_uplink *best = NULL;

	s->lack = BAL_SMOOTH_ONE_LINE;
	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *copy = &ups->v[i];

		if (copy == line || place_of(set, copy->name) < 0 ||
		    !copy->base || !copy->admin_up)
			continue;
		s->lack = BAL_SMOOTH_NO_COPY;
		if (is_fit(copy, !line->alive) &&
		    (!best || is_better(set, copy, best)))
			best = copy;
	}
	if (!best)
		return;
	s->lack = BAL_SMOOTH_LACKS_NOTHING;
	memcpy(s->copy, best->name, sizeof(s->copy));
}

static bool
lists_only(const struct bal_settings *set, const char *name)
{
	return strcmp(set->smooth_over[0], name) == 0 &&
	       !set->smooth_over[1][0];
}

static void
smooth(const struct bal_uplinks *ups, struct bal_uplink *up,
       const struct bal_uplink_state *us, const struct bal_snapshot *snap,
       const struct bal_holders *all)
{
	const struct bal_uplink *line = bal_uplinks_find(ups, up->set.over);
	struct bal_smoothing *s = &up->smoothing;

	s->lack = bal_smooth_client(up, us, line, snap, all);
	if (s->lack == BAL_SMOOTH_LACKS_NOTHING &&
	    up->set.smooth == BAL_SMOOTH_SUSPICION)
		s->lack = find_silence(line, &s->silence_ms);
	if (s->lack != BAL_SMOOTH_LACKS_NOTHING)
		return;
	if (lists_only(&up->set, line->name))
		s->lack = BAL_SMOOTH_SAME_LINE;
	else
		choose(ups, line, &up->set, s);
}

void
bal_uplinks_smooth(struct bal_uplinks *ups, const struct bal_state *state,
		   const struct bal_snapshot *snap,
		   const struct bal_holders *all)
{
	for (size_t i = 0; i < ups->n; i++) {
		struct bal_uplink *up = &ups->v[i];

		if (!up->admin_up || !(up->set.has & BAL_SET_SMOOTH) ||
		    up->set.smooth == BAL_SMOOTH_NO)
			continue;
		if (snap->no_copies)
			up->smoothing.lack = BAL_SMOOTH_NO_NFT;
		else
			smooth(ups, up, bal_state_find(state, up->name), snap,
			       all);
	}
}

const char *
bal_smooth_reason(const struct bal_uplink *up)
{
	switch (up->smoothing.lack) {
	case BAL_SMOOTH_UNWANTED:
	case BAL_SMOOTH_LACKS_NOTHING:
		break;
	case BAL_SMOOTH_NO_NFT:
		return "the kernel has no nftables that copy (nft_dup_ipv4), "
		       "or table ip bal_smooth is another's";
	case BAL_SMOOTH_NO_TUNNEL:
		return "it is over no other uplink";
	case BAL_SMOOTH_MANY_LINES:
		return "its over is several lines";
	case BAL_SMOOTH_NO_LINE:
		return "its own line is no uplink that is up";
	case BAL_SMOOTH_UNKNOWN:
		return "its client is to be restarted, its server and port are "
		       "not known";
	case BAL_SMOOTH_TCP:
		return "it is TCP";
	case BAL_SMOOTH_BIND_DEV:
		return "its client is not bound to an address: local ADDRESS "
		       "and lport 0 in place of bind-dev and nobind";
	case BAL_SMOOTH_MOVED:
		return "another device has the address of its client, too";
	case BAL_SMOOTH_NO_ENDPOINT:
		return "its WireGuard peer has no endpoint yet";
	case BAL_SMOOTH_PEERS:
		return "its WireGuard device has several peers";
	case BAL_SMOOTH_ENDPOINT6:
		return "the endpoint of its WireGuard peer is IPv6";
	case BAL_SMOOTH_SLOW_PROBES:
		return "its own line is probed less than once a second";
	case BAL_SMOOTH_NO_PROBES:
		return "its own line has no targets beyond the modem";
	case BAL_SMOOTH_BUDGET:
		return "its own line has a budget for probes";
	case BAL_SMOOTH_SAME_LINE:
		return "smooth_over has only its own line";
	case BAL_SMOOTH_ONE_LINE:
		return up->set.smooth_over[0][0] ?
			       "no other line of smooth_over is up" :
			       "no other line is up";
	case BAL_SMOOTH_NO_COPY:
		return "no second line is fit for copies";
	}
	return "";
}

/* --- what the kernel is to hold ------------------------------------------- */

/* Of what @up sends to its server: by @table. */
static struct bal_rule *
add_rule(const struct bal_world *world, struct bal_arena *arena,
	 struct bal_plan *plan, const struct bal_smoothing *s, uint32_t role,
	 uint32_t table, struct bal_rule *r)
{
	r = bal_plan_add_rule(&plan->rules, AF_INET,
			      world->globals->rule_priority + role,
			      BAL_RULE_LOOKUP, r, arena);
	r->dst = s->server;
	r->ip_proto = IPPROTO_UDP;
	r->sport = (struct bal_ports){ s->own_port, s->own_port };
	r->dport = (struct bal_ports){ s->port, s->port };
	r->table = table;
	return r;
}

/*
 * WireGuard binds to no address, and drops the source that it had where the route
 * is not by the line of the last answer: two rules of its port lead it.
 */
static void
add_pin(const struct bal_world *world, struct bal_arena *arena,
	struct bal_plan *plan, const struct bal_uplink *up,
	const struct bal_uplink *line)
{
	struct bal_rule scratch = { 0 }, *r;

	if (!up->smoothing.own_port)
		return;
	r = add_rule(world, arena, plan, &up->smoothing, BAL_RULE_UNDERLAY,
		     line->table, &scratch);
	(void)bal_copy(r->iif, sizeof(r->iif), "lo");
}

/* Without its line, by that of the copies. */
static void
add_fallback(const struct bal_world *world, struct bal_arena *arena,
	     struct bal_plan *plan, const struct bal_uplink *up,
	     const struct bal_uplink *copy)
{
	struct bal_rule scratch = { 0 }, *r;

	r = add_rule(world, arena, plan, &up->smoothing, BAL_RULE_SMOOTH,
		     copy->table, &scratch);
	if (!up->smoothing.own_port)
		r->src = up->smoothing.source;
}

static void
add_local(struct bal_arena *arena, struct bal_plan *plan,
	  const struct bal_addr *host)
{
	struct bal_addr *slot;

	for (size_t i = 0; i < plan->local.n; i++)
		if (bal_addr_same_host(&plan->local.v[i], host))
			return;
	slot = BAL_PUSH(arena, &plan->local);
	if (slot)
		*slot = *host;
}

static void
add_flow(struct bal_arena *arena, struct bal_plan *plan, uint32_t mask,
	 const struct bal_uplink *up, const struct bal_uplink *line,
	 const struct bal_uplink *copy)
{
	struct bal_smooth_flow *f = BAL_PUSH(arena, &plan->smooth);
	const struct bal_ifaddr *own = bal_uplink_addr(line);

	if (!f)
		return;
	memcpy(f->tun, up->name, sizeof(f->tun));
	memcpy(f->line, line->name, sizeof(f->line));
	memcpy(f->copy, copy->name, sizeof(f->copy));
	f->id = up->slot;
	f->copy_ifindex = copy->ifindex;
	f->source = up->smoothing.source;
	f->server = up->smoothing.server;
	f->copy_source = bal_addr_host(&bal_uplink_addr(copy)->addr);
	f->next_hop = bal_addr_none(&copy->v4.gateway) ?
			      f->server :
			      bal_addr_host(&copy->v4.gateway);
	if (own && !own->peer && !bal_addr_is_host(&own->addr))
		f->near = bal_addr_network(&own->addr);
	f->port = up->smoothing.port;
	f->own_port = up->smoothing.own_port;
	f->copy_port = up->set.smooth_port ? (uint16_t)up->set.smooth_port :
					     f->port;
	f->silence_ms = up->smoothing.silence_ms;
	f->mask = mask;
	f->mark = bal_mark_of(line->slot, mask);
}

/* Another tunnel of one line to one server: the rules tell them apart by nothing. */
static bool
is_covered(const struct bal_plan *plan, const struct bal_uplink *up)
{
	for (size_t i = 0; i < plan->smooth.n; i++) {
		const struct bal_smooth_flow *f = &plan->smooth.v[i];

		if (f->port == up->smoothing.port &&
		    f->own_port == up->smoothing.own_port &&
		    bal_addr_same_host(&f->source, &up->smoothing.source) &&
		    bal_addr_same_host(&f->server, &up->smoothing.server))
			return true;
	}
	return false;
}

void
bal_plan_smooth(const struct bal_world *world, struct bal_arena *arena,
		struct bal_plan *plan)
{
	const struct bal_uplinks *ups = world->uplinks;

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i], *line, *copy;

		line = bal_uplinks_find(ups, up->set.over);
		if (!line || bal_addr_none(&up->smoothing.server))
			continue;
		add_pin(world, arena, plan, up, line);
		copy = bal_uplinks_find(ups, up->smoothing.copy);
		if (!bal_smooth_is_on(up) || !copy || !copy->v4.n_addrs ||
		    is_covered(plan, up))
			continue;
		add_fallback(world, arena, plan, up, copy);
		add_local(arena, plan, &up->smoothing.source);
		add_flow(arena, plan, world->globals->mark_mask, up, line,
			 copy);
	}
}
